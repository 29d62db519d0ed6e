"""Written opinions: the same roll, box, rule and result, with a deadline in working days and a meaning for silence."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from agenda_docs.models import Because, Grant, Matter
from agenda_docs.models import Reading as Opened
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import SYSTEM, Actor
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.notices import Delivery, Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, asked_of, casts, circulated
from tests.world import MEMBERS, World
from voting import preparing, queries, service
from voting.conduct import QuestionState, Reason
from voting.engine.result import StepKind
from voting.opinions import lists
from voting.opinions import service as written
from voting.opinions.collation import overview as overviews
from voting.opinions.lines import Wanted

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in the morning there
THURSDAY_AT_FIVE = datetime(2026, 11, 26, 10, tzinfo=UTC)
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


def fresh(persona: Persona) -> Actor:
    """The person with a lease that lasts as long as the test."""
    return replace(persona.actor(), stepped_up_until=datetime(2030, 1, 1, tzinfo=UTC))


def notices_of(key: str) -> list[tuple[int, str]]:
    with reading() as session:
        found = session.execute(
            select(Notice.person_id, Notice.sentence).where(Notice.key.like(f"%:{key}")).order_by(Notice.person_id)
        )
        return [(row.person_id, row.sentence) for row in found]


@pytest.mark.both_databases
def test_the_deadline_is_the_closing_hour_of_the_last_working_day_and_is_frozen_with_its_calendar(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    who = fresh(secretary)
    set_clock(MONDAY)
    question = rooms.question(circulated(room, who, days=3))
    assert question.closes_at == THURSDAY_AT_FIVE
    assert (question.deadline_days, question.calendar_version, question.state) == (3, 1, QuestionState.OPEN)
    first = json.loads(rooms.bodies(question.id)[0])
    assert first["deadline"] == "2026-11-26T10:00:00.000Z"
    assert first["rule"]["name"] == "viet_nam/opinion_form"


@pytest.mark.parametrize("days", [1, 6])
def test_the_period_keeps_to_what_the_body_allows(room: Room, secretary: Persona, days: int) -> None:
    with refused(Reason.DAYS_OUT_OF_RANGE):
        circulated(room, secretary.actor(), days=days)


def test_sending_needs_a_fresh_second_factor_and_happens_once(room: Room, secretary: Persona) -> None:
    with pytest.raises(StepUpNeeded):
        circulated(room, replace(secretary.actor(), stepped_up_until=clock.now()))
    question_id = circulated(room, secretary.actor())
    with refused(Reason.NOT_A_DRAFT), transaction() as session:
        written.circulate(session, secretary.actor(), question_id, 3)
    assert rooms.entries_of(question_id) == 1


@pytest.mark.parametrize("key", ["health_minister", "officer", "auditor", "outsider", "administrator"])
def test_only_who_prepares_and_conducts_sends(room: Room, persona: People, key: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        circulated(room, persona(key).actor())


def test_a_dossier_that_is_not_accepted_is_not_asked_about(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        session.get_one(Matter, room.matter_id).state = MatterState.LODGED
    with refused(Reason.NOT_ACCEPTED):
        circulated(room, secretary.actor())


@pytest.mark.both_databases
def test_members_get_the_papers_a_notice_and_an_email_and_the_recused_do_not_get_the_notice(
    room: Room, secretary: Persona
) -> None:
    rooms.bar(room, "health_minister")
    question_id = circulated(room, secretary.actor())
    asked = sorted(room.world.person(key) for key in MEMBERS if key != "health_minister")
    assert notices_of("circulated") == [(person, "OPINION_CIRCULATED") for person in asked]
    with reading() as session:
        granted = set(
            session.scalars(
                select(Grant.membership_id).where(
                    Grant.because == Because.OPINION, Grant.because_id == question_id, Grant.membership_id.is_not(None)
                )
            )
        )
        to_members = Notice.sentence == "OPINION_CIRCULATED"
        emails = session.scalars(select(Delivery.recipient).join(Notice).where(to_members)).all()
    assert granted == set(room.world.memberships.values())
    assert len(emails) == 5


def test_an_answer_may_carry_a_comment_and_be_replaced_until_the_deadline(
    room: Room, secretary: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    who, member = fresh(secretary), fresh(health_minister)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    casts(member, question_id, "yes", text="Đồng ý, đề nghị rà soát mục 3")
    casts(member, question_id, "no", text="Không đồng ý với mức vốn")
    with reading() as session:
        mine = queries.panel(session, member, question_id).mine
    assert mine is not None
    assert (mine.choice, mine.text) == ("no", "Không đồng ý với mức vốn")
    assert rooms.entries_of(question_id) == 3


def test_an_answer_counts_within_the_minute_of_grace_and_not_after_it_though_no_job_has_run(
    room: Room, secretary: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    who, member = fresh(secretary), fresh(health_minister)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    set_clock(THURSDAY_AT_FIVE + timedelta(seconds=60))
    casts(member, question_id, "yes")
    set_clock(THURSDAY_AT_FIVE + timedelta(seconds=60, milliseconds=1))
    with refused(Reason.TOO_LATE):
        casts(member, question_id, "no")


def test_before_the_deadline_it_is_not_closed(room: Room, secretary: Persona, set_clock: SetClock) -> None:
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    set_clock(THURSDAY_AT_FIVE)
    for actor in (who, SYSTEM):
        with refused(Reason.STILL_RUNNING):
            rooms.closed(question_id, actor)
    assert rooms.state_of(question_id) is QuestionState.OPEN
    assert rooms.entries_of(question_id) == 1


def test_after_the_deadline_silence_is_agreement_where_the_rule_says_so(
    room: Room, secretary: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    who, member = fresh(secretary), fresh(health_minister)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    casts(member, question_id, "no")
    set_clock(THURSDAY_AT_FIVE + timedelta(seconds=60))
    closed = rooms.closed(question_id, SYSTEM)
    assert closed.result is not None
    figures = closed.result["figures"]
    assert (closed.outcome, figures["yes"], figures["deemed_yes"], figures["no"]) == ("pass", 5, 5, 1)
    assert StepKind.SILENCE in [step["kind"] for step in closed.result["steps"]]
    assert len(closed.result["missing"]) == 5
    assert (len(notices_of("closed")), len(notices_of("overdue"))) == (1, 5)


def test_after_the_deadline_silence_is_no_agreement_where_the_rule_says_so(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    who, members = fresh(secretary), [fresh(persona(key)) for key in MEMBERS[:3]]
    set_clock(MONDAY)
    question_id = circulated(room, who, rule_name=EARLY_CLOSE)
    for member in members:
        casts(member, question_id, "yes")
    set_clock(THURSDAY_AT_FIVE + timedelta(seconds=60))
    closed = rooms.closed(question_id, SYSTEM)
    assert closed.result is not None
    assert (closed.outcome, closed.result["figures"]["yes"], closed.result["figures"]["silent"]) == ("fail", 3, 3)


@pytest.mark.both_databases
def test_it_closes_early_when_all_have_answered_and_the_rule_allows_it(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    who, members = fresh(secretary), [fresh(persona(key)) for key in MEMBERS]
    set_clock(MONDAY)
    question_id = circulated(room, who, rule_name=EARLY_CLOSE)
    for member in members[:5]:
        casts(member, question_id, "yes")
    assert close_due(question_id) == THURSDAY_AT_FIVE + timedelta(seconds=60)
    casts(members[5], question_id, "no")
    assert close_due(question_id) == MONDAY
    assert rooms.closed(question_id, SYSTEM).outcome == "pass"


def test_one_objection_ends_a_silence_procedure_before_its_deadline_and_an_agreement_does_not(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    who, agrees, objects = fresh(secretary), fresh(persona(MEMBERS[0])), fresh(persona(MEMBERS[1]))
    set_clock(MONDAY)
    question_id = circulated(room, who, rule_name="plain/no_objection_written")
    casts(agrees, question_id, "yes")
    assert close_due(question_id) == THURSDAY_AT_FIVE + timedelta(seconds=60)
    casts(objects, question_id, "no")
    assert close_due(question_id) == MONDAY
    assert rooms.closed(question_id, SYSTEM).outcome == "objected"


def close_due(question_id: int) -> datetime:
    with reading() as session:
        return session.scalars(select(Job.due_at).where(Job.key == f"close:{question_id}")).one()


@pytest.mark.both_databases
def test_the_overview_tells_the_secretary_who_is_missing_and_never_what_was_answered(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = circulated(room, secretary.actor())
    casts(health_minister, question_id, "no", text="Không đồng ý với mức vốn")
    with transaction() as session:
        session.add(
            Opened(
                person_id=health_minister.person_id,
                version_id=room.version_id,
                first_opened_at=clock.now(),
                last_opened_at=clock.now(),
            )
        )
    with reading() as session:
        overview = overviews.overview(session, secretary.actor(), question_id)
        panel = queries.panel(session, secretary.actor(), question_id)
    assert (overview.asked, overview.opened, overview.answered, overview.silent) == (5, 1, 1, 4)
    assert [member.name for member in overview.members if member.standing == "recused"] == ["Bộ trưởng Bộ Tài chính"]
    assert "mức vốn" not in repr(overview)
    assert panel.result is None


@pytest.mark.both_databases
def test_the_inbox_holds_what_is_put_to_me_and_whether_i_have_answered(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, outsider: Persona
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = circulated(room, secretary.actor())
    with reading() as session:
        before = asked_of(session, health_minister.actor())
        assert asked_of(session, finance_minister.actor()) == []
        assert asked_of(session, secretary.actor()) == []
        assert asked_of(session, outsider.actor()) == []
    casts(health_minister, question_id, "yes")
    with reading() as session:
        after = asked_of(session, health_minister.actor())
    assert [(each.id, each.answered) for each in before] == [(question_id, False)]
    assert [(each.id, each.answered) for each in after] == [(question_id, True)]


def test_a_draft_is_nobodys_business_but_theirs_who_prepare_it(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    with transaction() as session:
        question = preparing.prepare_written(
            session, secretary.actor(), matter_id=room.matter_id, text="Có thông qua không?"
        )
        question_id = question.id
    with reading() as session:
        assert asked_of(session, health_minister.actor()) == []
        with pytest.raises(NotFound):
            queries.panel(session, health_minister.actor(), question_id)
        assert [each.id for each in lists.listed(session, secretary.actor(), Wanted()).lines] == [question_id]


def test_a_written_question_is_not_opened_like_one_in_the_room(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        question = preparing.prepare_written(
            session, secretary.actor(), matter_id=room.matter_id, text="Có thông qua không?"
        )
        question_id = question.id
    for verb in (service.arm, service.open_question):
        with pytest.raises((Refused, NotFound)), transaction() as session:
            verb(session, secretary.actor(), question_id)
    assert rooms.state_of(question_id) is QuestionState.DRAFT
