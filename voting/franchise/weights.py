"""The weights of members beside their one head: dated records, frozen into the roll of each question whose rule counts them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Body, Membership, Person
from ecabinet.organisation.queries import Member
from ecabinet.refusals import Forbidden, NotFound, Refused
from voting import rule_shelf
from voting.franchise import weight_rules
from voting.models import MemberWeight

Values = Mapping[int, str | None]  # by membership; None: no weight from that day on
Reads = Callable[[Sequence[Member]], Values]


@dataclass(frozen=True)
class Kept:
    """A weight as it was entered: whose, what, from when, by whom."""

    name: str
    measure: str
    value: str | None
    starts_on: date
    set_by: str
    set_at: datetime


@dataclass(frozen=True)
class Weights:
    """The weights of a body on a day, as its page shows them."""

    body: Body
    on: date
    today: date
    members: Sequence[Member]
    measures: tuple[str, ...]
    values: Mapping[int, Mapping[str, str]]  # by membership
    counted: tuple[str, ...]  # the measures that the rules of the body count
    kept: Sequence[Kept]
    may_set: bool

    def listed(self, measure: str) -> str:
        """Write the weights of one measure as the list that can be sent again."""
        members = [(member.membership_id, member.name) for member in self.members]
        return weight_rules.written_list(
            members, {seat: of[measure] for seat, of in self.values.items() if measure in of}
        )


def on_day(session: Session, body_id: int, on: date) -> dict[int, dict[str, str]]:
    """Return the weights in a body on a day, by membership and measure: of each the one that began last."""
    rows = session.execute(
        select(MemberWeight.membership_id, MemberWeight.measure, MemberWeight.value)
        .join(Membership, Membership.id == MemberWeight.membership_id)
        .where(Membership.body_id == body_id, MemberWeight.starts_on <= on)
        .order_by(MemberWeight.starts_on, MemberWeight.id)
    )
    last = {(seat, measure): value for seat, measure, value in rows}
    found: dict[int, dict[str, str]] = {}
    for (seat, measure), value in last.items():
        if value is not None:
            found.setdefault(seat, {})[measure] = value
    return found


def for_roll(session: Session, body_id: int, on: date, measures: Collection[str]) -> dict[int, dict[str, str]]:
    """Return the weights that a rule counts, by membership; what a member lacks is left out and refused with the roll."""
    if not measures:
        return {}
    return {
        seat: {measure: value for measure, value in values.items() if measure in measures}
        for seat, values in on_day(session, body_id, on).items()
    }


def enter(session: Session, actor: Actor, body_id: int, *, measure: str, starts_on: date, reads: Reads) -> None:
    """Enter weights that hold from a day on; those before stay on record. Needs a fresh second factor.

    `reads` is given the members of that day and returns what was typed for them.
    """
    body, person_id = _body_to_set(session, actor, body_id)
    now = clock.now()
    actor.must_have_stepped_up(now)
    weight_rules.check_measure(measure)
    weight_rules.check_day(starts_on, clock.today(body.zone))
    before = on_day(session, body_id, starts_on)
    typed = reads(organisation.memberships_in_force(session, body_id, starts_on))
    changed = {seat: value for seat, value in typed.items() if value != before.get(seat, {}).get(measure)}
    session.add_all(
        MemberWeight(
            membership_id=seat,
            measure=measure,
            value=value,
            starts_on=starts_on,
            set_by_id=person_id,
            set_at=now,
        )
        for seat, value in changed.items()
    )
    if changed:
        kept = {str(seat): value or "" for seat, value in changed.items()}
        audit.record(
            session,
            actor,
            Tag.WEIGHTS_ENTERED,
            body,
            body_id=body.id,
            measure=measure,
            starts_on=starts_on.isoformat(),
            weights=kept,
        )


def of_one(membership_id: int, text: str) -> Reads:
    """Return what reads one member's weight; `NotFound` where they are no member of that day."""

    def read(members: Sequence[Member]) -> Values:
        name = next((member.name for member in members if member.membership_id == membership_id), None)
        if name is None:
            raise NotFound
        return {membership_id: weight_rules.value_of(text, name)}

    return read


def of_list(text: str) -> Reads:
    """Return what reads a list of “member;weight”."""
    return lambda members: weight_rules.read_list(text, [(member.membership_id, member.name) for member in members])


def page_of(session: Session, actor: Actor, body_id: int, on: date | None) -> Weights:
    """Return the weights of a body on a day, today where none is named, for who may read its rules."""
    body = organisation.body(session, body_id)
    actor.must(Permission.READ_RULES, body_id)
    today = clock.today(body.zone)
    day = on or today
    values, kept = on_day(session, body_id, day), _kept(session, body_id)
    counted = _counted(session, body, day)
    return Weights(
        body=body,
        on=day,
        today=today,
        members=organisation.memberships_in_force(session, body_id, day),
        measures=tuple(dict.fromkeys((*counted, *sorted({each.measure for each in kept})))),
        values=values,
        counted=counted,
        kept=kept,
        may_set=actor.may(Permission.SET_WEIGHTS, body_id),
    )


def _body_to_set(session: Session, actor: Actor, body_id: int) -> tuple[Body, int]:
    body = organisation.body(session, body_id)
    actor.must(Permission.SET_WEIGHTS, body_id)
    if actor.person_id is None:
        raise Forbidden(Permission.SET_WEIGHTS)
    return body, actor.person_id


def _counted(session: Session, body: Body, on: date) -> tuple[str, ...]:
    """The measures that the body's own rules count; a rule that is not there any more counts none."""
    names = (body.meeting_rule, body.procedure_rule, body.election_rule, body.written_rule)
    found: list[str] = []
    for name in names:
        try:
            found += rule_shelf.rule_named(session, name, on).rule.weights() if name else ()
        except Refused:
            continue
    return tuple(dict.fromkeys(found))


def _kept(session: Session, body_id: int) -> list[Kept]:
    names = organisation.person_names(session)
    rows = session.execute(
        select(Person.name, MemberWeight)
        .join(Membership, Membership.id == MemberWeight.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body_id)
        .order_by(MemberWeight.id.desc())
    )
    return [Kept(name, row.measure, row.value, row.starts_on, names[row.set_by_id], row.set_at) for name, row in rows]
