"""What all present may see: what the screen in the room shows."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.conditions import stands
from agenda_docs.models import Grant
from ecabinet import clock
from ecabinet.organisation.models import Membership
from meetings import presence, service
from meetings.models import Attendance, Capacity, ItemGuest, Meeting


def visible_to_all_present(session: Session, meeting: Meeting) -> set[int]:
    """Return the published items whose content everyone present may see.

    A member needs the item's grant and no bar; a deputy sits in the member's seat, so neither may be barred; a guest must be invited to
    the item. An item without a matter is visible to all. The others are shown by their number only.
    """
    items = service.published_matters(session, meeting)
    matters = {matter for matter in items.values() if matter is not None}
    present = presence.present_people(session, meeting.id)
    barred = reading.barred_from(session, matters)
    holders = _holders(session, matters)
    people = _people_of_seats(session, present)
    invited = _invited(session, items)
    return {
        item
        for item, matter in items.items()
        if matter is None
        or (
            present  # before anyone is there, nobody has been found to be allowed
            and all(
                _may_see(
                    stay, barred.get(matter, set()), holders.get(matter, set()), people, stay.person_id in invited[item]
                )
                for stay in present
            )
        )
    }


def _may_see(stay: Attendance, barred: set[int], seats: set[int], people: Mapping[int, int], is_invited: bool) -> bool:  # noqa: FBT001 - read once
    if stay.person_id in barred:
        return False
    if stay.capacity is Capacity.GUEST or stay.membership_id is None:
        return is_invited
    return stay.membership_id in seats and people[stay.membership_id] not in barred


def _holders(session: Session, matters: set[int]) -> dict[int, set[int]]:
    """Return the seats that may read each matter."""
    rows = session.execute(
        select(Grant.matter_id, Grant.membership_id).where(
            Grant.matter_id.in_(matters),
            Grant.document_id.is_(None),
            stands(Grant, clock.now()),
        )
    )
    holders: dict[int, set[int]] = {}
    for matter, seat in rows:
        if seat is not None:
            holders.setdefault(matter, set()).add(seat)
    return holders


def _people_of_seats(session: Session, present: Iterable[Attendance]) -> dict[int, int]:
    seats = {stay.membership_id for stay in present if stay.membership_id is not None}
    rows = session.execute(select(Membership.id, Membership.person_id).where(Membership.id.in_(seats)))
    return dict(rows.all())


def _invited(session: Session, items: Iterable[int]) -> dict[int, set[int]]:
    invited: dict[int, set[int]] = {item: set() for item in items}
    rows = session.execute(select(ItemGuest.item_id, ItemGuest.person_id).where(ItemGuest.item_id.in_(list(invited))))
    for item, person in rows:
        invited[item].add(person)
    return invited
