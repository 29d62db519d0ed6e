"""Rulings on a box: a ballot withdrawn, the end moved, the vote annulled, the result corrected; each by whom it may be, and kept for ever."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ecabinet import clock, jobs
from ecabinet.access import SYSTEM, Actor, Permission
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.news import NewsItem
from ecabinet.notices import Notice
from ecabinet.organisation.models import Body
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from outcomes import jobs as outcome_jobs
from outcomes import service as outcomes
from outcomes.models import Archive
from outcomes.rules import DecisionKind, Details
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, asked_of, bodies, casts, circulated, closed, figures_at_close, opened, question
from tests.world import MEMBERS, World
from voting import box, conduct, preparing, queries, results, service
from voting import entries as entry_rules
from voting.conduct import Procedure, QuestionState
from voting.engine.result import Outcome
from voting.engine.rule import Choice, Form
from voting.models import Box, Question, Ruling
from voting.opinions import service as written
from voting.rulings import annulment, correction, two_officials
from voting.rulings import service as rulings
from voting.rulings.rules import Reason

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
OPINION = MEMBERS[2]
WHY = "Máy của thành viên bị lỗi"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refusal(call: Callable[..., object], *given: object, **named: object) -> object:
    with pytest.raises(Refused) as refused:
        call(*given, **named)
    return refused.value.reason


def withdraws(chair: Persona | Actor, question_id: int, number: int, reason: str = WHY) -> None:
    actor = chair if isinstance(chair, Actor) else chair.actor()
    with transaction() as session:
        rulings.withdraw_ballot(session, actor, question_id, number, reason)


def extends(official: Persona | Actor, question_id: int, by: int) -> None:
    actor = official if isinstance(official, Actor) else official.actor()
    with transaction() as session:
        rulings.extend(session, actor, question_id, by=by, reason=WHY)


def asks_annulment(official: Persona, question_id: int) -> int:
    with transaction() as session:
        annulment.ask(session, official.actor(), question_id, WHY)
    return newest_ruling()


def annuls(official: Persona, question_id: int, ruling_id: int) -> None:
    with transaction() as session:
        annulment.confirm(session, official.actor(), question_id, ruling_id)


def asks_correction(
    official: Persona, question_id: int, *, present: list[str], classified: dict[str, Choice] | None = None
) -> int:
    with transaction() as session:
        correction.ask(session, official.actor(), question_id, present=present, classified=classified or {}, reason=WHY)
    return newest_ruling()


def corrects(official: Persona, question_id: int, ruling_id: int) -> None:
    with transaction() as session:
        correction.confirm(session, official.actor(), question_id, ruling_id)


def newest_ruling() -> int:
    with reading() as session:
        return session.scalars(select(Ruling.id).order_by(Ruling.id.desc())).first() or 0


def seats(room: Room, *keys: str) -> list[str]:
    return [str(room.world.membership(key)) for key in keys]


def entries(question_id: int) -> list[dict[str, Any]]:
    return [json.loads(body) for body in bodies(question_id)]


def notices_of(person: Persona) -> list[tuple[str, dict[str, Any]]]:
    with reading() as session:
        found = session.scalars(select(Notice).where(Notice.person_id == person.person_id).order_by(Notice.id))
        return [(notice.sentence, notice.values) for notice in found]


def stale(official: Persona) -> Actor:
    return replace(official.actor(), stepped_up_until=None)


def voted(question_id: int) -> int:
    with reading() as session:
        return session.get_one(Box, question_id).voted


# A ballot withdrawn


@pytest.mark.both_databases
def test_a_withdrawn_ballot_does_not_count_and_the_member_may_vote_again(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    number = casts(health_minister, question_id, "no").number
    withdraws(chair, question_id, number)
    assert voted(question_id) == 0
    ruling = entries(question_id)[-1]
    assert (ruling["type"], ruling["entry"], ruling["reason"]) == ("withdrawn", number, WHY)
    assert ruling["ruled_by"] == {"id": str(chair.person_id), "name": chair.actor().name}
    with reading() as session:
        assert queries.panel(session, health_minister.actor(), question_id).mine is None
    casts(health_minister, question_id, "yes")
    assert voted(question_id) == 1
    figures = figures_at_close(question_id, secretary.actor())
    assert (figures["yes"], figures["no"]) == (1, 0)
    assert entry_rules.check_chain(bodies(question_id)) is None


def test_the_member_is_told_and_the_room_hears_of_the_count(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    number = casts(health_minister, question_id, "no").number
    withdraws(chair, question_id, number)
    [(sentence, values)] = notices_of(health_minister)
    assert (sentence, values["number"]) == ("BALLOT_WITHDRAWN", str(number))
    with reading() as session:
        newest = session.scalars(
            select(NewsItem).where(NewsItem.kind == "question").order_by(NewsItem.id.desc())
        ).first()
    assert newest is not None
    assert (newest.state["state"], newest.state["ruled"]) == ("open", True)  # so that an open ballot is fetched anew


@pytest.mark.both_databases
def test_an_earlier_ballot_of_the_member_counts_again_and_they_are_told_which(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    first = casts(health_minister, question_id, "no").number
    second = casts(health_minister, question_id, "yes").number
    withdraws(chair, question_id, second)
    assert voted(question_id) == 1
    assert notices_of(health_minister)[0][0] == "EARLIER_BALLOT_COUNTS"
    assert notices_of(health_minister)[0][1]["standing"] == str(first)
    with reading() as session:
        mine = queries.panel(session, health_minister.actor(), question_id).mine
    assert mine is not None
    assert mine.number == first
    assert figures_at_close(question_id, secretary.actor())["no"] == 1


def test_a_newer_ballot_stands_when_an_older_one_is_withdrawn(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    first = casts(health_minister, question_id, "no").number
    casts(health_minister, question_id, "yes")
    withdraws(chair, question_id, first)
    assert notices_of(health_minister)[0][0] == "NEWER_BALLOT_STANDS"
    assert figures_at_close(question_id, secretary.actor())["yes"] == 1


@pytest.mark.both_databases
def test_only_a_ballot_can_be_withdrawn_and_only_once(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    number = casts(health_minister, question_id, "no").number
    assert refusal(withdraws, chair, question_id, 0) is Reason.NO_SUCH_BALLOT
    assert refusal(withdraws, chair, question_id, 99) is Reason.NO_SUCH_BALLOT
    withdraws(chair, question_id, number)
    assert refusal(withdraws, chair, question_id, number) is Reason.WITHDRAWN_BEFORE
    assert refusal(withdraws, chair, question_id, number + 1) is Reason.NO_SUCH_BALLOT  # the ruling itself


def test_only_the_chair_with_a_fresh_second_factor_rules_while_the_question_is_open(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    draft = rooms.prepared(room, secretary.actor())
    assert refusal(withdraws, chair, draft, 1) is Reason.ONLY_WHILE_OPEN
    question_id = opened(room, secretary.actor())
    number = casts(health_minister, question_id, "no").number
    for other in (secretary, health_minister):
        with pytest.raises(Forbidden):
            withdraws(other, question_id, number)
    with pytest.raises(StepUpNeeded):
        withdraws(stale(chair), question_id, number)
    closed(question_id, secretary.actor())
    assert refusal(withdraws, chair, question_id, number) is Reason.ONLY_WHILE_OPEN


def test_where_no_change_is_allowed_a_withdrawn_ballot_may_be_cast_anew(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        frozen = session.get_one(Question, question_id)
        frozen.rule = {**(frozen.rule or {}), "change_of_ballot": "never"}
    number = casts(health_minister, question_id, "no").number
    with pytest.raises(Refused):
        casts(health_minister, question_id, "yes")
    withdraws(chair, question_id, number)
    casts(health_minister, question_id, "yes")


# The end moved


@pytest.mark.both_databases
def test_the_end_is_moved_in_the_box_on_the_panel_and_for_the_clock(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    ended = question(question_id).closes_at
    assert ended is not None
    extends(secretary, question_id, 10)
    moved = question(question_id).closes_at
    assert moved == ended + timedelta(minutes=10)
    last = entries(question_id)[-1]
    assert (last["type"], last["reason"]) == ("extended", WHY)
    assert last["deadline"] == box.instant(moved)
    with reading() as session:
        [due] = session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}"))
        news = session.scalars(select(NewsItem).where(NewsItem.kind == "question").order_by(NewsItem.id.desc())).first()
    assert due == moved
    assert news is not None
    assert news.state["closes_at"] == box.instant(moved)


def test_a_ballot_after_the_old_end_counts_and_the_clock_waits_for_the_new_one(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    extends(secretary, question_id, 10)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    actor = health_minister.actor()
    lasting = replace(actor, stepped_up_until=later + timedelta(minutes=1))
    casts(lasting, question_id, "yes")
    outcome_jobs.close_written(question_id=question_id)
    assert question(question_id).state is QuestionState.OPEN


@pytest.mark.both_databases
def test_a_close_by_the_clock_that_was_on_its_way_when_the_end_was_moved_is_refused(
    room: Room, secretary: Persona
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    extends(secretary, question_id, 10)
    assert refusal(closed, question_id, SYSTEM) is conduct.Reason.STILL_RUNNING


def test_an_end_is_not_moved_where_there_is_none_or_it_has_passed(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = rooms.prepared(room, secretary.actor())
    assert refusal(extends, secretary, draft, 5) is Reason.ONLY_WHILE_OPEN
    without = opened(room, secretary.actor())
    assert refusal(extends, secretary, without, 5) is Reason.NO_END
    closed(without, secretary.actor())
    assert refusal(extends, secretary, without, 5) is Reason.ONLY_WHILE_OPEN
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    actor = secretary.actor()
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    lasting = replace(actor, stepped_up_until=later + timedelta(minutes=1))
    assert refusal(extends, lasting, question_id, 5) is Reason.END_PASSED


def test_who_does_not_conduct_moves_no_end_nor_without_a_second_factor(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=1))
    with pytest.raises(Forbidden):
        extends(health_minister, question_id, 5)
    with pytest.raises(StepUpNeeded):
        extends(stale(secretary), question_id, 5)


def test_a_written_question_is_extended_in_working_days_within_what_the_rule_allows_and_members_are_told(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor(), days=3)
    ended = question(question_id).closes_at
    with reading() as session:
        row = session.get_one(Question, question_id)
        _least, most = written.period(session.get_one(Body, row.body_id), row)
    assert refusal(extends, secretary, question_id, most + 1) is conduct.Reason.DAYS_OUT_OF_RANGE
    assert refusal(extends, secretary, question_id, 3) is Reason.NOT_LATER
    extends(secretary, question_id, 4)
    moved = question(question_id)
    assert ended is not None
    assert moved.closes_at is not None
    assert moved.closes_at > ended
    assert moved.deadline_days == 4
    assert [sentence for sentence, _values in notices_of(health_minister)] == ["OPINION_CIRCULATED", "OPINION_EXTENDED"]


def test_a_moved_deadline_moves_the_planned_close(room: Room, secretary: Persona) -> None:
    question_id = circulated(room, secretary.actor(), days=3)
    extends(secretary, question_id, 4)
    with reading() as session:
        planned = session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}")).all()
    assert planned == [_closes_at(question_id) + conduct.GRACE[Form.WRITTEN]]


def _closes_at(question_id: int) -> datetime:
    ends = question(question_id).closes_at
    assert ends is not None
    return ends


# Annulment


@pytest.mark.both_databases
def test_two_officials_annul_an_open_vote_and_a_new_question_may_be_put(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    ruling = asks_annulment(secretary, question_id)
    assert question(question_id).state is QuestionState.OPEN
    annuls(chair, question_id, ruling)
    assert question(question_id).state is QuestionState.ANNULLED
    last = entries(question_id)[-1]
    assert (last["type"], last["reason"]) == ("annulled", WHY)
    assert (last["entered_by"]["id"], last["confirmed_by"]["id"]) == (str(secretary.person_id), str(chair.person_id))
    with pytest.raises(Refused):
        casts(health_minister, question_id, "no")
    assert notices_of(health_minister)[-1][0] == "VOTE_ANNULLED"
    again = opened(room, secretary.actor())
    assert question(again).state is QuestionState.OPEN


def test_a_closed_vote_that_is_annulled_shows_no_result_and_says_why(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    closed(question_id, secretary.actor())
    annuls(secretary, question_id, asks_annulment(chair, question_id))
    with reading() as session:
        panel = queries.panel(session, health_minister.actor(), question_id)
        assert results.result(session, health_minister.actor(), question_id) is None
        [line] = queries.questions_of_item(session, [room.item_id])[room.item_id]
    assert panel.result is None
    assert panel.annulment is not None
    assert panel.annulment.reason == WHY
    assert panel.annulment.by == (chair.actor().name, secretary.actor().name)
    assert (line.state, line.outcome, line.counts) == (QuestionState.ANNULLED, None, False)
    assert [entry["type"] for entry in entries(question_id)][-2:] == ["closed", "annulled"]
    assert entry_rules.check_chain(bodies(question_id)) is None


@pytest.mark.both_databases
def test_an_annulment_needs_two_different_people_and_waits_once(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    with pytest.raises(Forbidden):
        asks_annulment(health_minister, question_id)
    ruling = asks_annulment(secretary, question_id)
    assert refusal(annuls, secretary, question_id, ruling) is Reason.ANOTHER_OFFICIAL
    assert refusal(asks_annulment, chair, question_id) is Reason.ASKED_BEFORE
    with pytest.raises(Forbidden):
        annuls(health_minister, question_id, ruling)
    annuls(persona("second_secretary"), question_id, ruling)
    assert refusal(annuls, chair, question_id, ruling) is Reason.ANNULLED_BEFORE
    assert refusal(asks_annulment, chair, question_id) is Reason.ANNULLED_BEFORE


def test_an_annulment_that_is_dropped_is_not_confirmed(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    ruling = asks_annulment(secretary, question_id)
    with transaction() as session:
        two_officials.discard(session, chair.actor(), question_id, ruling)
    assert refusal(annuls, chair, question_id, ruling) is Reason.NOT_WAITING
    with pytest.raises(Refused, match="NOT_WAITING"), transaction() as session:
        two_officials.discard(session, chair.actor(), question_id, ruling)
    annuls(chair, question_id, asks_annulment(secretary, question_id))


def test_what_waits_belongs_to_its_question_and_its_kind(room: Room, secretary: Persona, chair: Persona) -> None:
    first = opened(room, secretary.actor())
    closed(first, secretary.actor())
    ruling = asks_annulment(secretary, first)
    second = opened(room, secretary.actor())
    with pytest.raises(NotFound):
        annuls(chair, second, ruling)
    with pytest.raises(NotFound):
        corrects(chair, first, ruling)


def test_a_question_that_was_not_opened_or_is_declared_is_not_annulled(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    draft = rooms.prepared(room, secretary.actor())
    assert refusal(asks_annulment, chair, draft) is Reason.NOTHING_TO_ANNUL
    assert refusal(annuls, chair, draft, 1) is Reason.NOTHING_TO_ANNUL
    question_id = opened(room, secretary.actor())
    closed(question_id, secretary.actor())
    ruling = asks_annulment(secretary, question_id)
    with transaction() as session:
        service.note_declared(session.get_one(Question, question_id), "fail")
    assert refusal(asks_annulment, chair, question_id) is Reason.DECLARED
    assert refusal(annuls, chair, question_id, ruling) is Reason.DECLARED


@pytest.mark.both_databases
def test_a_written_vote_that_is_annulled_is_over_for_the_clock_and_in_every_list(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    annuls(chair, question_id, asks_annulment(secretary, question_id))
    outcome_jobs.close_written(question_id=question_id)
    assert question(question_id).state is QuestionState.ANNULLED
    with reading() as session:
        [asked] = asked_of(session, health_minister.actor())
        wanted = session.scalars(select(Job.name).where(Job.key == f"archive:written:{question_id}")).all()
    assert (asked.state, asked.outcome) == (QuestionState.ANNULLED, None)
    assert wanted == ["outcomes.archive_written"]
    outcome_jobs.archive_written(question_id=question_id)
    assert archives_of(question_id) == 1


# Correction


def closed_short_of_one(room: Room, secretary: Persona, persona: People) -> int:
    """Two of six approve, the Prime Minister among them, and one has another opinion: with that one it would be half, and settled."""
    question_id = opened(room, secretary.actor())
    for key in MEMBERS[:2]:
        casts(persona(key), question_id, "yes")
    casts(persona(OPINION), question_id, "other", text="Cần thêm số liệu")
    closed(question_id, secretary.actor())
    return question_id


@pytest.mark.both_databases
def test_another_opinion_that_was_read_wrongly_changes_the_outcome_and_the_first_result_stays(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = closed_short_of_one(room, secretary, persona)
    before = question(question_id)
    assert before.outcome == "fail"
    ruling = asks_correction(
        secretary, question_id, present=seats(room, *MEMBERS), classified={seats(room, OPINION)[0]: Choice.YES}
    )
    assert question(question_id).outcome == "fail"
    corrects(chair, question_id, ruling)
    after = question(question_id)
    assert (after.outcome, after.result) == ("pass", before.result)
    last = entries(question_id)[-1]
    assert (last["type"], last["outcome"], last["figures"]["yes"]) == ("corrected", "pass", 3)
    assert last["circumstances"]["classified"] == {seats(room, OPINION)[0]: "yes"}
    assert entry_rules.check_chain(bodies(question_id)) is None
    with reading() as session:
        shown = results.result(session, secretary.actor(), question_id)
    assert shown is not None
    assert shown.outcome is Outcome.PASS
    assert shown.original is not None
    assert shown.original.outcome is Outcome.FAIL
    [told] = shown.corrections
    assert (told.reason, told.by, told.outcome) == (WHY, (secretary.actor().name, chair.actor().name), Outcome.PASS)


def test_who_was_not_there_after_all_leaves_the_presence(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = closed_short_of_one(room, secretary, persona)
    here = seats(room, *MEMBERS[:5])
    corrects(chair, question_id, asks_correction(secretary, question_id, present=[*here, "987654"]))
    last = entries(question_id)[-1]
    assert last["circumstances"]["present"] == sorted(here)
    assert last["figures"]["absent"] == 1
    with reading() as session:
        shown = results.result(session, secretary.actor(), question_id)
    assert shown is not None
    assert len(shown.present) == 5


@pytest.mark.both_databases
def test_a_second_correction_stands_beside_the_first(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = closed_short_of_one(room, secretary, persona)
    other = seats(room, OPINION)[0]
    everyone = seats(room, *MEMBERS)
    corrects(
        chair, question_id, asks_correction(secretary, question_id, present=everyone, classified={other: Choice.YES})
    )
    corrects(
        secretary, question_id, asks_correction(chair, question_id, present=everyone, classified={other: Choice.NO})
    )
    after = question(question_id)
    assert [each["outcome"] for each in after.corrections] == ["pass", "fail"]
    assert after.outcome == "fail"


def test_nothing_is_corrected_that_does_not_differ_nor_by_one_official(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, persona: People
) -> None:
    question_id = closed_short_of_one(room, secretary, persona)
    everyone = seats(room, *MEMBERS)
    assert refusal(asks_correction, secretary, question_id, present=everyone) is Reason.NOTHING_CHANGED
    without_one = everyone[:5]
    with pytest.raises(Forbidden):
        asks_correction(health_minister, question_id, present=without_one)
    ruling = asks_correction(secretary, question_id, present=without_one)
    assert refusal(corrects, secretary, question_id, ruling) is Reason.ANOTHER_OFFICIAL
    assert refusal(asks_correction, chair, question_id, present=without_one) is Reason.ASKED_BEFORE


def test_a_result_is_corrected_after_the_close_and_before_the_declaration_only(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    still_open = opened(room, secretary.actor())
    assert refusal(asks_correction, secretary, still_open, present=[]) is Reason.NOT_CLOSED
    annuls(chair, still_open, asks_annulment(secretary, still_open))
    assert refusal(asks_correction, secretary, still_open, present=[]) is Reason.ANNULLED_BEFORE
    question_id = closed_short_of_one(room, secretary, persona)
    ruling = asks_correction(secretary, question_id, present=[])
    with transaction() as session:
        service.note_declared(session.get_one(Question, question_id), "fail")
    assert refusal(corrects, chair, question_id, ruling) is Reason.DECLARED


def test_where_presence_is_frozen_at_the_opening_it_is_not_corrected(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = closed_short_of_one(room, secretary, persona)
    with transaction() as session:
        frozen = session.get_one(Question, question_id)
        frozen.rule = {**(frozen.rule or {}), "presence": "opening"}
    assert refusal(asks_correction, secretary, question_id, present=[]) is Reason.NOTHING_CHANGED


def test_in_writing_another_opinion_may_be_read_otherwise_and_the_bag_waits_for_the_declaration(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = circulated(room, secretary.actor(), rule_name="plain/majority_of_all_written")
    for key in MEMBERS:
        choice = "yes" if key in MEMBERS[:3] else "other"
        casts(persona(key), question_id, choice, text="Kèm góp ý")
    with transaction() as session:
        outcomes.close_question(session, secretary.actor(), question_id)
    assert question(question_id).outcome == "fail"
    assert archives_of(question_id) == 0
    other = seats(room, MEMBERS[3])[0]
    corrects(chair, question_id, asks_correction(secretary, question_id, present=[], classified={other: Choice.YES}))
    assert question(question_id).outcome == "pass"
    with transaction() as session:
        outcomes.declare(
            session, chair.actor(), question_id, DecisionKind.ADOPTED, Details("Thông qua"), kind_shown="Adopted"
        )
    outcome_jobs.archive_written(question_id=question_id)  # asking again adds none
    assert archives_of(question_id) == 1


def archives_of(question_id: int) -> int:
    with reading() as session:
        return len(session.scalars(select(Archive.id).where(Archive.question_id == question_id)).all())


def test_choosing_among_options_depends_on_no_circumstances(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        prepared = preparing.prepare(
            session, secretary.actor(), item_id=room.item_id, text="Chọn?", procedure=Procedure.CHOICE, options="A\nB"
        ).id
    rooms.put(prepared, secretary.actor())
    closed(prepared, secretary.actor())
    assert refusal(asks_correction, secretary, prepared, present=[]) is Reason.NOTHING_DEPENDS


def test_the_chair_and_the_secretary_may_annul_and_only_the_chair_rules_on_a_ballot(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    body = room.world.body_id
    needed = (Permission.ENTER_PAPER_BALLOT, Permission.ANNUL_QUESTION, Permission.RULE_ON_BALLOT)
    assert [chair.actor().may(each, body) for each in needed] == [True, True, True]
    assert [secretary.actor().may(each, body) for each in needed] == [True, True, False]
    assert [health_minister.actor().may(each, body) for each in needed] == [False, False, False]


@pytest.mark.any_database
def test_more_time_does_not_put_off_a_close_that_an_objection_has_brought_about(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor(), days=3, rule_name="plain/no_objection_written")
    casts(health_minister, question_id, "no")
    with transaction() as session:
        rulings.extend(session, secretary.actor(), question_id, by=5, reason=WHY)
    jobs.run_due(outcome_jobs.WORK)
    assert rooms.question(question_id).outcome == "objected"


@pytest.mark.any_database
def test_an_objection_that_counts_again_stops_the_procedure_at_once(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor(), days=3, rule_name="plain/no_objection_written")
    casts(health_minister, question_id, "no")
    number = casts(health_minister, question_id, "yes").number
    jobs.run_due(outcome_jobs.WORK)
    assert rooms.state_of(question_id) is QuestionState.OPEN
    with transaction() as session:
        rulings.withdraw_ballot(session, chair.actor(), question_id, number, WHY)
    jobs.run_due(outcome_jobs.WORK)
    assert rooms.question(question_id).outcome == "objected"
