"""What is frozen when a question is opened: the rule, the roll, the papers, and the first entry of the box that says so."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from agenda_docs import documents, reading
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.queries import Member
from ecabinet.refusals import Refused
from meetings import delegation
from meetings import service as meetings
from meetings.models import AgendaItem, Meeting
from voting import box, conduct, entries, frozen
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.rule import Rule
from voting.engine.rule_book import NamedRule, rule_named
from voting.engine.vote import check_roll
from voting.entries import EntryKind
from voting.models import Box, BoxEntry, Question, RollEntry

CHAIR = "chair"
SOURCE_LANGUAGE = "vi"  # the language of the question's own text; a ballot's hash names the language it was cast in


def rule_of(question: Question) -> NamedRule:
    """Return the rule by which a question that is not open yet would be decided."""
    named = rule_named(question.rule_name)
    return _without_objection(named) if question.procedure is Procedure.NO_OBJECTION else named


def _without_objection(named: NamedRule) -> NamedRule:
    """One objection stops it; the quorum of the body's own rule still has to be there."""
    return NamedRule(
        name="plain/without_objection",
        titles={
            "en": "Adoption without a vote: nobody objects",
            "vi": "Thông qua không biểu quyết: không ai phản đối",
        },
        instrument="",
        article="",
        source="Plain arithmetic; the quorum is that of the body's own rule",
        effective="",
        established="seen",
        least_working_days=None,
        most_working_days=None,
        rule=Rule(no_blocks=True, quorum=named.rule.quorum),
    )


def freeze(
    session: Session, question: Question, *, on: date, now: datetime, closes_at: datetime | None
) -> list[RollEntry]:
    """Open the box of a question with all that is frozen in it, and return the roll; refuse a roll by which nobody could decide."""
    named = rule_of(question)
    roll = roll_of(session, question, on)
    check_roll(named.rule, [frozen.roll_member(line) for line in roll])
    if all(line.recused for line in roll):
        raise Refused(Reason.NOBODY_ENTITLED)
    question.papers = papers_of(session, question.matter_id)
    question.rule = named.as_json()
    question.state, question.opened_at, question.closes_at = QuestionState.OPEN, now, closes_at
    _open_box(session, question, named, roll)
    _hold(session, question)
    return roll


def roll_of(session: Session, question: Question, on: date) -> list[RollEntry]:
    """Return who would be on the roll on this day: members in force with their roles, the recused, those whose seat a deputy has."""
    barred = reading.barred_people(session, question.matter_id)
    meeting = meeting_of(session, question)
    substituted = delegation.deputies_on(session, question.body_id, on) if meeting is not None else {}
    return [
        RollEntry(
            question_id=question.id,
            membership_id=member.membership_id,
            person_id=member.person_id,
            name=member.name,
            rank=member.rank,
            roles=_roles(member, meeting),
            recused=member.person_id in barred,
            substituted=member.membership_id in substituted,
        )
        for member in organisation.memberships_in_force(session, question.body_id, on)
    ]


def meeting_of(session: Session, question: Question) -> Meeting | None:
    """Return the meeting in which a question is put; None for a written one."""
    if question.item_id is None:
        return None
    item = session.get_one(AgendaItem, question.item_id)
    return session.get_one(Meeting, item.meeting_id)


def _roles(member: Member, meeting: Meeting | None) -> list[str]:
    """In a meeting the chair is who presides at it, whoever holds the office."""
    if meeting is None:
        return list(member.roles)
    presides = [CHAIR] if member.membership_id == meeting.chair_membership_id else []
    return sorted({role for role in member.roles if role != CHAIR} | set(presides))


def papers_of(session: Session, matter_id: int) -> list[dict[str, Any]]:
    """Return the papers of a matter as they stand now, in the form that is frozen with a question."""
    current = documents.current_papers(session, [matter_id]).get(matter_id, [])
    return [
        {
            "document": paper.document_id,
            "version": paper.version_id,
            "number": paper.number,
            "title": paper.title,
            "sha256": paper.served_sha256,
        }
        for paper in current
    ]


def _open_box(session: Session, question: Question, named: NamedRule, roll: Sequence[RollEntry]) -> None:
    papers = [frozen.paper_of(kept) for kept in question.papers]
    options = conduct.options_of(question.procedure, named.rule)
    question.seen = entries.seen_of(text=question.text, options=options, language=SOURCE_LANGUAGE, papers=papers)
    body = entries.opened_body(
        question=str(question.id),
        text=question.text,
        rule=named.as_json(),
        roll=[frozen.roll_member(line) for line in roll],
        papers=papers,
        options=options,
        at=box.instant(question.opened_at or question.created_at),
        deadline=box.instant(question.closes_at) if question.closes_at is not None else "",
    )
    leaf = entries.leaf_of(body)
    session.add_all(roll)
    session.add(Box(question_id=question.id, is_open=True, length=1, head=leaf, voted=0))
    session.add(BoxEntry(question_id=question.id, number=0, kind=EntryKind.OPENED, body=body, leaf=leaf))


def _hold(session: Session, question: Question) -> None:
    """What is voted on must not change any more: the item, and each version of a paper."""
    why = f"question:{question.id}"
    if question.item_id is not None:
        meetings.hold(session, question.item_id, why)
    for paper in question.papers:
        documents.hold(session, paper["version"], why)
