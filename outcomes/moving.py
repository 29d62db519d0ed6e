"""From a written procedure to a meeting: a closed question goes on an agenda with every answer attached, and the meeting decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import voting.service
from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Refused
from meetings import agenda
from meetings import service as meetings
from meetings.agenda import ItemForm
from meetings.models import AgendaItem, ItemKind, Meeting
from meetings.rules import ItemState, MeetingState
from outcomes import archiving, rules, service
from outcomes.rules import Reason
from voting import box, results
from voting.conduct import VOID, QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.opinions.rounds import service as rounds
from voting.results import Shown

OVER = (ItemState.WITHDRAWN, ItemState.DEFERRED)  # an item that is on its meeting's agenda no more
PRESENTED_FOR = 10  # minutes, until the secretariat says otherwise


@dataclass(frozen=True)
class PlannedMeeting:
    """A meeting that has not begun, on whose agenda a question may go."""

    id: int
    title: str
    starts_local: datetime
    has_matter: bool  # the dossier is on its agenda already


@dataclass(frozen=True)
class Round:
    """The written opinions on a matter, as its item in a meeting shows them."""

    question_id: int
    number: int
    text: str
    reason: str
    result: Shown


def planned_meetings(session: Session, actor: Actor, question: Question) -> list[PlannedMeeting]:
    """Return the meetings of the question's body that have not begun, the next one first."""
    today = clock.today(organisation.body(session, question.body_id).zone)
    if not meetings.knows_body(actor, question.body_id):
        return []
    found = session.scalars(
        select(Meeting)
        .where(Meeting.body_id == question.body_id, Meeting.state == MeetingState.PLANNED)
        .order_by(Meeting.starts_local, Meeting.id)
    )
    return [
        PlannedMeeting(
            meeting.id,
            meeting.title,
            meeting.starts_local,
            _item_of(session, meeting.id, question.matter_id) is not None,
        )
        for meeting in found
        if meeting.starts_local.date() >= today
    ]


def movable(session: Session, actor: Actor, question_id: int) -> Question:
    """Return a question that the actor may put on the agenda of a meeting now; refuse any other.

    One that is on an agenda already is moved anew only where its item was withdrawn or deferred there.
    """
    question = voting.service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    if question.form is Form.WRITTEN and _stands_on(session, question):
        rules.check_not_moved(service.moved_to(session, question))
    rounds.check_not_followed(session, question)
    rules.check_may_move(
        is_written=question.form is Form.WRITTEN,
        is_closed=question.state is QuestionState.CLOSED,
        is_void=question.state in VOID,
        is_declared=question.declared is not None,
    )
    return question


def move_to_meeting(session: Session, actor: Actor, question_id: int, meeting_id: int, reason: str) -> AgendaItem:
    """Put a closed, undeclared written question on the agenda of a meeting to come and return its item there. Needs a fresh second factor.

    The dossier becomes an item at the end of the agenda at its newest revision (one that is there already is taken); where the agenda
    was published, a new version of it has to be approved and published. The procedure's bag is archived; nothing is declared of it.
    """
    question = movable(session, actor, question_id)
    rules.check_move_reason(reason)
    actor.must_have_stepped_up(clock.now())
    # The meeting before the question, in the same order as an opening takes them.
    permission = _right_to_place(actor, question.body_id)
    meeting = meetings.lock(session, meetings.meeting_for(session, actor, meeting_id, permission))
    if meeting.body_id != question.body_id or meeting.state is not MeetingState.PLANNED:
        raise Refused(Reason.MEETING_NOT_PLANNED)
    voting.service.locked(session, question)
    movable(session, actor, question_id)  # as it is now that nobody else can change it
    item = _item_of(session, meeting.id, question.matter_id) or agenda.add_item(
        session,
        actor,
        meeting.id,
        ItemForm(ItemKind.DECISION, minutes=PRESENTED_FOR, matter_id=question.matter_id),
        revision=meeting.revision,
        permission=permission,
    )
    question.moved_to_item_id = item.id
    step = steps.record(session, actor, question, StepKind.MOVED, reason, meeting=meeting.title, item=item.id)
    audit.record(session, actor, Tag.OPINION_MOVED, question, meeting=meeting.id, item=item.id)
    archiving.ask_for_procedure(session, question.id)
    _tell(session, question, step.id)
    return item


def rounds_of(session: Session, actor: Actor, body_id: int, matter_id: int) -> list[Round]:
    """Return the written opinions on a matter that were put before a meeting, with every answer; for those who may read the matter and its questions."""
    if not actor.may(Permission.READ_QUESTION, body_id):
        return []
    found = session.scalars(
        select(Question)
        .where(
            Question.matter_id == matter_id,
            Question.form == Form.WRITTEN,
            Question.state == QuestionState.CLOSED,
            Question.moved_to_item_id.is_not(None),
        )
        .order_by(Question.round)
    ).all()
    return [_round(session, actor, question) for question in found]


def _round(session: Session, actor: Actor, question: Question) -> Round:
    shown = results.result(session, actor, question.id)
    assert shown is not None  # noqa: S101 - it is closed
    return Round(question.id, question.round, question.text, _last_reason(session, question), shown)


def _last_reason(session: Session, question: Question) -> str:
    moved = [step.remark for step in steps.of_question(session, question.id) if step.kind is StepKind.MOVED]
    return moved[-1] if moved else ""


def _right_to_place(actor: Actor, body_id: int) -> Permission:
    """The secretariat prepares agendas; the chair, who approves them, may place what they decided to move."""
    prepares = actor.may(Permission.PREPARE_MEETING, body_id)
    return Permission.PREPARE_MEETING if prepares else Permission.APPROVE_AGENDA


def _stands_on(session: Session, question: Question) -> bool:
    """Say whether the item to which a question was moved is still on its agenda."""
    if question.moved_to_item_id is None:
        return False
    return session.get_one(AgendaItem, question.moved_to_item_id).state not in OVER


def _item_of(session: Session, meeting_id: int, matter_id: int) -> AgendaItem | None:
    """Return the item of a matter that stands on the agenda of a meeting."""
    items: Sequence[AgendaItem] = agenda.items_of(session, meeting_id)
    return next((item for item in items if item.matter_id == matter_id and item.state not in OVER), None)


def _tell(session: Session, question: Question, step_id: int) -> None:
    title = session.get_one(Matter, question.matter_id).title
    for line in box.roll(session, question.id):
        if not line.recused:
            notices.tell(
                session,
                line.person_id,
                Sentence.OPINION_MOVED,
                key=f"opinion:{question.id}:step:{step_id}",
                address=f"/opinions/{question.id}",
                title=title,
            )
