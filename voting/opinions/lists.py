"""The lists of written opinions: what is asked of me, what waits for the chair, and every procedure one may read. One statement for a page."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from agenda_docs import conditions
from agenda_docs.folding import wanted_words
from agenda_docs.models import Matter, SearchText
from agenda_docs.search import MATTER
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Body, Unit
from voting import standing
from voting.conduct import OPENED, QuestionState
from voting.engine.rule import Form
from voting.models import Box, Question, RollEntry
from voting.opinions.lines import MINE, ON_A_PAGE, STAGES, Line, Page, Stage, View, Wanted
from voting.opinions.rules import Approval

Found = Select[int, int, bool]  # question, how many in all, whether the reader has answered
EXCERPT = 240  # signs of a question's wording in a list
ONE_DAY = timedelta(days=1)
UNSENT = (QuestionState.DRAFT, QuestionState.WITHDRAWN)
ENDED = tuple(state for state in OPENED if state is not QuestionState.OPEN)
STAGE_OF_DRAFT = {
    Approval.PROPOSED: Stage.PROPOSED,
    Approval.RETURNED: Stage.RETURNED,
    Approval.APPROVED: Stage.APPROVED,
}


def views_for(actor: Actor) -> list[View]:
    """Return the lists that this reader is offered, the first one being theirs by default."""
    mine = list(MINE) if actor.may(Permission.CAST_BALLOT) else []
    prepares, approves = actor.may(Permission.PREPARE_QUESTION), actor.may(Permission.APPROVE_CIRCULATION)
    drafts = [View.PREPARED] if prepares else []
    office = [View.TO_APPROVE, View.CIRCULATED, View.CLOSED, View.MOVED] if prepares or approves else []
    return [*mine, View.ALL, *drafts, *office]


def listed(session: Session, actor: Actor, wanted: Wanted, *, at_most: int = ON_A_PAGE) -> Page:
    """Return one page of a list, found and counted in one statement; the filter of who may read is in it."""
    found = _mine(actor, wanted.view) if wanted.view in MINE else _of_the_bodies(actor, wanted.view)
    readable = found.where(Question.form == Form.WRITTEN, conditions.reads_matter(actor, clock.now()))
    order = _order(wanted.view)
    page = _narrowed(readable, wanted).order_by(*order).limit(at_most).offset((wanted.page - 1) * ON_A_PAGE)
    rows = session.execute(_shown(page.subquery()).order_by(*order)).all()
    return Page([_line(row) for row in rows], rows[0].total if rows else 0, wanted.page)


def to_answer(session: Session, actor: Actor, *, at_most: int) -> Page:
    """Return the most urgent open questions that the actor has not answered, and how many there are."""
    if not actor.may(Permission.CAST_BALLOT):
        return Page()
    return listed(session, actor, Wanted(View.TO_ANSWER), at_most=at_most)


def to_approve(session: Session, actor: Actor, *, at_most: int) -> Page:
    """Return the drafts that wait for the actor's approval, and how many there are."""
    if not actor.may(Permission.APPROVE_CIRCULATION):
        return Page()
    return listed(session, actor, Wanted(View.TO_APPROVE), at_most=at_most)


def choices(session: Session, actor: Actor) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the bodies and the agencies in charge by which this reader may narrow a list."""
    reads = actor.bodies_where(Permission.READ_QUESTION)
    bodies = session.execute(select(Body.id, Body.name).where(Body.id.in_(reads)).order_by(Body.name))
    asked = select(Question.id).where(Question.matter_id == Matter.id, Question.form == Form.WRITTEN)
    leads = select(Matter.id).where(
        Matter.unit_id == Unit.id, asked.exists(), conditions.reads_matter(actor, clock.now())
    )
    units = session.execute(select(Unit.id, Unit.name).where(leads.exists()).order_by(Unit.name))
    return [(ident, name) for ident, name in bodies], [(ident, name) for ident, name in units]


def stage_of() -> ColumnElement[str]:
    """Where a procedure stands, of the columns of its question."""
    is_draft = Question.state == QuestionState.DRAFT
    return case(
        *(
            (and_(is_draft, Question.approval == approval), literal(stage.value))
            for approval, stage in STAGE_OF_DRAFT.items()
        ),
        (is_draft, literal(Stage.DRAFT.value)),
        (Question.state == QuestionState.OPEN, literal(Stage.OPEN.value)),
        (Question.state == QuestionState.WITHDRAWN, literal(Stage.WITHDRAWN.value)),
        (Question.state != QuestionState.CLOSED, literal(Stage.ANNULLED.value)),
        (Question.moved_to_item_id.is_not(None), literal(Stage.MOVED.value)),
        (_is_followed(), literal(Stage.FOLLOWED.value)),
        (Question.declared.is_not(None), literal(Stage.DECIDED.value)),
        else_=literal(Stage.CLOSED.value),
    )


def _is_followed() -> ColumnElement[bool]:
    """Whether another round was sent after this one; a draft of it is known to nobody but those who prepare it."""
    following = aliased(Question)
    not_sent = (QuestionState.DRAFT, QuestionState.WITHDRAWN)
    return exists().where(following.follows_id == Question.id, following.state.not_in(not_sent))


def _mine(actor: Actor, view: View) -> Found:
    """What is put to the actor by the frozen roll, and to nobody who is recused."""
    answered = standing.has_ballot(RollEntry.question_id, RollEntry.membership_id)
    found = (
        select(Question.id, func.count().over().label("total"), answered.label("answered"))
        .join(Matter, Matter.id == Question.matter_id)
        .join(RollEntry, RollEntry.question_id == Question.id)
        .where(RollEntry.person_id == actor.person_id, RollEntry.recused.is_(False))
    )
    if view is View.OVER:
        return found.where(Question.state.in_(ENDED))
    return found.where(Question.state == QuestionState.OPEN, answered if view is View.ANSWERED else ~answered)


def _of_the_bodies(actor: Actor, view: View) -> Found:
    """The procedures of the bodies whose questions the actor reads; those that were never sent only for who prepares or conducts them."""
    prepares = actor.bodies_where(Permission.PREPARE_QUESTION) | actor.bodies_where(Permission.CONDUCT_QUESTION)
    found = (
        select(Question.id, func.count().over().label("total"), literal(value=False).label("answered"))
        .join(Matter, Matter.id == Question.matter_id)
        .where(
            Question.body_id.in_(actor.bodies_where(Permission.READ_QUESTION)),
            or_(Question.state.not_in(UNSENT), Question.body_id.in_(prepares)),
        )
    )
    if view not in STAGES:
        return found
    return found.where(stage_of().in_([stage.value for stage in STAGES[view]]))


def _narrowed(statement: Found, wanted: Wanted) -> Found:
    """Narrow a list by what is wanted; every word has to stand in the dossier's title or in the wording."""
    sent = func.coalesce(Question.opened_at, Question.created_at)
    found = statement.where(*(_has_word(word) for word in wanted_words(wanted.words)))
    if wanted.stage is not None:
        found = found.where(stage_of() == wanted.stage.value)
    if wanted.body is not None:
        found = found.where(Question.body_id == wanted.body)
    if wanted.unit is not None:
        found = found.where(Matter.unit_id == wanted.unit)
    if wanted.outcome:
        found = found.where(Question.state == QuestionState.CLOSED, Question.outcome == wanted.outcome)
    if wanted.since is not None:
        found = found.where(sent >= _midnight(wanted.since))
    return found if wanted.until is None else found.where(sent < _midnight(wanted.until + ONE_DAY))


def _has_word(word: str) -> ColumnElement[bool]:
    in_title = exists().where(
        SearchText.kind == MATTER,
        SearchText.subject_id == Question.matter_id,
        SearchText.folded.contains(word, autoescape=True),
    )
    return or_(Question.folded.contains(word, autoescape=True), in_title)


def _midnight(day: date) -> datetime:
    return clock.instant_of(datetime.combine(day, time()), clock.HOME_ZONE)


def _order(view: View) -> tuple[ColumnElement[Any], ...]:
    """The most urgent first where something is to be done before a deadline; else the newest first."""
    if view in (View.TO_ANSWER, View.CIRCULATED):
        return Question.closes_at.asc(), Question.id.asc()
    return (Question.id.desc(),)


def _shown(page: Subquery) -> Select[Any]:
    """What a list says of the questions of one page."""
    asked = (
        select(func.count(RollEntry.id))
        .where(RollEntry.question_id == Question.id, RollEntry.recused.is_(False))
        .correlate(Question)
        .scalar_subquery()
    )
    return (
        select(
            Question.id,
            Matter.title,
            func.substr(Question.text, 1, EXCERPT).label("text"),
            Question.round,
            stage_of().label("stage"),
            Question.state,
            Body.name.label("body"),
            Body.zone,
            Unit.name.label("unit"),
            Question.closes_at,
            Question.closed_at,
            Question.outcome,
            page.c.answered,
            func.coalesce(Box.voted, 0).label("voted"),
            asked.label("of"),
            page.c.total,
        )
        .join(page, page.c.id == Question.id)
        .join(Matter, Matter.id == Question.matter_id)
        .join(Body, Body.id == Question.body_id)
        .join(Unit, Unit.id == Matter.unit_id)
        .outerjoin(Box, Box.question_id == Question.id)
    )


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        title=row.title,
        text=row.text,
        round=row.round,
        stage=Stage(row.stage),
        state=row.state,
        body=row.body,
        zone=row.zone,
        unit=row.unit,
        closes_at=row.closes_at,
        closed_at=row.closed_at,
        outcome=row.outcome if row.state is QuestionState.CLOSED else None,
        answered=bool(row.answered),
        voted=row.voted,
        of=row.of,
    )
