"""What the screen in the room shows: the item, the question, the count, the result; only what all present may see."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.database import reading
from ecabinet.gate import PUBLIC, requires
from ecabinet.refusals import NotFound
from meetings import attendance, hall, visibility
from meetings.models import AgendaVersion, Meeting, VersionItem
from meetings.rules import MeetingState
from voting import results
from voting.conduct import VOID, QuestionState
from voting.frozen import entitled_count
from voting.models import Box, Question
from voting.results import Shown

bp = Blueprint("desk_hall", __name__)
BLUEPRINTS = (bp,)


@dataclass(frozen=True)
class HallView:
    """The screen at one moment. An item that somebody present may not see is there by its number only."""

    title: str
    is_running: bool
    present: int
    members: int
    label: str | None
    item_title: str | None
    presenter: str
    question_id: int | None
    question_text: str | None
    question_state: QuestionState | None
    voted: int
    of: int
    result: Shown | None


@bp.get("/hall/content")
@requires(PUBLIC)
def content() -> ResponseReturnValue:
    """Return what a paired screen shows now; a screen is known by its own cookie, not by a person."""
    with reading() as session:
        screen = hall.hall_for(session, request.cookies)
        if screen is None or screen.meeting_id is None:
            raise NotFound
        shown = view_of(session, session.get_one(Meeting, screen.meeting_id))
    return render_template("desk/_hall.html", hall=shown)


def view_of(session: Session, meeting: Meeting) -> HallView:
    """Return what all present may see of the current item and its question."""
    seats = attendance.seats(session, meeting)
    item = _current_item(session, meeting)
    is_visible = item is not None and item.item_id in visibility.visible_to_all_present(session, meeting)
    question = _question_on(session, item.item_id) if item is not None and is_visible else None
    box = session.get(Box, question.id) if question is not None else None
    return HallView(
        title=meeting.title,
        is_running=meeting.state is MeetingState.RUNNING,
        present=sum(seat.is_present for seat in seats),
        members=len(seats),
        label=item.label if item is not None else None,
        item_title=item.title if item is not None and is_visible else None,
        presenter=item.presenter if item is not None and is_visible else "",
        question_id=question.id if question is not None else None,
        question_text=question.text if question is not None else None,
        question_state=question.state if question is not None else None,
        voted=box.voted if box is not None else 0,
        of=entitled_count(session, question.id) if box is not None and question is not None else 0,
        result=results.figures_of(question) if question is not None else None,
    )


def _current_item(session: Session, meeting: Meeting) -> VersionItem | None:
    return session.scalar(
        select(VersionItem)
        .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
        .where(
            AgendaVersion.meeting_id == meeting.id,
            AgendaVersion.number == meeting.published_version,
            VersionItem.item_id == meeting.current_item_id,
        )
    )


def _question_on(session: Session, item_id: int) -> Question | None:
    """The question of the item that was put last."""
    put = (QuestionState.ARMED, QuestionState.OPEN, QuestionState.CLOSED, *VOID)
    return session.scalar(
        select(Question)
        .where(Question.item_id == item_id, Question.state.in_(put))
        .order_by(Question.id.desc())
        .limit(1)
    )
