"""Rulings while a question is open: a ballot is withdrawn, the scheduled end is moved. Each is an entry of the box with its reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Refused
from voting import box, conduct, service, standing
from voting.box import LockedBox
from voting.engine.rule import Form
from voting.entries import BALLOTS, EntryKind
from voting.models import BoxEntry, Question, RollEntry
from voting.opinions import service as written
from voting.rulings import officials
from voting.rulings import rules as ruling_rules
from voting.rulings.rules import Reason


def withdraw_ballot(session: Session, actor: Actor, question_id: int, number: int, reason: str) -> None:
    """Withdraw one ballot by a ruling of the chair, who knows its number from the member; what it says stays unseen. Needs a fresh second factor."""
    now = clock.now()
    question = service.question_for(session, actor, question_id, Permission.RULE_ON_BALLOT)
    actor.must_have_stepped_up(now)
    locked_box = _locked_box(session, question)
    last = conduct.last_moment(locked_box.frozen.form, locked_box.frozen.closes_at)
    ruling_rules.check_open(is_open=locked_box.is_open, now=now, last=last)
    line = _voter_of(session, question, number)
    locked_box.enter(
        EntryKind.WITHDRAWN,
        {"entry": number, "reason": reason, "ruled_by": officials.named(session, officials.person_of(actor))},
        now,
    )
    service.keep(session, locked_box)
    if conduct.may_settle_early(locked_box.frozen.rule):  # an earlier ballot that counts again may be an objection
        service.ask_to_close(session, question.id, now)
    audit.record(session, actor, Tag.BALLOT_WITHDRAWN, question, number=number)
    _tell_voter(session, question, line, number)
    officials.tell_count(session, locked_box)
    service.announce(session, question, ruled=True)


def extend(
    session: Session, actor: Actor, question_id: int, *, by: int, reason: str, seen: str | None = None
) -> datetime:
    """Move the scheduled end of an open question to later and return it. Needs a fresh second factor.

    `by`: minutes more in the room; in writing all the working days since it was sent, within what the body and the rule allow.
    `seen`: the end that the official had on screen, as the entries write it; where another official moved it meanwhile nothing is changed.
    """
    now = clock.now()
    question = service.question_for(session, actor, question_id, Permission.CONDUCT_QUESTION)
    actor.must_have_stepped_up(now)
    locked_box = _locked_box(session, question)
    service.locked(session, question)
    ends = ruling_rules.check_may_extend(is_open=locked_box.is_open, ends=question.closes_at, now=now)
    ruling_rules.check_end_seen(seen, box.instant(ends), ends)
    until = _UNTIL[question.form](session, question, ends, by)
    ruling_rules.check_later(ends, until)
    question.closes_at = until
    locked_box.enter(
        EntryKind.EXTENDED,
        {
            "deadline": box.instant(until),
            "reason": reason,
            "extended_by": officials.named(session, officials.person_of(actor)),
        },
        now,
    )
    service.keep(session, locked_box)
    settles = conduct.may_settle_early(
        locked_box.frozen.rule
    )  # then the clock looks at once: a close that was due is not put off
    service.ask_to_close(session, question.id, now if settles else until + conduct.GRACE[question.form])
    audit.record(session, actor, Tag.QUESTION_EXTENDED, question, until=box.instant(until))
    if question.form is Form.WRITTEN:
        written.extended(session, actor, question, reason)
    service.announce(session, question, ruled=True)
    return until


def _locked_box(session: Session, question: Question) -> LockedBox:
    locked_box = box.lock(session, question.id)
    if locked_box is None:
        raise Refused(Reason.ONLY_WHILE_OPEN)
    return locked_box


def _voter_of(session: Session, question: Question, number: int) -> RollEntry:
    """Return whose ballot carries this number; refuse what is none, or was withdrawn. The choice is not looked at."""
    found = session.execute(
        select(BoxEntry.membership_id, standing.is_withdrawn(), standing.is_recalled()).where(
            BoxEntry.question_id == question.id, BoxEntry.number == number, BoxEntry.kind.in_(BALLOTS)
        )
    ).first()
    ruling_rules.check_ballot_number(
        number,
        is_ballot=found is not None,
        is_withdrawn=found is not None and bool(found[1]),
        is_recalled=found is not None and bool(found[2]),
    )
    assert found is not None  # noqa: S101 - what is no ballot was refused above
    return session.scalars(
        select(RollEntry).where(RollEntry.question_id == question.id, RollEntry.membership_id == found[0])
    ).one()


def _tell_voter(session: Session, question: Question, line: RollEntry, number: int) -> None:
    """Tell the member, also where an earlier ballot of theirs counts again."""
    left = officials.ballots_of(session, question.id, line.membership_id)
    notices.tell(
        session,
        line.person_id,
        _what_stands(number, left),
        key=f"ballot:{question.id}:{number}:withdrawn",
        address=officials.address_of(question),
        number=str(number),
        standing=str(left[-1]) if left else "",
        title=session.get_one(Matter, question.matter_id).title,
    )


def _what_stands(number: int, left: list[int]) -> Sentence:
    """A newer ballot of the member stands anyway; an older one counts again; or there is none."""
    if not left:
        return Sentence.BALLOT_WITHDRAWN
    return Sentence.EARLIER_BALLOT_COUNTS if left[-1] < number else Sentence.NEWER_BALLOT_STANDS


def _minutes_later(_session: Session, _question: Question, ends: datetime, minutes: int) -> datetime:
    return ends + timedelta(minutes=minutes)


def _days_from_the_start(session: Session, question: Question, _ends: datetime, days: int) -> datetime:
    body = organisation.body(session, question.body_id)
    conduct.check_days(days, *written.period(body, question))
    deadline = calendar.deadline_for(session, body, question.opened_at or question.created_at, days)
    question.deadline_days, question.calendar_version = days, deadline.calendar_version
    return deadline.at


_UNTIL: dict[Form, Callable[[Session, Question, datetime, int], datetime]] = {
    Form.MEETING: _minutes_later,
    Form.WRITTEN: _days_from_the_start,
}
