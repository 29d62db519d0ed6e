"""Choosing among options in writing: closed at the deadline only, and silence chooses nothing."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.refusals import Refused
from outcomes import verify
from tests.persona import Persona
from tests.third_tally.program import NODE, tallied
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, circulated
from tests.world import MEMBERS, World
from voting import conduct, entries, opening, queries, recall, results, rule_shelf, service
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.result import Outcome
from voting.models import Question

ONLY_SQLITE = pytest.mark.any_database
OPTIONS = "Phương án 1: mức 18.400 tỷ\nPhương án 2: mức 12.000 tỷ"
STRICT, VIET_NAM = "un_security_council/written_2020", "viet_nam/opinion_form"
EARLY_CLOSE = "plain/majority_of_all_written"
People = Callable[[str], Persona]
SetClock = Callable[[datetime], None]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def sent(room: Room, secretary: Persona, rule_name: str | None = None) -> int:
    return circulated(room, secretary.actor(), procedure=Procedure.CHOICE, options=OPTIONS, rule_name=rule_name, days=2)


def close(question_id: int) -> None:
    with transaction() as session:
        service.close(session, SYSTEM, question_id)


def pass_the_end(question_id: int, set_clock: SetClock) -> None:
    set_clock((rooms.question(question_id).closes_at or clock.now()) + timedelta(seconds=60))


def test_options_are_chosen_with_words_and_counted_at_the_deadline(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    question_id = sent(room, secretary)
    casts(persona(MEMBERS[0]), question_id, "option:1", text="Phù hợp khả năng cân đối")
    casts(persona(MEMBERS[1]), question_id, "option:2", reserved="Bảo lưu về mức vốn")
    casts(persona(MEMBERS[2]), question_id, "abstain", text="Cần thảo luận thêm", discuss=True)
    casts(persona(MEMBERS[3]), question_id, "option:1")
    recall.recall(persona(MEMBERS[3]).actor(), question_id, rooms.mark())
    with pytest.raises(Refused, match=f"^{Reason.STILL_RUNNING.name}$"):
        close(question_id)
    reader = secretary.actor()
    pass_the_end(question_id, set_clock)
    close(question_id)
    lines = bodies(question_id)
    opened, last = json.loads(lines[0]), json.loads(lines[-1])
    assert (opened["form"], opened["options"]) == ("written", ["option:1", "option:2", "abstain"])
    assert opened["rule"]["rule"] is None
    assert last["figures"] == {
        "members": 6,
        "ballots": 3,
        "abstain": 1,
        "recused": 0,
        "options": {"option:1": 1, "option:2": 1},
    }
    assert last["circumstances"]["deadline_passed"] is True
    assert len(last["missing"]) == 3
    with reading() as session:
        shown = results.result(session, reader, question_id)
    assert shown is not None
    assert shown.outcome is Outcome.COUNTED
    assert shown.groups["option:1"][0].text == "Phù hợp khả năng cân đối"
    assert shown.groups["option:2"][0].reserved == "Bảo lưu về mức vốn"
    assert shown.groups["abstain"][0].discuss
    recounted = verify.check_entries(box_of(question_id), None)
    assert verify.counted(recounted, last["circumstances"]) == ("counted", last["figures"])
    if NODE.exists():
        answer = tallied({"entries": [line.decode() for line in lines]})
        assert (answer["outcome"], answer["figures"]) == ("counted", last["figures"])


def box_of(question_id: int) -> verify.Box:
    lines = bodies(question_id)
    read = verify.box_in(str(question_id), b"".join(line + b"\n" for line in lines), [], report := verify.Report())
    assert read is not None
    assert report.faults == []
    return read


@ONLY_SQLITE
def test_it_is_not_closed_early_though_all_have_answered_and_the_rule_of_the_body_would(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = sent(room, secretary, EARLY_CLOSE)
    for key in room.world.memberships:
        casts(persona(key), question_id, "option:2")
    with reading() as session:
        due = session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}")).one()
    assert due > clock.now()
    with pytest.raises(Refused, match=f"^{Reason.STILL_RUNNING.name}$"):
        close(question_id)
    assert rooms.state_of(question_id) is QuestionState.OPEN


@ONLY_SQLITE
def test_silence_chooses_nothing(room: Room, secretary: Persona, set_clock: SetClock) -> None:
    question_id = sent(room, secretary)
    pass_the_end(question_id, set_clock)
    close(question_id)
    last = json.loads(bodies(question_id)[-1])
    assert last["figures"]["options"] == {"option:1": 0, "option:2": 0}
    assert len(last["missing"]) == 6


@ONLY_SQLITE
def test_nothing_but_the_options_and_abstaining_is_offered(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = sent(room, secretary)
    with reading() as session:
        panel = queries.panel(session, chair.actor(), question_id)
    assert (panel.options, panel.labels) == (
        ("option:1", "option:2", "abstain"),
        ("Phương án 1: mức 18.400 tỷ", "Phương án 2: mức 12.000 tỷ"),
    )
    for choice in ("yes", "no", "other", "option:3"):
        with pytest.raises(Refused, match=f"^{Reason.NOT_OFFERED.name}$"):
            casts(chair, question_id, choice, text="Vì")


@ONLY_SQLITE
def test_the_period_and_whether_answers_change_are_those_of_the_bodys_rule(room: Room, secretary: Persona) -> None:
    for rule_name, least, change in ((STRICT, None, "never"), (VIET_NAM, 2, "until_close")):
        question_id = sent(room, secretary, rule_name)
        with reading() as session:
            question = session.get_one(Question, question_id)
            named = rule_shelf.rule_named(session, rule_name, clock.today())
            counted = opening.rule_of(question)
        assert (named.least_working_days, named.change_of_ballot) == (least, change)
        assert (counted.least_working_days, counted.change_of_ballot) == (least, change)
        assert (question.rule or {})["change_of_ballot"] == change


@ONLY_SQLITE
def test_the_box_of_a_choice_in_writing_is_a_chain(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = sent(room, secretary)
    casts(chair, question_id, "option:1", text="Vì")
    assert entries.check_chain(bodies(question_id)) is None
    assert conduct.DISCUSSED_WITH == verify.DISCUSSED
