"""The rulebooks in force on a day: those that come with the program, and those an administrator has written over or beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body
from ecabinet.refusals import N_, Forbidden, Refused
from voting.engine import rule_book
from voting.engine.rule_book import NamedRule, RuleBook
from voting.models import Question, WrittenRulebook

LONGEST = 60_000
parsed = lru_cache(maxsize=256)(rule_book.parse_rulebook)


class Reason(StrEnum):
    """Why a rulebook is not taken."""

    NOT_A_NAME = N_("“%(name)s” cannot be the name of a rulebook. Use small letters, digits and “_”, such as viet_nam.")
    NO_RULES = N_("The rulebook has no rule. Write at least one.")
    RULE_LOST = N_("The rulebook in force has a rule “%(rule)s”, which bodies and questions may name. Keep it.")
    IN_THE_PAST = N_("A rulebook cannot come into force before today. Choose another day.")
    BEFORE_THE_LAST = N_("This rulebook was last changed as of %(day)s. Choose that day or a later one.")
    SAME_TEXT = N_("This is what the rulebook says already. Change something, or leave it.")


class QuestionKind(StrEnum):
    """What a question in a meeting is about: a body may have another rule for each."""

    DECISION = "decision"
    PROCEDURE = "procedure"
    ELECTION = "election"


def rule_for(body: Body, kind: QuestionKind) -> str:
    """Name the body's rule for this kind of question, that for meetings where it has none of its own."""
    own = {QuestionKind.PROCEDURE: body.procedure_rule, QuestionKind.ELECTION: body.election_rule}.get(kind)
    return own or body.meeting_rule


def books(session: Session, on: date) -> dict[str, RuleBook]:
    """Return the rulebooks in force on this day by name: what was written stands in place of what came with the program."""
    rows = session.scalars(
        select(WrittenRulebook)
        .where(WrittenRulebook.effective_on <= on)
        .order_by(WrittenRulebook.effective_on, WrittenRulebook.id)
    )
    written = {row.name: row.toml for row in rows}
    found = rule_book.rulebooks() | {name: parsed(name, toml) for name, toml in written.items()}
    return {name: found[name] for name in sorted(found)}


def named_rules(session: Session, on: date) -> list[NamedRule]:
    """Return every rule in force on this day."""
    return [rule for book in books(session, on).values() for rule in book.rules.values()]


def rule_named(session: Session, name: str, on: date) -> NamedRule:
    """Return the rule `<rulebook>/<rule>` as it is in force on this day; raise `Refused` where there is none."""
    row = in_force(session, name.partition("/")[0], on)
    if row is None:
        return rule_book.rule_named(name)
    found = parsed(row.name, row.toml).rules.get(name.partition("/")[2])
    if found is None:
        raise Refused(rule_book.Reason.NO_SUCH_RULE, name=name)
    return found


def rule_of(question: Question) -> NamedRule:
    """Return the rule that a question names, as it is in force today where its body sits."""
    session = object_session(question)
    if session is None:
        raise RuntimeError("a question that is in no session cannot be asked for its rule")
    today = clock.today(organisation.body(session, question.body_id).zone)
    return rule_named(session, question.rule_name, today)


def in_force(session: Session, name: str, on: date) -> WrittenRulebook | None:
    """Return the rulebook of this name as it was written, if it was, as it is in force on this day."""
    return session.scalars(
        select(WrittenRulebook)
        .where(WrittenRulebook.name == name, WrittenRulebook.effective_on <= on)
        .order_by(WrittenRulebook.effective_on.desc(), WrittenRulebook.id.desc())
        .limit(1)
    ).first()


def written(session: Session) -> dict[str, list[WrittenRulebook]]:
    """Return every version that was ever written, by rulebook, the newest first."""
    found: dict[str, list[WrittenRulebook]] = {}
    for row in session.scalars(select(WrittenRulebook).order_by(WrittenRulebook.id.desc())):
        found.setdefault(row.name, []).append(row)
    return found


def text_of(session: Session, name: str) -> str:
    """Return the text of a rulebook as it was last written, or as it came with the program; empty where there is none."""
    row = _last(session, name)
    if row is not None:
        return row.toml
    return rule_book.text_of(name) if name in rule_book.rulebooks() else ""


def write(session: Session, actor: Actor, *, name: str, toml: str, effective_on: date) -> WrittenRulebook:
    """Keep a new or corrected rulebook, to be in force from a day on; what is wrong in it is refused by its name. Needs a fresh second factor."""
    if not actor.may(Permission.WRITE_RULES) or actor.person_id is None:
        raise Forbidden(Permission.WRITE_RULES)
    now = clock.now()
    actor.must_have_stepped_up(now)
    _check_day(session, name, effective_on)
    _check_book(session, name, toml, effective_on)
    return _keep(session, actor, WrittenRulebook(name=name, toml=toml, effective_on=effective_on), actor.person_id, now)


def _keep(session: Session, actor: Actor, row: WrittenRulebook, person_id: int, now: datetime) -> WrittenRulebook:
    row.written_by_id, row.written_at = person_id, now
    session.add(row)
    audit.record(session, actor, Tag.RULEBOOK_WRITTEN, row, name=row.name, effective_on=row.effective_on.isoformat())
    return row


def _check_day(session: Session, name: str, effective_on: date) -> None:
    if not rule_book.NAME.fullmatch(name):
        raise Refused(Reason.NOT_A_NAME, name=name)
    if effective_on < clock.today():
        raise Refused(Reason.IN_THE_PAST)
    last = _last(session, name)
    if last is not None and effective_on < last.effective_on:
        raise Refused(Reason.BEFORE_THE_LAST, day=last.effective_on)


def _check_book(session: Session, name: str, toml: str, on: date) -> None:
    """Refuse a text that cannot be read, says nothing of its source, or loses a rule that bodies and questions may name."""
    book = rule_book.parse_rulebook(name, toml)
    if not book.rules:
        raise Refused(Reason.NO_RULES)
    shelf = books(session, on)
    _check_kept(shelf.get(name), book)
    if toml == text_of(session, name):
        raise Refused(Reason.SAME_TEXT)
    for rule in book.rules.values():
        _check_named(rule, {**shelf, name: book})


def _check_kept(before: RuleBook | None, book: RuleBook) -> None:
    for key in before.rules if before is not None else ():
        if key not in book.rules:
            raise Refused(Reason.RULE_LOST, rule=f"{book.name}/{key}")


def _check_named(rule: NamedRule, shelf: Mapping[str, RuleBook]) -> None:
    """Refuse a rule without a title in each language or a source, and one whose second vote goes by a rule that is not there."""
    if not rule.source:
        raise Refused(rule_book.Reason.WRONG_ENTRY, book=rule.name, key="source")
    if not rule.titles.get("vi"):
        raise Refused(rule_book.Reason.WRONG_ENTRY, book=rule.name, key="titles.vi")
    second = rule.rule.second_vote
    book, _, key = second.partition("/")
    if second and (book not in shelf or key not in shelf[book].rules):
        raise Refused(rule_book.Reason.NO_SUCH_RULE, name=second)


def _last(session: Session, name: str) -> WrittenRulebook | None:
    return session.scalars(
        select(WrittenRulebook).where(WrittenRulebook.name == name).order_by(WrittenRulebook.id.desc()).limit(1)
    ).first()
