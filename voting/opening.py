"""What is frozen when a question is opened: the rule, the roll, the papers, and the first entry of the box that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from agenda_docs import documents, reading
from ecabinet import signing
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.queries import Member
from ecabinet.refusals import Refused
from meetings import attendance, delegation
from meetings import service as meetings
from meetings.models import AgendaItem, Meeting
from voting import box, conduct, entries, frozen, rule_shelf
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.rule import Form, Rule
from voting.engine.rule_book import NamedRule
from voting.engine.vote import check_roll
from voting.entries import EntryKind
from voting.franchise import proxies, weights
from voting.models import Question, RollEntry
from voting.proof.durability import check_durable

CHAIR = "chair"
SOURCE_LANGUAGE = "vi"  # the language of the question's own text; a ballot's hash names the language it was cast in


def rule_of(question: Question) -> NamedRule:
    """Return the rule by which a question that is not open yet would be decided."""
    named = rule_shelf.rule_of(question)
    if question.procedure is Procedure.CHOICE:
        return _counted(named, question.form)
    return _without_objection(named) if question.procedure is Procedure.NO_OBJECTION else named


def _counted(named: NamedRule, form: Form) -> NamedRule:
    """Where members choose, nothing decides.

    How many others one member may cast for, in writing also for how long and whether an answer may be changed, is as in the body's own rule.
    """
    titles = {
        "en": "Choosing among persons or options: counted; the chair declares what was chosen",
        "vi": "Lựa chọn người hoặc phương án: kiểm đếm; chủ tọa công bố lựa chọn",
    }
    rule = Rule(form=form, proxies_per_member=named.rule.proxies_per_member)
    counted = replace(_plain("plain/counted", titles, "Plain arithmetic", rule), counts_only=True)
    if form is Form.MEETING:
        return counted
    return replace(
        counted,
        least_working_days=named.least_working_days,
        most_working_days=named.most_working_days,
        change_of_ballot=named.change_of_ballot,
    )


def _without_objection(named: NamedRule) -> NamedRule:
    """One objection stops it; the quorum of the body's own rule still has to be there, and its proxies may object."""
    titles = {
        "en": "Adoption without a vote: nobody objects",
        "vi": "Thông qua không biểu quyết: không ai phản đối",
    }
    source = "Plain arithmetic; the quorum is that of the body's own rule"
    rule = Rule(no_blocks=True, quorum=named.rule.quorum, proxies_per_member=named.rule.proxies_per_member)
    return _plain("plain/without_objection", titles, source, rule)


def _plain(name: str, titles: Mapping[str, str], source: str, rule: Rule) -> NamedRule:
    """Return a rule that stands in no instrument."""
    return NamedRule(
        name=name,
        titles=titles,
        instrument="",
        article="",
        source=source,
        effective="",
        established="seen",
        least_working_days=None,
        most_working_days=None,
        rule=rule,
    )


def freeze(
    session: Session, question: Question, *, on: date, now: datetime, closes_at: datetime | None
) -> list[RollEntry]:
    """Open the box of a question with all that is frozen in it, and return the roll; refuse a roll by which nobody could decide."""
    check_durable(session)
    named = rule_of(question)
    roll = roll_of(session, question, on)
    _add_to_roll(session, question, named, roll, on)
    check_roll(named.rule, [frozen.roll_member(line) for line in roll])
    if all(line.recused for line in roll):
        raise Refused(Reason.NOBODY_ENTITLED)
    question.papers = papers_of(session, question.matter_id)
    question.rule = named.as_json()
    question.state, question.opened_at, question.closes_at = QuestionState.OPEN, now, closes_at
    _open_box(session, question, named, roll)
    _hold(session, question)
    return roll


def _add_to_roll(session: Session, question: Question, named: NamedRule, roll: Sequence[RollEntry], on: date) -> None:
    """Write into the roll what the rule makes of its members: their weights, who casts for whom, whose no is a veto."""
    weighed = weights.for_roll(session, question.body_id, on, named.rule.weights())
    meeting = meeting_of(session, question)
    allows_proxies = named.rule.proxies_per_member > 0
    represented = proxies.for_roll(session, meeting, roll) if meeting is not None and allows_proxies else {}
    for line in roll:
        holder = represented.get(line.membership_id)
        line.weights = weighed.get(line.membership_id, {})
        line.proxy = str(holder) if holder is not None else None
        line.veto = not set(named.veto_roles).isdisjoint(line.roles)


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


def present_in(session: Session, question: Question) -> list[str]:
    """Return the members who are checked in now, as the entries name them; nobody is in a written procedure."""
    meeting = meeting_of(session, question)
    present = attendance.present_membership_ids(session, meeting.id) if meeting is not None else set()
    return sorted(str(membership) for membership in present)


def seen_now(session: Session, question: Question, rule: Rule, language: str) -> str:
    """Return the hash of what a ballot on this question rests on; before the opening, were it opened as it stands now under this rule."""
    labels = frozen.labels_of(question.procedure, question.labels)
    papers = question.papers if question.rule is not None else papers_of(session, question.matter_id)
    return entries.seen_of(
        text=question.text,
        options=conduct.options_of(question.procedure, rule, question.labels),
        labels=labels,
        language=language,
        papers=[frozen.paper_of(kept) for kept in papers],
    )


def _open_box(session: Session, question: Question, named: NamedRule, roll: Sequence[RollEntry]) -> None:
    session.add_all(roll)
    new_box = box.make(session, question.id)
    what = new_box.frozen
    question.seen = what.seen(SOURCE_LANGUAGE)
    # Where members choose among options no rule decides, so that none is frozen in the box.
    rule = {**named.as_json(), "rule": None} if question.procedure is Procedure.CHOICE else named.as_json()
    fields = {
        "text": what.text,
        "form": what.form.value,
        "rule": rule,
        "roll": [frozen.roll_member(line).as_json() for line in roll],
        "papers": [paper.as_json() for paper in what.papers],
        "options": list(what.options),
        "labels": dict(what.labels),
        "present": present_in(session, question),
        "deadline": box.instant(question.closes_at) if question.closes_at is not None else "",
        "grace": int(conduct.GRACE[question.form].total_seconds()),
        "key": signing.signer().name,
    }
    new_box.enter(EntryKind.OPENED, fields, question.opened_at or question.created_at)
    box.keep(session, new_box)


def _hold(session: Session, question: Question) -> None:
    """What is voted on must not change any more: the item, and each version of a paper."""
    why = f"question:{question.id}"
    if question.item_id is not None:
        meetings.hold(session, question.item_id, why)
    for paper in question.papers:
        documents.hold(session, paper["version"], why)
