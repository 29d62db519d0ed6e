"""The statistics of written opinions, read from what was stored when each question closed or was corrected. Nothing is counted anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Body, Membership, Person, Unit
from ecabinet.refusals import NotFound
from outcomes.statistics import rules
from outcomes.statistics.rules import Criteria, Figures, MemberFigures, Procedure
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.engine.rule_book import named_rule_from_json
from voting.models import Question
from voting.opinions.collation.models import Standing, Turnout
from voting.queries import outcome_of

ANSWERED = (Standing.ANSWERED, Standing.LATE)


@dataclass(frozen=True)
class Offered:
    """What may be chosen from: bodies, agencies, rules, as (value, name)."""

    bodies: Sequence[tuple[int, str]]
    units: Sequence[tuple[int, str]]
    rules: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One question in the list beneath the figures; its title only for who may read its dossier."""

    procedure: Procedure
    title: str
    unit: str
    zone: str
    closed_at: datetime | None
    may_read: bool


@dataclass(frozen=True)
class Statistics:
    """The statistics of the chosen questions."""

    criteria: Criteria
    figures: Figures
    lines: tuple[Line, ...]
    zone: str


def offered(session: Session, actor: Actor, language: str) -> Offered:
    """Return what the actor may choose from: of the questions that count for them."""
    mine = _counted(actor)
    bodies = session.execute(
        select(Body.id, Body.name)
        .where(Body.id.in_(actor.bodies_where(Permission.READ_STATISTICS)))
        .order_by(Body.name)
    )
    units = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.id.in_(select(Matter.unit_id).join(Question, Question.matter_id == Matter.id).where(*mine)))
        .order_by(Unit.name)
    )
    named = session.scalars(
        select(Question.rule)
        .join(Matter, Matter.id == Question.matter_id)
        .where(
            Question.id.in_(
                select(func.max(Question.id))
                .join(Matter, Matter.id == Question.matter_id)
                .where(*mine)
                .group_by(Question.rule_name)
            )
        )
        .order_by(Question.rule_name)
    )
    found = [named_rule_from_json(rule) for rule in named if rule is not None]
    return Offered(bodies.all(), units.all(), [(rule.name, rule.title(language)) for rule in found])


def statistics(session: Session, actor: Actor, criteria: Criteria) -> Statistics:
    """Return the statistics of the closed questions that meet the criteria, in the bodies where the actor may see them and is not barred from the matter."""
    rules.check_period(criteria.begins, criteria.ends)
    if criteria.body_id is not None and not actor.may(Permission.READ_STATISTICS, criteria.body_id):
        raise NotFound
    found = session.execute(
        select(Question, Matter.title, Unit.name, Body.zone, conditions.reads_matter(actor, clock.now()))
        .join(Matter, Matter.id == Question.matter_id)
        .join(Unit, Unit.id == Matter.unit_id)
        .join(Body, Body.id == Question.body_id)
        .where(*_counted(actor), *_narrowed(criteria))
        .order_by(Question.closed_at.desc(), Question.id.desc())
    ).all()
    inside = [row for row in found if _is_inside(row.Question, row.zone, criteria)]
    stood = _standings(session, [row.Question.id for row in inside])
    lines = tuple(
        Line(
            _procedure(question, zone, stood.get(question.id, {})),
            title if may_read else "",
            unit,
            zone,
            question.closed_at,
            bool(may_read),
        )
        for question, title, unit, zone, may_read in inside
    )
    ids = [line.procedure.question_id for line in lines]
    figures = rules.figures_of(
        [line.procedure for line in lines], _members(session, ids), _hours(session, ids), criteria
    )
    return Statistics(criteria, figures, lines, lines[0].zone if lines else clock.HOME_ZONE)


def _counted(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Over `Question` joined to `Matter`: closed in writing, in a body whose statistics the actor may see, of a matter they are not barred from."""
    return (
        Question.form == Form.WRITTEN,
        Question.state == QuestionState.CLOSED,
        Question.body_id.in_(actor.bodies_where(Permission.READ_STATISTICS)),
        conditions.not_barred(actor, clock.now()),
    )


def _narrowed(criteria: Criteria) -> list[ColumnElement[bool]]:
    """The criteria as far as the database can tell; a day more on both sides, since each body has its own zone."""
    midnight, day = clock.instant_of(datetime.combine(criteria.begins, time()), clock.HOME_ZONE), timedelta(days=1)
    after = clock.instant_of(datetime.combine(criteria.ends, time()), clock.HOME_ZONE) + 2 * day
    wanted: list[ColumnElement[bool]] = [Question.closed_at >= midnight - day, Question.closed_at < after]
    if criteria.body_id is not None:
        wanted.append(Question.body_id == criteria.body_id)
    if criteria.unit_id is not None:
        wanted.append(Matter.unit_id == criteria.unit_id)
    if criteria.rule:
        wanted.append(Question.rule_name == criteria.rule)
    return wanted


def _is_inside(question: Question, zone: str, criteria: Criteria) -> bool:
    at = question.closed_at
    return at is not None and criteria.begins <= clock.in_zone(at, zone).date() <= criteria.ends


def _procedure(question: Question, zone: str, stood: Mapping[Standing, int]) -> Procedure:
    """Read a question as it is stored; after a correction, as it was corrected."""
    stands = question.corrections[-1] if question.corrections else question.result or {}
    figures = stands.get("figures", {})
    closed_at = question.closed_at or question.created_at
    return Procedure(
        question_id=question.id,
        closed_on=clock.in_zone(closed_at, zone).date(),
        outcome=outcome_of(question) or "",
        answers={answer: int(figures.get(answer, 0)) for answer in rules.ANSWERS},
        answered=stood.get(Standing.ANSWERED, 0),
        late=stood.get(Standing.LATE, 0),
        silent=stood.get(Standing.SILENT, 0),
    )


def _standings(session: Session, question_ids: Sequence[int]) -> dict[int, dict[Standing, int]]:
    found = session.execute(
        select(Turnout.question_id, Turnout.standing, func.count(Turnout.id))
        .where(Turnout.question_id.in_(question_ids))
        .group_by(Turnout.question_id, Turnout.standing)
    )
    stood: dict[int, dict[Standing, int]] = {}
    for question_id, standing, count in found:
        stood.setdefault(question_id, {})[standing] = count
    return stood


def _members(session: Session, question_ids: Sequence[int]) -> list[MemberFigures]:
    """How each member answered, in their order of precedence: their best place in any of the bodies."""
    rank = func.min(Membership.rank)
    found = session.execute(
        select(Turnout.person_id, Person.name, Turnout.standing, func.count(Turnout.id), rank)
        .join(Person, Person.id == Turnout.person_id)
        .join(Membership, Membership.id == Turnout.membership_id)
        .where(Turnout.question_id.in_(question_ids))
        .group_by(Turnout.person_id, Person.name, Turnout.standing)
    )
    counts: dict[int, dict[str, int]] = {}
    named: dict[int, tuple[int, str]] = {}
    for person_id, name, standing, count, place in found:
        counts.setdefault(person_id, {})[standing.value] = count
        named[person_id] = min(named.get(person_id, (place, name)), (place, name))
    return [
        MemberFigures(person_id, named[person_id][1], **counts[person_id])
        for person_id in sorted(counts, key=lambda each: (named[each], each))
    ]


def _hours(session: Session, question_ids: Iterable[int]) -> list[float]:
    """The hours from asking to the first answer, of everyone who answered."""
    found = session.execute(
        select(Turnout.asked_at, Turnout.answered_at).where(
            Turnout.question_id.in_(list(question_ids)),
            Turnout.standing.in_(ANSWERED),
            Turnout.answered_at.is_not(None),
        )
    )
    return [(answered - asked).total_seconds() / 3600 for asked, answered in found if answered is not None]
