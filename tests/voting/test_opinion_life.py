"""The life of a written procedure: prepared, approved by the chair, sent, extended, closed, decided, or on the agenda of a meeting."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import outcomes.service
from agenda_docs import reading as papers
from agenda_docs import search
from agenda_docs.models import Because, DocumentVersion, Grant, Matter
from ecabinet import clock
from ecabinet.access import SYSTEM, Actor, Role
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.organisation.models import Body, RoleAssignment
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from meetings import agenda
from meetings.models import AgendaItem, ItemKind, Meeting, MeetingKind
from meetings.rules import AgendaState, ItemState, MeetingState
from outcomes import contents, moving
from outcomes.models import Archive
from outcomes.rules import DecisionKind, Details
from outcomes.rules import Reason as OutcomeReason
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, approved, casts, circulated
from tests.world import MEMBERS, ZONE, World
from voting import box, choosing, preparing, service
from voting.conduct import Procedure, QuestionState
from voting.conduct import Reason as QuestionReason
from voting.models import Question
from voting.opinions import approval, lists, steps
from voting.opinions import service as written
from voting.opinions.lines import Stage, View, Wanted
from voting.opinions.models import OpinionStep, StepKind
from voting.opinions.rules import Approval, Reason
from voting.rulings import annulment, correction
from voting.rulings import service as rulings
from voting.rulings.rules import Reason as RulingReason

People = Callable[[str], Persona]
SetClock = Callable[[datetime], None]
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in the morning there
FAR = datetime(2030, 1, 1, tzinfo=UTC)
EARLY_CLOSE = "plain/majority_of_all_written"
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def refused(reason: object) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")  # type: ignore[attr-defined] # every Reason has a name


def fresh(persona: Persona) -> Actor:
    """The person with a lease that lasts as long as the test."""
    return replace(persona.actor(), stepped_up_until=FAR)


def drafted(room: Room, secretary: Persona | Actor) -> int:
    """Prepare a written question and return its id."""
    with transaction() as session:
        return preparing.prepare_written(session, actor_of(secretary), matter_id=room.matter_id, text=TEXT).id


def proposed(room: Room, secretary: Persona | Actor) -> tuple[int, str]:
    """Prepare a written question, propose it to the chair; return its id and what the chair sees."""
    question_id = drafted(room, secretary)
    with transaction() as session:
        seen = approval.propose(session, actor_of(secretary), question_id, "Cần gửi trong tuần").approved_hash
    return question_id, seen or ""


def actor_of(who: Persona | Actor) -> Actor:
    return who if isinstance(who, Actor) else who.actor()


def sends(secretary: Actor, question_id: int, days: int = 3) -> None:
    with transaction() as session:
        written.circulate(session, secretary, question_id, days)


def stands(question_id: int, who: Persona) -> approval.Standing:
    with reading() as session:
        found = approval.standing(session, who.actor(), session.get_one(Question, question_id))
    assert found is not None
    return found


def life(question_id: int) -> list[StepKind]:
    with reading() as session:
        return [step.kind for step in steps.of_question(session, question_id)]


def told(sentence: str) -> set[int]:
    with reading() as session:
        return set(session.scalars(select(Notice.person_id).where(Notice.sentence == sentence)))


# The chair's approval.


def test_a_question_goes_from_the_secretary_to_the_chair_to_the_members_and_each_step_is_kept(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id, seen = proposed(room, secretary)
    assert told("OPINION_PROPOSED") == {chair.person_id}
    assert stands(question_id, chair).may_answer
    assert not stands(question_id, secretary).may_answer
    with transaction() as session:
        approval.approve(session, chair.actor(), question_id, seen=seen)
    assert told("OPINION_APPROVED") == {secretary.person_id, persona("second_secretary").person_id}
    sends(secretary.actor(), question_id)
    assert rooms.state_of(question_id) is QuestionState.OPEN
    with reading() as session:
        found = steps.of_question(session, question_id)
    assert [(step.kind, step.by) for step in found] == [
        (StepKind.PREPARED, "Thư ký phiên họp"),
        (StepKind.PROPOSED, "Thư ký phiên họp"),
        (StepKind.APPROVED, "Thủ tướng Chính phủ"),
        (StepKind.CIRCULATED, "Thư ký phiên họp"),
    ]
    assert found[1].remark == "Cần gửi trong tuần"
    assert (found[3].values["days"], found[3].values["calendar"], found[3].values["asked"]) == (3, 1, 6)


@sqlite_alone
@pytest.mark.parametrize("is_proposed", [False, True])
def test_nothing_is_sent_that_the_chair_has_not_approved(room: Room, secretary: Persona, *, is_proposed: bool) -> None:
    question_id = proposed(room, secretary)[0] if is_proposed else drafted(room, secretary)
    with refused(Reason.NOT_APPROVED):
        sends(secretary.actor(), question_id)
    assert rooms.state_of(question_id) is QuestionState.DRAFT


@sqlite_alone
def test_the_chair_too_sends_only_what_was_approved(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id, _seen = proposed(room, secretary)
    with refused(Reason.NOT_APPROVED):
        sends(chair.actor(), question_id)


@sqlite_alone
def test_a_body_may_do_without_the_approval(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        session.get_one(Body, room.world.body_id).circulation_approved = False
    question_id = drafted(room, secretary)
    assert stands(question_id, secretary).is_ready
    with refused(Reason.NOT_NEEDED), transaction() as session:
        approval.propose(session, secretary.actor(), question_id)
    sends(secretary.actor(), question_id)
    assert rooms.state_of(question_id) is QuestionState.OPEN


@sqlite_alone
def test_the_chair_returns_a_question_with_a_reason_and_it_may_be_proposed_again(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id, seen = proposed(room, secretary)
    with refused(Reason.REASON_MISSING), transaction() as session:
        approval.send_back(session, chair.actor(), question_id, seen=seen, reason="  ")
    with transaction() as session:
        approval.send_back(session, chair.actor(), question_id, seen=seen, reason="Nêu rõ mức vốn")
    assert secretary.person_id in told("OPINION_RETURNED")
    now = stands(question_id, secretary)
    assert (now.approval, now.remark, now.has_fallen, now.may_propose) == (
        Approval.RETURNED,
        "Nêu rõ mức vốn",
        False,
        True,
    )
    with refused(Reason.NOT_APPROVED):
        sends(secretary.actor(), question_id)
    approved(room, secretary.actor(), question_id)
    sends(secretary.actor(), question_id)
    assert life(question_id)[1:4] == [StepKind.PROPOSED, StepKind.RETURNED, StepKind.PROPOSED]


def _rewords(session: Session, question_id: int, who: Actor) -> None:
    preparing.amend(session, who, question_id, "Thông qua Đề án với mức vốn 20.000 tỷ đồng?")


def _changes_the_rule(session: Session, question_id: int, who: Actor) -> None:
    preparing.rewrite_written(
        session,
        who,
        question_id,
        text=TEXT,
        rule_name=EARLY_CLOSE,
        procedure=Procedure.VOTE,
        options="",
    )


def _asks_to_choose(session: Session, question_id: int, who: Actor) -> None:
    preparing.rewrite_written(
        session,
        who,
        question_id,
        text=TEXT,
        rule_name=None,
        procedure=Procedure.CHOICE,
        options="Phương án 1\nPhương án 2",
    )


def _replaces_the_paper(session: Session, _question_id: int, _who: Actor) -> None:
    session.execute(update(DocumentVersion).values(served_sha256="9" * 64))


CHANGES = [_rewords, _changes_the_rule, _asks_to_choose, _replaces_the_paper]


@sqlite_alone
@pytest.mark.parametrize("change", CHANGES)
def test_an_approval_falls_when_what_was_approved_changes(
    room: Room, secretary: Persona, change: Callable[[Session, int, Actor], None]
) -> None:
    question_id = drafted(room, secretary)
    approved(room, secretary.actor(), question_id)
    assert stands(question_id, secretary).is_ready
    with transaction() as session:
        change(session, question_id, secretary.actor())
    fallen = stands(question_id, secretary)
    assert (fallen.approval, fallen.has_fallen, fallen.is_ready, fallen.may_propose) == (None, True, False, True)
    with pytest.raises(Refused) as refusal:
        sends(secretary.actor(), question_id)
    assert refusal.value.reason in (Reason.NOT_APPROVED, Reason.APPROVAL_FELL)
    approved(room, secretary.actor(), question_id)
    sends(secretary.actor(), question_id)


@sqlite_alone
@pytest.mark.parametrize("change", CHANGES)
def test_the_chair_approves_nothing_that_changed_while_it_was_on_screen(
    room: Room, secretary: Persona, chair: Persona, change: Callable[[Session, int, Actor], None]
) -> None:
    question_id, seen = proposed(room, secretary)
    with transaction() as session:
        change(session, question_id, secretary.actor())
    with pytest.raises(Refused) as refusal, transaction() as session:
        approval.approve(session, chair.actor(), question_id, seen=seen)
    assert refusal.value.reason in (Reason.NOT_PROPOSED, Reason.CHANGED_MEANWHILE)
    assert StepKind.APPROVED not in life(question_id)


@sqlite_alone
def test_keeping_a_draft_as_it_is_leaves_its_approval(room: Room, secretary: Persona) -> None:
    question_id = drafted(room, secretary)
    approved(room, secretary.actor(), question_id)
    with transaction() as session:
        preparing.rewrite_written(
            session,
            secretary.actor(),
            question_id,
            text=TEXT,
            rule_name=None,
            procedure=Procedure.VOTE,
            options="",
        )
    assert stands(question_id, secretary).is_ready
    assert StepKind.AMENDED not in life(question_id)


@sqlite_alone
def test_the_chair_approves_with_a_fresh_second_factor_and_never_what_they_proposed(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    both = replace(fresh(chair), roles=both_roles(room))
    question_id, seen = proposed(room, both)
    with refused(Reason.PROPOSED_IT), transaction() as session:
        approval.approve(session, both, question_id, seen=seen)
    with transaction() as session:
        approval.send_back(session, both, question_id, seen=seen, reason="Người khác trình")
        seen = approval.propose(session, secretary.actor(), question_id).approved_hash or ""
    with pytest.raises(StepUpNeeded), transaction() as session:
        approval.approve(session, replace(both, stepped_up_until=None), question_id, seen=seen)
    with transaction() as session:
        approval.approve(session, both, question_id, seen=seen)
    assert life(question_id)[-1] is StepKind.APPROVED


@sqlite_alone
def test_a_question_is_proposed_once_and_answered_once(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id, seen = proposed(room, secretary)
    with refused(Reason.PROPOSED_BEFORE), transaction() as session:
        approval.propose(session, secretary.actor(), question_id)
    with transaction() as session:
        approval.approve(session, chair.actor(), question_id, seen=seen)
    with refused(Reason.NOT_PROPOSED), transaction() as session:
        approval.send_back(session, chair.actor(), question_id, seen=seen, reason="Muộn")
    sends(secretary.actor(), question_id)
    for verb in (approval.propose, lambda *given: approval.approve(*given, seen=seen)):
        with refused(QuestionReason.NOT_A_DRAFT), transaction() as session:
            verb(session, replace(chair.actor(), roles=both_roles(room)), question_id)


def both_roles(room: Room) -> dict[int, frozenset[Role]]:
    return {room.world.body_id: frozenset({Role.CHAIR, Role.SECRETARY, Role.MEMBER})}


@sqlite_alone
@pytest.mark.parametrize("key", ["secretary", "health_minister", "officer", "outsider", "administrator", "auditor"])
def test_only_the_chair_approves(room: Room, secretary: Persona, persona: People, key: str) -> None:
    question_id, seen = proposed(room, secretary)
    who = persona(key).actor()
    with pytest.raises((Forbidden, NotFound)), transaction() as session:
        approval.approve(session, who, question_id, seen=seen)
    with pytest.raises((Forbidden, NotFound)), transaction() as session:
        approval.send_back(session, who, question_id, seen=seen, reason="Không")


@sqlite_alone
def test_the_chair_reads_what_is_proposed_and_no_longer_once_it_is_withdrawn(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    with transaction() as session:
        session.execute(delete(Grant).where(Grant.membership_id == room.world.membership("prime_minister")))
    question_id = drafted(room, secretary)
    with reading() as session:
        assert not papers.may_read(session, chair.actor(), room.matter_id)
    with transaction() as session:
        approval.propose(session, secretary.actor(), question_id)
    with reading() as session:
        assert papers.may_read(session, chair.actor(), room.matter_id)
    with transaction() as session:
        service.withdraw(session, secretary.actor(), question_id)
    with reading() as session:
        assert not papers.may_read(session, chair.actor(), room.matter_id)
        standing = session.scalars(select(Grant.ends_at).where(Grant.because == Because.OPINION)).all()
    assert None not in standing
    assert life(question_id)[-1] is StepKind.WITHDRAWN


@sqlite_alone
def test_where_the_chair_has_a_conflict_of_interest_somebody_else_has_to_be_given_the_role(
    room: Room, secretary: Persona, persona: People
) -> None:
    rooms.bar(room, "prime_minister")
    question_id = drafted(room, secretary)
    with refused(Reason.NOBODY_TO_APPROVE), transaction() as session:
        approval.propose(session, secretary.actor(), question_id)
    deputy = room.world.person("deputy_prime_minister")
    with transaction() as session:
        session.add(
            RoleAssignment(
                person_id=deputy,
                body_id=room.world.body_id,
                role=Role.CHAIR,
                starts_on=date(2026, 1, 1),
                granted_at=clock.now(),
            )
        )
    with transaction() as session:
        seen = approval.propose(session, secretary.actor(), question_id).approved_hash
    acting = persona("deputy_prime_minister").actor()
    with transaction() as session:
        approval.approve(session, acting, question_id, seen=seen or "")
    assert stands(question_id, secretary).is_ready


def test_the_steps_of_a_life_are_never_changed_or_deleted(room: Room, secretary: Persona) -> None:
    drafted(room, secretary)
    for statement in (update(OpinionStep).values(remark="khác"), delete(OpinionStep)):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(statement)


# Drafts: choosing among options, editing, copying.


@sqlite_alone
def test_options_are_prepared_in_writing_and_the_approval_covers_them(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        question = preparing.prepare_written(
            session,
            secretary.actor(),
            matter_id=room.matter_id,
            text="Chọn phương án tuyến?",
            procedure=Procedure.CHOICE,
            options="Tuyến ven biển\nTuyến cao tốc",
        )
        question_id = question.id
    kept = rooms.question(question_id)
    assert (kept.procedure, kept.labels) == (Procedure.CHOICE, ["Tuyến ven biển", "Tuyến cao tốc"])
    with refused(choosing.Reason.OPTIONS_WITHOUT_CHOICE), transaction() as session:
        preparing.prepare_written(
            session, secretary.actor(), matter_id=room.matter_id, text="Đồng ý?", options="Tuyến ven biển"
        )


@sqlite_alone
def test_what_was_sent_is_not_rewritten(room: Room, secretary: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    with refused(QuestionReason.NOT_AMENDABLE), transaction() as session:
        preparing.rewrite_written(
            session,
            secretary.actor(),
            question_id,
            text="Khác",
            rule_name=None,
            procedure=Procedure.VOTE,
            options="",
        )


@sqlite_alone
def test_a_question_that_nobody_answered_is_annulled_and_copied_as_a_new_draft(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor(), rule_name=EARLY_CLOSE)
    with transaction() as session:
        ruling = annulment.ask(session, secretary.actor(), question_id, "Nhầm mức vốn").id
    with transaction() as session:
        annulment.confirm(session, chair.actor(), question_id, ruling)
    assert life(question_id)[-1] is StepKind.ANNULLED
    with transaction() as session:
        copy = preparing.copy_written(session, secretary.actor(), question_id)
        copied = (copy.text, copy.rule_name, copy.state, copy.round, copy.approval)
    assert copied == (TEXT, EARLY_CLOSE, QuestionState.DRAFT, 2, None)


@sqlite_alone
def test_only_who_prepares_copies(room: Room, secretary: Persona, health_minister: Persona, outsider: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    for who, error in ((health_minister, Forbidden), (outsider, NotFound)):
        with pytest.raises(error), transaction() as session:
            preparing.copy_written(session, who.actor(), question_id)
    in_the_room = rooms.prepared(room, secretary.actor())
    with refused(Reason.NOT_TO_COPY), transaction() as session:
        preparing.copy_written(session, secretary.actor(), in_the_room)


# The end of it: closed, declared, moved to a meeting.


def over(room: Room, secretary: Persona, set_clock: SetClock, *answering: Persona) -> int:
    """Send a question, let these members disagree in words, let its time run out and close it; return its id."""
    people = [fresh(who) for who in answering]
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    for member in people:
        casts(member, question_id, "no", text="Không đồng ý với mức vốn")
    set_clock(MONDAY + timedelta(days=4))
    rooms.closed(question_id, SYSTEM)
    return question_id


def planned(room: Room, *, state: MeetingState = MeetingState.PLANNED, body_id: int | None = None) -> int:
    """Plan a meeting of the government in December and return its id."""
    with transaction() as session:
        meeting = Meeting(
            body_id=body_id or room.world.body_id,
            kind=MeetingKind.REGULAR,
            title="Phiên họp tháng 12",
            starts_local=datetime(2026, 12, 10, 8),  # noqa: DTZ001 - wall time
            zone=ZONE,
            state=state,
            chair_membership_id=room.world.membership("prime_minister"),
            created_by_id=room.world.person("secretary"),
        )
        session.add(meeting)
        session.flush()
        return meeting.id


def moves(who: Actor, question_id: int, meeting_id: int, reason: str = "Còn ý kiến khác nhau") -> int:
    with transaction() as session:
        return moving.move_to_meeting(session, who, question_id, meeting_id, reason).id


def declares(who: Actor, question_id: int) -> None:
    with transaction() as session:
        outcomes.service.declare(session, who, question_id, DecisionKind.ADOPTED, Details("Thông qua."), kind_shown="")


@sqlite_alone
def test_the_close_by_the_clock_and_the_declaration_are_steps(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    presides = fresh(chair)
    question_id = over(room, secretary, set_clock, health_minister)
    declares(presides, question_id)
    with reading() as session:
        closed, declared = steps.of_question(session, question_id)[-2:]
    assert (closed.kind, closed.by) == (StepKind.CLOSED, "")
    assert (closed.values["answered"], closed.values["asked"], closed.values["early"]) == (1, 6, False)
    assert (declared.kind, declared.by, declared.values["outcome"]) == (
        StepKind.DECLARED,
        "Thủ tướng Chính phủ",
        "pass",
    )


def test_a_closed_question_goes_on_the_agenda_of_a_meeting_with_every_answer(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    presides, member = fresh(chair), fresh(health_minister)
    question_id, meeting_id = over(room, secretary, set_clock, health_minister), planned(room)
    item_id = moves(presides, question_id, meeting_id)
    with reading() as session:
        item = session.get_one(AgendaItem, item_id)
        meeting = session.get_one(Meeting, meeting_id)
        bags = session.scalars(select(Archive.question_id)).all()
        [found] = moving.rounds_of(session, member, room.world.body_id, room.matter_id)
    assert (item.matter_id, item.title, item.meeting_id) == (room.matter_id, "Đề án cấp nước sạch", meeting_id)
    assert (meeting.agenda_state, meeting.revision) == (AgendaState.DRAFT, 2)
    assert bags == [question_id]
    assert (found.number, found.reason) == (1, "Còn ý kiến khác nhau")
    [words] = found.result.groups["no"]
    assert (words.name, words.text) == ("Bộ trưởng Bộ Y tế", "Không đồng ý với mức vốn")
    assert life(question_id)[-1] is StepKind.MOVED
    assert told("OPINION_MOVED") == {room.world.person(key) for key in MEMBERS}
    with refused(OutcomeReason.MOVED):
        declares(presides, question_id)
    with refused(OutcomeReason.MOVED):
        moves(presides, question_id, planned(room))


@sqlite_alone
def test_the_secretary_moves_it_too_and_a_published_agenda_needs_a_new_version(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    who = fresh(secretary)
    question_id, meeting_id = over(room, secretary, set_clock), planned(room)
    with transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        meeting.agenda_state, meeting.published_version, meeting.revision = AgendaState.PUBLISHED, 1, 4
    moves(who, question_id, meeting_id)
    with reading() as session:
        meeting = session.get_one(Meeting, meeting_id)
        assert (meeting.agenda_state, meeting.revision, meeting.published_version) == (AgendaState.DRAFT, 5, 1)


@sqlite_alone
def test_a_dossier_that_is_on_the_agenda_already_is_not_put_there_twice(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    who = fresh(secretary)
    question_id, meeting_id = over(room, secretary, set_clock), planned(room)
    with transaction() as session:
        known = agenda.add_item(
            session,
            who,
            meeting_id,
            agenda.ItemForm(ItemKind.DECISION, matter_id=room.matter_id),
            revision=session.get_one(Meeting, meeting_id).revision,
        ).id
    assert moves(who, question_id, meeting_id) == known


@sqlite_alone
def test_it_is_moved_anew_where_its_item_left_the_agenda(room: Room, secretary: Persona, set_clock: SetClock) -> None:
    who = fresh(secretary)
    question_id = over(room, secretary, set_clock)
    first = moves(who, question_id, planned(room))
    with transaction() as session:
        session.get_one(AgendaItem, first).state = ItemState.WITHDRAWN
    second = moves(who, question_id, planned(room), "Đưa lại")
    assert second != first
    with reading() as session:
        assert session.get_one(Question, question_id).moved_to_item_id == second
        assert len(session.scalars(select(Archive)).all()) == 1
        assert [found.reason for found in moving.rounds_of(session, who, room.world.body_id, room.matter_id)] == [
            "Đưa lại"
        ]


@sqlite_alone
def test_what_cannot_be_moved_says_why(room: Room, secretary: Persona, chair: Persona, set_clock: SetClock) -> None:
    who, presides = fresh(secretary), fresh(chair)
    meeting_id = planned(room)
    set_clock(MONDAY)
    is_open = circulated(room, who)
    with refused(OutcomeReason.NOT_CLOSED):
        moves(who, is_open, meeting_id)
    in_the_room = rooms.opened(room, who)
    with refused(OutcomeReason.NOT_WRITTEN):
        moves(who, in_the_room, meeting_id)
    set_clock(MONDAY + timedelta(days=4))
    rooms.closed(is_open, SYSTEM)
    with refused(OutcomeReason.MOVE_REASON_MISSING):
        moves(who, is_open, meeting_id, " ")
    for wrong in (planned(room, state=MeetingState.RUNNING), planned(room, state=MeetingState.CLOSED)):
        with refused(OutcomeReason.MEETING_NOT_PLANNED):
            moves(who, is_open, wrong)
    with pytest.raises(StepUpNeeded):
        moves(replace(who, stepped_up_until=None), is_open, meeting_id)
    declares(presides, is_open)
    with refused(OutcomeReason.ALREADY_DECLARED):
        moves(who, is_open, meeting_id)


@sqlite_alone
@pytest.mark.parametrize("key", ["health_minister", "office_reader", "auditor", "outsider", "officer"])
def test_only_the_chair_and_the_secretary_move_it(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock, key: str
) -> None:
    who = fresh(persona(key))
    question_id, meeting_id = over(room, secretary, set_clock), planned(room)
    with pytest.raises((Forbidden, NotFound)):
        moves(who, question_id, meeting_id)


@sqlite_alone
def test_the_answers_are_shown_in_the_meeting_to_those_alone_who_may_read_the_matter_and_its_questions(
    room: Room, secretary: Persona, persona: People, guest: Persona, set_clock: SetClock
) -> None:
    who, barred, visitor = fresh(secretary), fresh(persona("finance_minister")), fresh(guest)
    question_id = over(room, secretary, set_clock)
    moves(who, question_id, planned(room))
    rooms.bar(room, "finance_minister")
    with reading() as session:
        assert moving.rounds_of(session, visitor, room.world.body_id, room.matter_id) == []
        with pytest.raises(NotFound):
            moving.rounds_of(session, barred, room.world.body_id, room.matter_id)


@sqlite_alone
def test_what_was_moved_is_neither_annulled_nor_corrected(room: Room, secretary: Persona, set_clock: SetClock) -> None:
    who = fresh(secretary)
    question_id = over(room, secretary, set_clock)
    moves(who, question_id, planned(room))
    with refused(RulingReason.MOVED), transaction() as session:
        annulment.ask(session, who, question_id, "Sai")
    with refused(RulingReason.MOVED), transaction() as session:
        correction.ask(session, who, question_id, present=[], classified={}, reason="Sai")


# More time.


def extends(who: Actor, question_id: int, days: int, seen: str | None = None) -> datetime:
    with transaction() as session:
        return rulings.extend(session, who, question_id, by=days, reason="Thêm thời gian đọc", seen=seen)


def ends_at(question_id: int) -> str:
    with reading() as session:
        return box.instant(session.get_one(Question, question_id).closes_at or FAR)


@sqlite_alone
def test_more_time_is_a_step_with_its_reason_and_never_less(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    extends(who, question_id, 4)
    for days in (3, 4):
        with refused(RulingReason.NOT_LATER):
            extends(who, question_id, days)
    with reading() as session:
        step = steps.of_question(session, question_id)[-1]
    assert (step.kind, step.remark, step.values["days"]) == (StepKind.EXTENDED, "Thêm thời gian đọc", 4)


def test_of_two_officials_who_give_more_time_at_once_the_second_is_told_the_new_end(
    room: Room, secretary: Persona, chair: Persona, set_clock: SetClock
) -> None:
    first, second = fresh(secretary), fresh(chair)
    set_clock(MONDAY)
    question_id = circulated(room, first, days=3)
    both_saw = ends_at(question_id)
    until = extends(first, question_id, 4, seen=both_saw)
    with refused(RulingReason.END_MOVED_MEANWHILE) as refusal:
        extends(second, question_id, 5, seen=both_saw)
    assert refusal.value.values["ends"] == until
    assert rooms.question(question_id).deadline_days == 4
    extends(second, question_id, 5, seen=ends_at(question_id))
    assert rooms.question(question_id).deadline_days == 5


# Lists.


def listed(who: Persona | Actor, view: View = View.ALL, **narrowed: object) -> list[int]:
    actor = actor_of(who)
    with reading() as session:
        return [line.id for line in lists.listed(session, actor, Wanted(view, **narrowed)).lines]  # type: ignore[arg-type]


@sqlite_alone
def test_each_procedure_stands_in_the_list_of_its_stage_and_in_no_other(
    room: Room, secretary: Persona, chair: Persona, set_clock: SetClock
) -> None:
    who, presides = fresh(secretary), fresh(chair)
    moved = over(room, secretary, set_clock)
    moves(who, moved, planned(room))
    set_clock(MONDAY)
    declared, closed = circulated(room, who), circulated(room, who)
    set_clock(MONDAY + timedelta(days=4))
    for question_id in (declared, closed):
        rooms.closed(question_id, SYSTEM)
    declares(presides, declared)
    draft, (waiting, _seen) = drafted(room, who), proposed(room, who)
    is_open = circulated(room, who)
    expected = {
        View.PREPARED: [draft],
        View.TO_APPROVE: [waiting],
        View.CIRCULATED: [is_open],
        View.CLOSED: [closed],
        View.MOVED: [moved],
    }
    assert {view: listed(who, view) for view in expected} == expected
    assert listed(presides, View.TO_APPROVE) == [waiting]
    assert sorted(listed(who)) == sorted([moved, declared, closed, draft, waiting, is_open])
    assert listed(who, stage=Stage.DECIDED) == [declared]
    assert listed(who, outcome="pass") == [closed, declared, moved]
    assert listed(who, outcome="fail") == []


@sqlite_alone
def test_a_member_sees_what_they_have_to_answer_have_answered_and_what_is_over(
    room: Room, secretary: Persona, health_minister: Persona, set_clock: SetClock
) -> None:
    who, member = fresh(secretary), fresh(health_minister)
    ended = over(room, secretary, set_clock)
    set_clock(MONDAY)
    later, sooner, answered = circulated(room, who, days=4), circulated(room, who, days=2), circulated(room, who)
    drafted(room, who)
    casts(member, answered, "yes")
    assert listed(member, View.TO_ANSWER) == [sooner, later]
    assert listed(member, View.ANSWERED) == [answered]
    assert listed(member, View.OVER) == [ended]
    assert sorted(listed(member)) == sorted([ended, later, sooner, answered])


@sqlite_alone
@pytest.mark.parametrize("key", ["outsider", "officer", "administrator", "guest"])
def test_who_reads_no_questions_finds_none(room: Room, secretary: Persona, persona: People, key: str) -> None:
    circulated(room, secretary.actor())
    assert [listed(persona(key), view) for view in View] == [[] for _view in View]


@sqlite_alone
def test_the_barred_find_nothing_and_the_recused_are_asked_nothing(
    room: Room, secretary: Persona, persona: People
) -> None:
    rooms.bar(room, "finance_minister")
    question_id = circulated(room, secretary.actor())
    assert listed(persona("finance_minister")) == []
    assert listed(persona("health_minister"), View.TO_ANSWER) == [question_id]
    assert listed(persona("office_reader")) == [question_id]
    assert listed(persona("auditor")) == []


def test_lists_are_searched_without_marks_in_the_title_and_the_question(room: Room, secretary: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    with transaction() as session:
        search.index_matter(session, session.get_one(Matter, room.matter_id))
    for words in ("nuoc sach", "Đề án", "von", "muc VỐN nuoc", "18"):
        assert listed(secretary, words=words) == [question_id]
    for words in ("duong bo", "nuoc duong", "100%", "_"):
        assert listed(secretary, words=words) == ([question_id] if words == "_" else [])


@sqlite_alone
def test_lists_are_narrowed_by_body_agency_and_time(room: Room, secretary: Persona, set_clock: SetClock) -> None:
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who)
    world = room.world
    assert listed(who, body=world.body_id, unit=world.unit("BYT")) == [question_id]
    assert listed(who, body=world.committee_id) == []
    assert listed(who, unit=world.unit("BTC")) == []
    day = date(2026, 11, 23)
    assert listed(who, since=day, until=day) == [question_id]
    assert listed(who, since=day + timedelta(days=1)) == []
    assert listed(who, until=day - timedelta(days=1)) == []


@sqlite_alone
def test_a_list_has_pages_of_fifty_and_says_how_many_there_are(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        for number in range(53):
            preparing.prepare_written(
                session, secretary.actor(), matter_id=room.matter_id, text=f"Câu hỏi số {number}?"
            )
    with reading() as session:
        first = lists.listed(session, secretary.actor(), Wanted())
        second = lists.listed(session, secretary.actor(), Wanted(page=2))
    assert (len(first.lines), first.total, first.pages) == (50, 53, 2)
    assert [line.text for line in second.lines] == ["Câu hỏi số 2?", "Câu hỏi số 1?", "Câu hỏi số 0?"]


@sqlite_alone
@pytest.mark.parametrize(
    ("at", "due_today", "overdue"),
    [
        (MONDAY, False, False),
        (datetime(2026, 11, 25, 16, 59, tzinfo=UTC), False, False),  # a minute to midnight there, the day before
        (datetime(2026, 11, 25, 17, tzinfo=UTC), True, False),  # midnight there
        (datetime(2026, 11, 26, 10, 0, 1, tzinfo=UTC), False, True),  # after five in the afternoon, not closed yet
    ],
)
def test_what_is_due_today_or_overdue_is_marked_by_the_day_of_the_body(
    room: Room, secretary: Persona, set_clock: SetClock, *, at: datetime, due_today: bool, overdue: bool
) -> None:
    who = fresh(secretary)
    set_clock(MONDAY)
    circulated(room, who, days=3)
    set_clock(at)
    with reading() as session:
        [line] = lists.listed(session, who, Wanted(View.CIRCULATED)).lines
    assert (line.is_due_today, line.is_overdue) == (due_today, overdue)


@sqlite_alone
def test_the_archive_of_a_procedure_tells_its_life(
    room: Room, secretary: Persona, database: Config, set_clock: SetClock
) -> None:
    who = fresh(secretary)
    question_id = over(room, secretary, set_clock)
    moves(who, question_id, planned(room))
    with reading() as session:
        question = session.get_one(Question, question_id)
        session.expunge(question)
        question.papers = []  # the room's paper is a row without a file
        payload = contents.of_written(session, database, question)
    kept = payload[f"results/question-{question_id}.json"]
    assert isinstance(kept, bytes)
    assert [step["kind"] for step in json.loads(kept)["life"]][-2:] == ["closed", "moved"]
