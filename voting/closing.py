"""What a close rests on: who was there, what the rule makes of the ballots, who gave none. Computed once and kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import notices
from ecabinet.refusals import NotFound, Refused
from meetings import attendance
from voting import box, conduct, entries, frozen, rules
from voting.box import LockedBox
from voting.conduct import Reason
from voting.engine.result import Outcome, Result
from voting.engine.rule import Form
from voting.engine.rule_book import named_rule_from_json
from voting.engine.tally import Figures
from voting.engine.vote import Circumstances, vote_of
from voting.models import Question, RollEntry
from voting.opening import meeting_of


@dataclass(frozen=True)
class Count:
    """A question as it was counted: the roll, what was so, the result, and who gave no ballot."""

    roll: list[RollEntry]
    circumstances: Circumstances
    result: Result
    missing: list[str]

    def as_json(self) -> dict[str, object]:
        """Return what is kept with the question; members by their number on the roll."""
        return {**self.result.as_json(), "present": list(self.circumstances.present), "missing": self.missing}


def count(session: Session, question: Question, now: datetime) -> Count:
    """Count the box of a question under its frozen rule; refuse a written one that its members may still answer."""
    if question.rule is None:
        raise NotFound
    named = named_rule_from_json(question.rule)
    roll = box.roll(session, question.id)
    ballots = entries.ballots_in(box.bodies(session, question.id))
    circumstances = _circumstances(session, question, now)
    members = [frozen.roll_member(line) for line in roll]
    result = rules.decide(vote_of(named.rule, members, ballots, circumstances), named.rule, named.reference())
    if result.outcome is Outcome.OPEN:
        raise Refused(Reason.STILL_RUNNING, until=question.closes_at)
    missing = [line.member for line in members if not line.recused and line.member not in ballots]
    return Count(roll, circumstances, result, sorted(missing))


def last_entry(locked_box: LockedBox, counted: Count, now: datetime) -> bytes:
    """Write the entry that closes the box."""
    return entries.closed_body(
        question=str(locked_box.frozen.question_id),
        number=locked_box.length,
        previous=locked_box.head,
        result=counted.result,
        circumstances=counted.circumstances,
        missing=counted.missing,
        at=box.instant(now),
    )


def split(figures: Figures) -> dict[str, int]:
    """Return the figures that the room is told with the close."""
    return {"yes": figures.yes, "no": figures.no, "abstain": figures.abstain, "other": figures.other}


def notify(session: Session, question: Question, roll: list[RollEntry]) -> None:
    """Tell those who were asked in writing that it is over."""
    title = session.get_one(Matter, question.matter_id).title
    for line in roll:
        if not line.recused:
            notices.tell(
                session,
                line.person_id,
                notices.Sentence.OPINION_CLOSED,
                key=f"opinion:{question.id}:closed",
                address=f"/opinions/{question.id}",
                title=title,
            )


def _circumstances(session: Session, question: Question, now: datetime) -> Circumstances:
    """Who is there is taken at the close; for a written question, whether the deadline with its grace has passed."""
    meeting = meeting_of(session, question)
    if meeting is None:
        last = conduct.last_moment(Form.WRITTEN, question.closes_at)
        return Circumstances(deadline_passed=last is not None and now >= last)
    present = attendance.present_membership_ids(session, meeting.id)
    return Circumstances(present=tuple(sorted(str(membership) for membership in present)))
