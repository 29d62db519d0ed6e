"""What a close rests on: who was there, what the rule makes of the ballots, who gave none. Computed once and kept."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import notices
from ecabinet.refusals import NotFound, Refused
from voting import box, choosing, conduct, entries, frozen, opening, rules
from voting.box import LockedBox
from voting.choosing import Chosen
from voting.conduct import Procedure, Reason
from voting.engine.result import Outcome, Result
from voting.engine.rule import Choice, Form
from voting.engine.rule_book import named_rule_from_json
from voting.engine.vote import Circumstances, LiveBallot, vote_of
from voting.models import Question, RollEntry
from voting.opinions.reminders import service as reminders

AT_OPENING = "opening"


@dataclass(frozen=True)
class Count:
    """A question as it was counted: the roll, what was so, the result, and who gave no ballot."""

    roll: list[RollEntry]
    circumstances: Circumstances
    result: Result | Chosen
    missing: list[str]

    def as_json(self) -> dict[str, object]:
        """Return what is kept with the question; members by their number on the roll."""
        return {**self.result.as_json(), "present": list(self.circumstances.present), "missing": self.missing}


def count(session: Session, question: Question, now: datetime) -> Count:
    """Count the box of a question under its frozen rule; refuse a written one that its members may still answer."""
    if question.rule is None:
        raise NotFound
    counted = count_under(session, question, _circumstances(session, question, now))
    if counted.result.outcome is Outcome.OPEN or _is_awaited(question, counted.circumstances):
        raise Refused(Reason.STILL_RUNNING, until=question.closes_at)
    return counted


def _is_awaited(question: Question, circumstances: Circumstances) -> bool:
    """Choosing among options in writing ends at the deadline only, since no rule could say that it is settled before."""
    is_choice = question.form is Form.WRITTEN and question.procedure is Procedure.CHOICE
    return is_choice and not circumstances.deadline_passed


def count_under(session: Session, question: Question, circumstances: Circumstances) -> Count:
    """Count the ballots in the box under these circumstances; nothing is kept."""
    named = named_rule_from_json(question.rule or {})
    roll = box.roll(session, question.id)
    members = [frozen.roll_member(line) for line in roll]
    ballots = entries.standing(box.bodies(session, question.id))
    if question.procedure is Procedure.CHOICE:
        recused = sum(line.recused for line in members)
        chosen = {member: ballot.choice for member, ballot in ballots.items()}
        result: Result | Chosen = choosing.count(len(members), recused, chosen, question.labels)
    else:
        live = {member: LiveBallot(Choice(ballot.choice), ballot.by or "") for member, ballot in ballots.items()}
        result = rules.decide(vote_of(named.rule, members, live, circumstances), named.rule, named.reference())
    missing = [line.member for line in members if not line.recused and line.member not in ballots]
    return Count(roll, circumstances, result, sorted(missing))


def last_entry(locked_box: LockedBox, counted: Count) -> dict[str, object]:
    """Return what the entry says that closes the box."""
    return {
        "entries": locked_box.length,
        "head": locked_box.head,
        "root": locked_box.tree().root().hex(),
        **counted.result.as_json(),
        "circumstances": entries.circumstances_as_json(counted.circumstances),
        "missing": counted.missing,
        "versions": {"format": entries.FORMAT, "application": entries.APPLICATION},
    }


def split(result: Result | Chosen) -> dict[str, int]:
    """Return the figures that the room is told with the close; where members chose among options, the page has them."""
    if isinstance(result, Chosen):
        return {}
    figures = result.figures
    return {"yes": figures.yes, "no": figures.no, "abstain": figures.abstain, "other": figures.other}


def notify(session: Session, question: Question, roll: list[RollEntry]) -> None:
    """Tell those who were asked in writing that it is over; those who gave no answer in time, how their silence counted."""
    silent = reminders.told_overdue(session, question)
    title = session.get_one(Matter, question.matter_id).title
    for line in roll:
        if not line.recused and line.person_id not in silent:
            notices.tell(
                session,
                line.person_id,
                notices.Sentence.OPINION_CLOSED,
                key=f"opinion:{question.id}:closed",
                address=f"/opinions/{question.id}",
                body_id=question.body_id,
                title=title,
            )


def _circumstances(session: Session, question: Question, now: datetime) -> Circumstances:
    """Who is there is taken at the close, or at the opening where the rule says so; for a written question, whether the deadline with its grace has passed."""
    if question.form is Form.WRITTEN:
        last = conduct.last_moment(Form.WRITTEN, question.closes_at)
        return Circumstances(deadline_passed=last is not None and now >= last)
    if named_rule_from_json(question.rule or {}).presence == AT_OPENING:
        return Circumstances(present=tuple(json.loads(box.bodies(session, question.id)[0])["present"]))
    return Circumstances(present=tuple(opening.present_in(session, question)))
