"""What stands beside an answer: a reserved opinion, and a request that the matter be discussed in a meeting."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, circulated
from tests.world import World
from voting import box, conduct, entries, queries, results, service
from voting.conduct import QuestionState, Reason
from voting.engine.rule import Form
from voting.mine import Became
from voting.models import Question
from voting.rulings import annulment, paper_ballots
from voting.rulings import rules as ruling_rules
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

ONLY_SQLITE = pytest.mark.any_database
OFFERED = ("yes", "no", "abstain", "other")
PAPER = Given(Channel.PAPER, "Hồ sơ phiên họp, bì số 4")
SetClock = Callable[[datetime], None]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def refused(reason: Reason | ruling_rules.Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def entry(question_id: int, number: int) -> dict[str, object]:
    return dict(json.loads(bodies(question_id)[number]))


def close_by_the_clock(question_id: int, set_clock: SetClock) -> None:
    set_clock((rooms.question(question_id).closes_at or clock.now()) + timedelta(seconds=60))
    with transaction() as session:
        service.close(session, SYSTEM, question_id)


def test_what_stands_beside_an_answer_is_kept_shown_to_its_member_and_with_the_result(
    room: Room, secretary: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "no", text="Chưa rõ nguồn vốn", discuss=True, reserved="Bảo lưu về Điều 7")
    kept = entry(question_id, 1)
    assert (kept["choice"], kept["discuss"], kept["reserved"]) == ("no", True, "Bảo lưu về Điều 7")
    with reading() as session:
        mine = queries.panel(session, health_minister.actor(), question_id).mine
    assert mine is not None
    assert (mine.discuss, mine.reserved) == (True, "Bảo lưu về Điều 7")
    reader = secretary.actor()
    close_by_the_clock(question_id, set_clock)
    with reading() as session:
        shown = results.result(session, reader, question_id)
    assert shown is not None
    [named] = shown.groups["no"]
    assert (named.text, named.discuss, named.reserved) == ("Chưa rõ nguồn vốn", True, "Bảo lưu về Điều 7")


@ONLY_SQLITE
def test_neither_changes_what_is_counted(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, set_clock: SetClock
) -> None:
    question_id = circulated(room, secretary.actor())
    casts(chair, question_id, "yes", reserved="Bảo lưu")
    casts(health_minister, question_id, "other", text="Đề nghị thảo luận", discuss=True)
    close_by_the_clock(question_id, set_clock)
    figures = (rooms.question(question_id).result or {})["figures"]
    assert (figures["yes"] - figures["deemed_yes"], figures["other"]) == (1, 1)


@ONLY_SQLITE
def test_in_a_meeting_a_request_for_a_discussion_is_made_aloud_and_an_opinion_may_be_reserved(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = rooms.opened(room, secretary.actor())
    casts(health_minister, question_id, "no", text="left over", discuss=True, reserved="Bảo lưu")
    kept = entry(question_id, 1)
    assert (kept["text"], kept["discuss"], kept["reserved"]) == ("", False, "Bảo lưu")


@pytest.mark.parametrize("choice", ["no", "abstain", "other"])
def test_a_discussion_is_asked_for_with_words(choice: str) -> None:
    conduct.check_ballot(choice, "Chưa rõ", OFFERED, discuss=True)
    with refused(Reason.DISCUSSION_MISSING):
        conduct.check_ballot(choice, "", OFFERED, discuss=True)


def test_who_agrees_or_chooses_an_option_asks_for_no_discussion() -> None:
    for choice in ("yes", "option:1"):
        with refused(Reason.DISCUSSION_AGREED):
            conduct.check_ballot(choice, "Chưa rõ", (*OFFERED, "option:1"), discuss=True)
    with refused(Reason.NOT_OFFERED):
        conduct.check_ballot("abstain", "Chưa rõ", ("yes", "no"), discuss=True)


def test_a_reserved_opinion_is_as_long_as_any_other_at_most() -> None:
    conduct.check_ballot("yes", "", OFFERED, reserved="x" * conduct.LONGEST_OPINION)
    with refused(Reason.OPINION_TOO_LONG):
        conduct.check_ballot("yes", "", OFFERED, reserved="x" * (conduct.LONGEST_OPINION + 1))


def test_a_request_for_a_discussion_is_kept_in_writing_only() -> None:
    assert conduct.discuss_kept(Form.WRITTEN, discuss=True)
    assert not conduct.discuss_kept(Form.WRITTEN, discuss=False)
    assert not conduct.discuss_kept(Form.MEETING, discuss=True)


@ONLY_SQLITE
def test_the_same_mark_with_another_reserved_opinion_is_another_ballot(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    cast_id = rooms.mark()
    first = casts(health_minister, question_id, "no", text="Vì", reserved="Một", cast_id=cast_id)
    assert casts(health_minister, question_id, "no", text="Vì", reserved="Một", cast_id=cast_id) == first
    for change in ({"reserved": "Hai"}, {"reserved": "Một", "discuss": True}):
        with refused(Reason.SENT_BEFORE):
            casts(health_minister, question_id, "no", text="Vì", cast_id=cast_id, **change)


@ONLY_SQLITE
def test_every_earlier_answer_is_listed_with_its_code_and_what_became_of_it(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    first = casts(health_minister, question_id, "yes", text="Nhất trí")
    second = casts(health_minister, question_id, "no", reserved="Bảo lưu")
    with transaction() as session:
        rulings.withdraw_ballot(session, chair.actor(), question_id, second.number, "Nhầm")
    casts(health_minister, question_id, "abstain")
    with reading() as session:
        panel = queries.panel(session, health_minister.actor(), question_id)
        others = queries.panel(session, chair.actor(), question_id)
    assert [(each.ballot.code, each.became, each.ballot.reserved, each.by_officials) for each in panel.earlier] == [
        (second.code, Became.WITHDRAWN, "Bảo lưu", False),
        (first.code, Became.REPLACED, "", False),
    ]
    assert others.earlier == ()


@ONLY_SQLITE
def test_two_officials_read_the_same_beside_the_answer_on_paper(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    seat = room.world.membership("health_minister")
    what = Read(seat, "no", "Vì nguồn vốn", discuss=True, reserved="Bảo lưu về Điều 7")
    with transaction() as session:
        paper = paper_ballots.enter(session, secretary.actor(), question_id, what, PAPER)
        session.flush()
        paper_id = paper.id
    for other in (
        Read(seat, "no", "Vì nguồn vốn", discuss=False, reserved="Bảo lưu về Điều 7"),
        Read(seat, "no", "Vì nguồn vốn", discuss=True, reserved="Bảo lưu"),
    ):
        with transaction() as session, refused(ruling_rules.Reason.NOT_THE_SAME):
            paper_ballots.confirm(session, chair.actor(), question_id, paper_id, other)
    with transaction() as session:
        number = paper_ballots.confirm(session, chair.actor(), question_id, paper_id, what)
    kept = entry(question_id, number)
    assert (kept["type"], kept["discuss"], kept["reserved"]) == ("paper", True, "Bảo lưu về Điều 7")
    assert entries.check_chain(bodies(question_id)) is None
    with transaction() as session, refused(Reason.DISCUSSION_AGREED):
        paper_ballots.enter(session, secretary.actor(), question_id, Read(seat, "yes", "x", discuss=True), PAPER)


# Taken out of a block


@ONLY_SQLITE
def test_a_member_takes_a_question_out_of_its_block_and_nothing_of_it_counts(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = rooms.opened(room, secretary.actor())
    casts(chair, question_id, "yes")
    with transaction() as session:
        service.take_out(session, health_minister.actor(), question_id, "Cần thảo luận")
    last = entry(question_id, 2)
    assert (last["type"], last["by"], last["reason"]) == (
        "taken_out",
        str(room.world.membership("health_minister")),
        "Cần thảo luận",
    )
    assert rooms.state_of(question_id) is QuestionState.TAKEN_OUT
    with reading() as session:
        panel = queries.panel(session, chair.actor(), question_id)
        [line] = queries.questions_of_item(session, [room.item_id])[room.item_id]
    assert panel.taken_out is not None
    assert (panel.taken_out.reason, panel.taken_out.by) == ("Cần thảo luận", last_name(question_id, health_minister))
    assert (panel.result, line.counts, line.outcome) == (None, False, None)
    with refused(Reason.NOT_OPEN):
        casts(chair, question_id, "no")
    with transaction() as session, refused(Reason.NOT_CLOSABLE):
        service.close(session, secretary.actor(), question_id)
    with transaction() as session, refused(ruling_rules.Reason.TAKEN_OUT_BEFORE):
        annulment.ask(session, chair.actor(), question_id, "Nhầm")
    again = rooms.opened(room, secretary.actor())  # the item is voted on alone
    assert casts(chair, again, "no").number == 1


def last_name(question_id: int, persona: Persona) -> str:
    with reading() as session:
        return next(line.name for line in box.roll(session, question_id) if line.person_id == persona.person_id)


@ONLY_SQLITE
def test_who_takes_out_is_entitled_and_has_just_shown_who_they_are(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    rooms.bar(room, "finance_minister")
    prepared = rooms.prepared(room, secretary.actor())
    with transaction() as session, refused(Reason.NOT_OPEN):
        service.arm(session, secretary.actor(), prepared)
        service.take_out(session, health_minister.actor(), prepared, "Sớm quá")
    question_id = rooms.opened(room, secretary.actor())
    with transaction() as session, pytest.raises((Forbidden, Refused)):
        service.take_out(session, secretary.actor(), question_id, "Không phải thành viên")
    with transaction() as session, pytest.raises(StepUpNeeded):
        service.take_out(session, replace(chair.actor(), stepped_up_until=None), question_id, "Chưa xác thực")
    assert rooms.entries_of(question_id) == 1


@ONLY_SQLITE
def test_nothing_is_taken_out_in_writing_or_after_the_close(room: Room, secretary: Persona, chair: Persona) -> None:
    written = circulated(room, secretary.actor())
    with transaction() as session, refused(Reason.TAKEN_OUT_IN_MEETING):
        service.take_out(session, chair.actor(), written, "Thảo luận")
    question_id = rooms.opened(room, secretary.actor())
    rooms.closed(question_id, secretary.actor())
    with transaction() as session, refused(Reason.NOT_OPEN):
        service.take_out(session, chair.actor(), question_id, "Muộn")
    with reading() as session:
        assert session.get_one(Question, question_id).state is QuestionState.CLOSED
