"""Editing an agenda. Every edit says which revision it was made on; one made on an older revision overwrites nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Matter
from agenda_docs.rules import MatterState
from ecabinet import audit
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.refusals import Refused
from meetings import outline, rules, service
from meetings.models import AgendaItem, ItemGuest, ItemKind, Meeting
from meetings.outline import Node
from meetings.rules import ItemState, Reason


@dataclass(frozen=True)
class ItemForm:
    """What the secretary says about an item; without a title it takes the matter's."""

    kind: ItemKind
    title: str = ""
    presenter: str = ""
    minutes: int = 10
    matter_id: int | None = None
    guests: frozenset[int] = frozenset()


def items_of(session: Session, meeting_id: int) -> list[AgendaItem]:
    """Return the items that are on the agenda being worked on, in reading order; withdrawn ones are not."""
    items = {
        item.id: item
        for item in session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == meeting_id, AgendaItem.state != ItemState.WITHDRAWN)
        )
    }
    return [items[node.item] for node in outline.flatten(nodes_of(items.values()))]


def nodes_of(items: Iterable[AgendaItem]) -> list[Node]:
    """Return the places of these items."""
    return [Node(item.id, item.parent_id, item.position) for item in items]


def add_item(
    session: Session,
    actor: Actor,
    meeting_id: int,
    form: ItemForm,
    *,
    revision: int,
    parent_id: int | None = None,
    permission: Permission = Permission.PREPARE_MEETING,
) -> AgendaItem:
    """Add an item at the end, or at the end of an item's sub-items. `permission`: by which right, where it is not the secretariat's."""
    meeting = editing(session, actor, meeting_id, revision, permission)
    items = items_of(session, meeting.id)
    item = AgendaItem(meeting_id=meeting.id, position=len(items), state=ItemState.PLANNED)
    _apply(session, actor, meeting, item, form)
    session.add(item)
    session.flush()
    _place(session, [*items, item], outline.moved(nodes_of([*items, item]), item.id, parent_id, len(items)))
    _set_guests(session, meeting, item, form.guests)
    _edited(session, actor, meeting, "added", item)
    return item


def change_item(session: Session, actor: Actor, item_id: int, form: ItemForm, *, revision: int) -> AgendaItem:
    """Change what an item is called, is about, who presents it, how long it takes and who is invited."""
    item, meeting = _editable_item(session, actor, item_id, revision)
    _apply(session, actor, meeting, item, form)
    _set_guests(session, meeting, item, form.guests)
    _edited(session, actor, meeting, "changed", item)
    return item


def move(
    session: Session, actor: Actor, item_id: int, *, parent_id: int | None, position: int, revision: int
) -> Meeting:
    """Move an item to a place among those under `parent_id` (None: the top), counted from 0; its sub-items go with it."""
    item, meeting = _editable_item(session, actor, item_id, revision)
    items = items_of(session, meeting.id)
    _place(session, items, outline.moved(nodes_of(items), item.id, parent_id, position))
    _edited(session, actor, meeting, "moved", item)
    return meeting


def step(session: Session, actor: Actor, item_id: int, direction: outline.Step, *, revision: int) -> Meeting:
    """Move an item by one: up, down, under the item above, or out again."""
    item, meeting = _editable_item(session, actor, item_id, revision)
    items = items_of(session, meeting.id)
    _place(session, items, outline.stepped(nodes_of(items), item.id, direction))
    _edited(session, actor, meeting, "moved", item)
    return meeting


def withdraw(session: Session, actor: Actor, item_id: int, *, revision: int) -> Meeting:
    """Take an item and its sub-items off the agenda; those who could read its papers lose that with the next version."""
    item, meeting = _editable_item(session, actor, item_id, revision)
    leaving = [one for one in items_of(session, meeting.id) if item.id in (one.id, one.parent_id)]
    held = service.held_items(session, [one.id for one in leaving])
    for one in leaving:
        rules.check_may_change_item(title=one.title, state=one.state, held=one.id in held)
        one.state = ItemState.WITHDRAWN
    _edited(session, actor, meeting, "withdrawn", item)
    return meeting


def matters_to_choose(session: Session, actor: Actor, meeting: Meeting, keep: int | None = None) -> list[Matter]:
    """Return the accepted matters of the body that the actor may read and that are not on this agenda yet; `keep` stays in the list."""
    taken = {item.matter_id for item in items_of(session, meeting.id)} - {keep}
    found = session.scalars(
        select(Matter)
        .where(Matter.body_id == meeting.body_id, (Matter.state == MatterState.ACCEPTED) | (Matter.id == keep))
        .where(Matter.id.in_(reading.readable_matter_ids(session, actor)))
        .order_by(Matter.title, Matter.id)
    )
    return [matter for matter in found if matter.id not in taken]


def guests_to_choose(session: Session, body_id: int) -> list[Person]:
    """Return the people who are guests of the body today."""
    guests = organisation.people_with_role(session, body_id, Role.GUEST)
    return list(session.scalars(select(Person).where(Person.id.in_(guests)).order_by(Person.name, Person.id)))


def guests_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Return the guests of each of these items, by name."""
    rows = session.execute(
        select(ItemGuest.item_id, Person)
        .join(Person, Person.id == ItemGuest.person_id)
        .where(ItemGuest.item_id.in_(item_ids))
        .order_by(Person.name)
    )
    guests: dict[int, list[Person]] = {}
    for item_id, person in rows:
        guests.setdefault(item_id, []).append(person)
    return guests


def edited(session: Session, actor: Actor, meeting: Meeting, tag: Tag, **details: str | int) -> None:
    """Note an edit of a locked meeting's agenda: a new revision, which the chair has not approved."""
    meeting.revision += 1
    meeting.agenda_state = rules.state_after_edit(meeting.agenda_state)
    meeting.approved_by_id = None
    audit.record(session, actor, tag, meeting, body_id=meeting.body_id, revision=meeting.revision, **details)
    service.announce_draft(session, meeting)


def editing(
    session: Session,
    actor: Actor,
    meeting_id: int,
    revision: int,
    permission: Permission = Permission.PREPARE_MEETING,
) -> Meeting:
    """Return the meeting, locked, for an edit that was made on this revision; refuse an older one."""
    meeting = service.lock(session, service.meeting_for(session, actor, meeting_id, permission))
    rules.check_may_edit(state=meeting.state, revision=meeting.revision, made_on=revision)
    return meeting


def _editable_item(session: Session, actor: Actor, item_id: int, revision: int) -> tuple[AgendaItem, Meeting]:
    known = service.item_for(session, actor, item_id, Permission.PREPARE_MEETING)
    meeting = editing(session, actor, known.meeting_id, revision)
    item = session.get_one(AgendaItem, item_id, populate_existing=True)
    held = bool(service.held_items(session, [item.id]))
    rules.check_may_change_item(title=item.title, state=item.state, held=held)
    return item, meeting


def _apply(session: Session, actor: Actor, meeting: Meeting, item: AgendaItem, form: ItemForm) -> None:
    matter = _matter(session, actor, meeting, item, form.matter_id)
    title = form.title or (matter.title if matter is not None else "")
    if not title:
        raise Refused(Reason.ITEM_TITLE_MISSING)
    item.matter_id = matter.id if matter is not None else None
    item.kind, item.title, item.presenter, item.minutes = form.kind, title, form.presenter, form.minutes


def _matter(session: Session, actor: Actor, meeting: Meeting, item: AgendaItem, matter_id: int | None) -> Matter | None:
    """Return the matter an item is to be about; it must be readable, accepted, of this body, and here once."""
    if matter_id is None:
        return None
    if matter_id == item.matter_id:
        return session.get_one(Matter, matter_id)
    matter = reading.matter_for(session, actor, matter_id, Permission.READ_MATTER)
    if matter.body_id != meeting.body_id:
        raise Refused(Reason.MATTER_OF_ANOTHER_BODY, title=matter.title)
    if matter.state is not MatterState.ACCEPTED:
        raise Refused(Reason.MATTER_NOT_ACCEPTED, title=matter.title)
    if matter.id in {one.matter_id for one in items_of(session, meeting.id)}:
        raise Refused(Reason.MATTER_TWICE, title=matter.title)
    return matter


def _set_guests(session: Session, meeting: Meeting, item: AgendaItem, guests: frozenset[int]) -> None:
    known = {person.id for person in guests_to_choose(session, meeting.body_id)}
    standing = set(session.scalars(select(ItemGuest.person_id).where(ItemGuest.item_id == item.id)))
    if guests - known - standing:
        raise Refused(Reason.GUEST_UNKNOWN)
    gone = standing - guests
    session.execute(delete(ItemGuest).where(ItemGuest.item_id == item.id, ItemGuest.person_id.in_(gone)))
    session.add_all(ItemGuest(item_id=item.id, person_id=person) for person in sorted(guests - standing))


def _place(session: Session, items: Sequence[AgendaItem], nodes: Sequence[Node]) -> None:
    """Write the new places; rows that stay where they are are not touched."""
    rows = {item.id: item for item in items}
    for node in nodes:
        rows[node.item].parent_id, rows[node.item].position = node.parent, node.position
    session.flush()


def _edited(session: Session, actor: Actor, meeting: Meeting, what: str, item: AgendaItem) -> None:
    edited(session, actor, meeting, Tag.AGENDA_CHANGED, what=what, item=item.id)
