"""Recalling an answer in writing: nothing of it counts, it stays in the box, and until the end the member may answer anew."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading as papers
from ecabinet import clock
from ecabinet.access import SYSTEM, Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from outcomes import jobs as outcome_jobs
from tests.outcomes.made_boxes import rechained
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, circulated, mark
from tests.world import World
from voting import casting, entries, my_ballots, queries, recall, results, service
from voting.ballots import Ballot
from voting.conduct import QuestionState, Reason
from voting.mine import Became
from voting.models import Box, Question
from voting.my_ballots import State
from voting.proof import receipts
from voting.rulings import officials
from voting.rulings import service as rulings
from voting.rulings.rules import Reason as RulingReason

ONLY_SQLITE = pytest.mark.any_database
EARLY_CLOSE = "plain/majority_of_all_written"
People = Callable[[str], Persona]
SetClock = Callable[[datetime], None]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def voted(question_id: int) -> int:
    with reading() as session:
        return session.get_one(Box, question_id).voted


def test_an_answer_is_recalled_given_anew_and_every_version_is_kept(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    member = str(room.world.membership("health_minister"))
    first = casts(health_minister, question_id, "yes", text="Nhất trí")
    casts(health_minister, question_id, "no", text="Nghĩ lại", reserved="Bảo lưu về Điều 7")
    taken = recall.recall(health_minister.actor(), question_id, cast_id := mark())
    entry = json.loads(taken.entry)
    assert {name: entry[name] for name in ("type", "number", "member", "by", "cast_id")} == {
        "type": "recalled",
        "number": 3,
        "member": member,
        "by": member,
        "cast_id": cast_id,
    }
    assert entry["step_up"]
    assert (taken.number, taken.choice, taken.code) == (3, "", receipts_code(question_id, 3))
    assert voted(question_id) == 0
    with reading() as session:
        panel = queries.panel(session, health_minister.actor(), question_id)
    assert panel.mine is None
    assert [(each.ballot.number, each.became) for each in panel.earlier] == [(2, Became.RECALLED), (1, Became.RECALLED)]
    assert panel.earlier[1].ballot.code == first.code
    again = casts(health_minister, question_id, "abstain")
    assert voted(question_id) == 1
    with reading() as session:
        panel = queries.panel(session, health_minister.actor(), question_id)
    assert panel.mine is not None
    assert (panel.mine.number, panel.mine.choice) == (again.number, "abstain")
    assert len(panel.earlier) == 2
    assert entries.check_chain(bodies(question_id)) is None
    assert entries.standing(bodies(question_id))[member].number == again.number


def receipts_code(question_id: int, number: int) -> str:
    with reading() as session:
        return receipts.of_entry(session, question_id, number).code


@ONLY_SQLITE
def test_the_same_recall_again_has_the_same_receipt_and_adds_nothing(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    cast_id = mark()
    first = recall.recall(health_minister.actor(), question_id, cast_id)
    assert recall.recall(health_minister.actor(), question_id, cast_id) == first
    assert rooms.entries_of(question_id) == 3
    casts(chair, question_id, "yes")
    with refused(Reason.SENT_BEFORE):
        recall.recall(chair.actor(), question_id, cast_id)
    with refused(Reason.SENT_BEFORE):
        casts(health_minister, question_id, "", cast_id=cast_id)


@ONLY_SQLITE
def test_the_mark_of_a_ballot_is_none_of_a_recall(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    cast_id = mark()
    casts(health_minister, question_id, "yes", cast_id=cast_id)
    with refused(Reason.SENT_BEFORE):
        recall.recall(health_minister.actor(), question_id, cast_id)
    with refused(Reason.NO_MARK):
        recall.recall(health_minister.actor(), question_id, "short")
    assert voted(question_id) == 1


@ONLY_SQLITE
def test_there_must_be_an_answer_to_recall(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    with refused(Reason.NOTHING_TO_RECALL):
        recall.recall(health_minister.actor(), question_id, mark())
    casts(health_minister, question_id, "yes")
    recall.recall(health_minister.actor(), question_id, mark())
    with refused(Reason.NOTHING_TO_RECALL):
        recall.recall(health_minister.actor(), question_id, mark())


@ONLY_SQLITE
def test_nothing_is_recalled_in_a_meeting(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = rooms.opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    with refused(Reason.RECALL_IN_WRITING):
        recall.recall(health_minister.actor(), question_id, mark())
    assert voted(question_id) == 1


@ONLY_SQLITE
def test_where_the_rule_allows_no_change_nothing_is_recalled(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    with transaction() as session:
        frozen = session.get_one(Question, question_id)
        frozen.rule = {**(frozen.rule or {}), "change_of_ballot": "never"}
    casts(health_minister, question_id, "yes")
    with refused(Reason.RECALL_NOT_ALLOWED):
        recall.recall(health_minister.actor(), question_id, mark())


@ONLY_SQLITE
def test_within_the_grace_an_answer_is_recalled_and_after_it_never(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, set_clock: SetClock
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    casts(chair, question_id, "yes")
    ends = rooms.question(question_id).closes_at
    assert ends is not None
    far = datetime(2100, 1, 1, tzinfo=UTC)
    minister, presiding = (replace(each.actor(), stepped_up_until=far) for each in (health_minister, chair))
    set_clock(ends + timedelta(seconds=60))
    recall.recall(minister, question_id, cast_id := mark())
    set_clock(ends + timedelta(seconds=61))
    with refused(Reason.TOO_LATE):
        recall.recall(presiding, question_id, mark())
    assert recall.recall(minister, question_id, cast_id).number == 3
    with transaction() as session:
        service.close(session, SYSTEM, question_id)
    with refused(Reason.NOT_OPEN):
        recall.recall(presiding, question_id, mark())
    kept = rooms.question(question_id).result or {}
    assert kept["figures"]["yes"] - kept["figures"]["deemed_yes"] == 1
    assert str(room.world.membership("health_minister")) in kept["missing"]


@ONLY_SQLITE
def test_who_may_not_answer_recalls_nothing(
    room: Room, secretary: Persona, outsider: Persona, health_minister: Persona, chair: Persona
) -> None:
    rooms.bar(room, "health_minister")
    question_id = circulated(room, secretary.actor())
    casts(chair, question_id, "yes")
    with pytest.raises((NotFound, Forbidden)):
        recall.recall(outsider.actor(), question_id, mark())
    with refused(Reason.NOT_ENTITLED):
        recall.recall(secretary.actor(), question_id, mark())
    with pytest.raises(Refused):
        recall.recall(health_minister.actor(), question_id, mark())
    with refused(Reason.NO_PROXY):
        recall.recall(chair.actor(), question_id, mark(), str(room.world.membership("finance_minister")))
    with pytest.raises(StepUpNeeded):
        recall.recall(replace(chair.actor(), stepped_up_until=None), question_id, mark())
    assert voted(question_id) == 1


@ONLY_SQLITE
def test_who_is_barred_after_the_circulation_answers_and_recalls_nothing_more_and_what_was_cast_before_stays(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    rooms.give_proxy(room, question_id, "finance_minister", "prime_minister")
    away = str(room.world.membership("finance_minister"))
    before = casts(health_minister, question_id, "no", text="Chưa rõ")
    again = Ballot(json.loads(before.entry)["cast_id"], "no", "Chưa rõ")
    rooms.bar(room, "health_minister")
    rooms.bar(room, "finance_minister")
    minister = health_minister.actor()
    for who, member in ((minister, None), (chair.actor(), away)):
        with refused(Reason.RECUSED):
            casting.cast(who, question_id, Ballot(mark(), "yes", member=member))
        with refused(Reason.RECUSED):
            recall.recall(who, question_id, mark(), member)
    assert casting.cast(minister, question_id, again).number == before.number
    casts(chair, question_id, "yes")
    assert voted(question_id) == 2
    assert entries.standing(bodies(question_id))[str(room.world.membership("health_minister"))].choice == "no"


@ONLY_SQLITE
def test_in_the_room_no_ballot_pays_for_a_look_at_the_bars(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = rooms.opened(room, secretary.actor())
    looked: list[int] = []

    def barred_people(_session: Session, matter_id: int) -> set[int]:
        looked.append(matter_id)
        return set()

    monkeypatch.setattr(papers, "barred_people", barred_people)
    casts(health_minister, question_id, "yes")
    assert looked == []
    casts(health_minister, circulated(room, secretary.actor()), "yes")
    assert looked


@ONLY_SQLITE
def test_a_question_that_was_not_sent_has_nothing_to_recall(room: Room, secretary: Persona, chair: Persona) -> None:
    with pytest.raises(NotFound):
        recall.recall(chair.actor(), 999, mark())
    question_id = rooms.prepared(room, secretary.actor())
    with refused(Reason.NOT_OPEN):
        recall.recall(secretary.actor(), question_id, mark())


@ONLY_SQLITE
def test_a_proxy_recalls_what_they_cast_for_another(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    rooms.give_proxy(room, question_id, "finance_minister", "health_minister")
    away = str(room.world.membership("finance_minister"))
    casting.cast(health_minister.actor(), question_id, Ballot(mark(), "no", member=away))
    taken = recall.recall(health_minister.actor(), question_id, cast_id := mark(), away)
    entry = json.loads(taken.entry)
    assert (entry["member"], entry["by"]) == (away, str(room.world.membership("health_minister")))
    assert recall.recall(health_minister.actor(), question_id, cast_id, away) == taken
    assert voted(question_id) == 0
    with reading() as session:
        [mine] = my_ballots.of_person(session, finance_minister.actor()).questions
        [theirs] = my_ballots.of_person(session, health_minister.actor()).questions
    assert [each.number for each in mine.recalls] == [each.number for each in theirs.recalls] == [2]


@ONLY_SQLITE
def test_what_seemed_settled_waits_for_its_deadline_after_a_recall(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = circulated(room, secretary.actor(), rule_name=EARLY_CLOSE)
    for key in room.world.memberships:
        casts(persona(key), question_id, "yes")
    recall.recall(persona("health_minister").actor(), question_id, mark())
    outcome_jobs.close_written(question_id=question_id)
    assert rooms.state_of(question_id) is QuestionState.OPEN
    with reading() as session:
        due = session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}")).one()
    assert due == (rooms.question(question_id).closes_at or clock.now()) + timedelta(seconds=60)


@ONLY_SQLITE
def test_after_the_close_the_result_and_my_ballots_say_what_was_recalled(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, set_clock: SetClock
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(chair, question_id, "yes")
    gone = casts(health_minister, question_id, "no", text="Chưa rõ", discuss=True, reserved="Bảo lưu")
    taken = recall.recall(health_minister.actor(), question_id, mark())
    reader, member = secretary.actor(), health_minister.actor()
    set_clock((rooms.question(question_id).closes_at or clock.now()) + timedelta(seconds=60))
    with transaction() as session:
        service.close(session, SYSTEM, question_id)
    with reading() as session:
        shown = results.result(session, reader, question_id)
        [asked] = my_ballots.of_person(session, member).questions
    assert shown is not None
    assert [member.name for member in shown.groups["no"]] == []
    assert len(shown.missing) == len(room.world.memberships) - 1
    assert (asked.ballots[0].number, asked.ballots[0].state, asked.ballots[0].recalled_by) == (2, State.RECALLED, 3)
    assert (asked.ballots[0].code, asked.ballots[0].discuss, asked.ballots[0].reserved) == (gone.code, True, True)
    assert [(each.number, each.code) for each in asked.recalls] == [(3, taken.code)]
    assert asked.missed


@ONLY_SQLITE
def test_only_the_member_looks_a_recall_up_while_open_and_afterwards(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, set_clock: SetClock
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    number = recall.recall(health_minister.actor(), question_id, mark()).number

    readers = [each.actor() for each in (health_minister, chair, secretary)]

    def may_look_up(actor: Actor) -> bool:
        with reading() as session:
            question = session.get_one(Question, question_id)
            try:
                receipts.check_may_look_up(session, actor, question, number)
            except NotFound:
                return False
        return True

    assert [may_look_up(each) for each in readers] == [True, False, False]
    set_clock((rooms.question(question_id).closes_at or clock.now()) + timedelta(seconds=60))
    with transaction() as session:
        service.close(session, SYSTEM, question_id)
    assert [may_look_up(each) for each in readers] == [True, False, False]


@ONLY_SQLITE
def test_a_recalled_ballot_is_not_withdrawn_by_a_ruling_as_well(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    number = casts(health_minister, question_id, "yes").number
    taken = recall.recall(health_minister.actor(), question_id, mark()).number
    for which, reason in ((number, RulingReason.RECALLED_BEFORE), (taken, RulingReason.NO_SUCH_BALLOT)):
        with transaction() as session, pytest.raises(Refused, match=f"^{reason.name}$"):
            rulings.withdraw_ballot(session, chair.actor(), question_id, which, "Nhầm")
    with reading() as session:
        assert officials.ballots_of(session, question_id, room.world.membership("health_minister")) == []


@ONLY_SQLITE
def test_the_log_says_that_an_answer_was_recalled_and_not_what_it_was(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "no", text="Lý do kín")
    recall.recall(health_minister.actor(), question_id, mark())
    with reading() as session:
        [row] = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.BALLOT_RECALLED))
    assert row.details == {"number": 2}
    assert row.person_id == room.world.person("health_minister")


def test_a_chain_whose_recall_was_taken_away_no_longer_fits(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    recall.recall(health_minister.actor(), question_id, mark())
    casts(health_minister, question_id, "no")
    whole = bodies(question_id)
    assert entries.check_chain([*whole[:2], *whole[3:]]) == 2
    without = [json.loads(body) for body in [*whole[:2], *whole[3:]]]
    assert entries.leaf_of(rechained(without)[-1]) != entries.leaf_of(whole[-1])
