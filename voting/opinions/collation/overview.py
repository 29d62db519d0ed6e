"""Who stands where with a written question that was sent: never what anybody answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs.models import Reading
from ecabinet.access import Actor, Permission
from ecabinet.refusals import NotFound
from voting import box, service
from voting.conduct import OPENED, QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions.collation.answers import answers_in
from voting.opinions.collation.models import Standing
from voting.queries import Panel


@dataclass(frozen=True)
class Member:
    """Where one member stands: when they first opened a paper, when they answered, who is late or still silent."""

    name: str
    standing: Standing
    opened_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """Who was asked, who has opened a paper of it, who has answered, who is late, who is silent so far."""

    question_id: int
    is_open: bool
    members: tuple[Member, ...]

    @property
    def asked(self) -> int:
        """How many were asked."""
        return sum(member.standing is not Standing.RECUSED for member in self.members)

    @property
    def opened(self) -> int:
        """How many of them have opened a paper."""
        return sum(member.opened_at is not None for member in self.members if member.standing is not Standing.RECUSED)

    @property
    def answered(self) -> int:
        """How many of them have answered, the late ones among them."""
        return sum(member.answered_at is not None for member in self.members)

    @property
    def late(self) -> int:
        """How many answered after the deadline that was first set."""
        return sum(member.standing is Standing.LATE for member in self.members)

    @property
    def silent(self) -> int:
        """How many have not answered."""
        return sum(member.standing is Standing.SILENT for member in self.members)


def overview(session: Session, actor: Actor, question_id: int) -> Overview:
    """Return who was asked and who has answered, for those who prepare questions; the split is not in it, not even in what is read."""
    question = service.question_for(session, actor, question_id, Permission.PREPARE_QUESTION)
    if question.form is not Form.WRITTEN or question.state not in OPENED:
        raise NotFound  # who has voted in the room is nobody's to follow
    answers = answers_in(box.bodies(session, question.id))
    opened = opened_at(session, question)
    roll = box.roll(session, question.id)
    times = {line.membership_id: answers.of(line) for line in roll if not line.recused}
    return Overview(
        question.id,
        question.state is QuestionState.OPEN,
        tuple(
            Member(
                line.name,
                answers.standing(line),
                opened.get(line.person_id),
                given.last if (given := times.get(line.membership_id)) is not None else None,
            )
            for line in roll
        ),
    )


def of_panel(session: Session, actor: Actor, panel: Panel) -> Overview | None:
    """Return the overview beside a question's panel: once it was sent, for those who prepare questions; None for all others."""
    if not panel.may_prepare or panel.state not in OPENED:
        return None
    return overview(session, actor, panel.id)


def opened_at(session: Session, question: Question) -> dict[int, datetime]:
    """Return when each person first opened one of the papers that were frozen with a question."""
    return first_opened(session, (paper["version"] for paper in question.papers))


def first_opened(session: Session, version_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each person first opened one of these versions."""
    found = session.execute(
        select(Reading.person_id, func.min(Reading.first_opened_at))
        .where(Reading.version_id.in_(list(version_ids)))
        .group_by(Reading.person_id)
    )
    return dict(found.all())
