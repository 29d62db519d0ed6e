"""A rulebook of the tests whose rule counts a weight beside heads, knows proxies, a veto, and a tie that the chair's side settles."""

from datetime import date

from sqlalchemy import select

from ecabinet import clock
from ecabinet.database import transaction
from meetings.models import Attendance
from tests.voting.room import Room
from tests.world import MEMBERS
from voting.models import MemberWeight, Proxy, WrittenRulebook

WEIGHTED = "council/weighted"
BOOK = """titles = { en = "Council", vi = "Hội đồng" }

[rules.weighted]
titles = { en = "Weighted majority", vi = "Đa số theo trọng số" }
source = "Made for a test"
effective = "2026-01-01"
established = "seen"
veto_roles = ["guardian"]

[rules.weighted.rule]
criteria = [
  { measure = "heads", base = "all", fraction = "1/2", strict = true },
  { measure = "population", base = "all", fraction = "65/100", strict = false },
]
tie = { side_of = "chair" }
veto = "final"
proxies_per_member = 1
"""
WEIGHTS = dict(zip(MEMBERS, ("50", "20", "12.5", "10", "5", "2.5"), strict=True))


def write_book(room: Room, toml: str = BOOK) -> None:
    """Bring the rulebook into force."""
    with transaction() as session:
        session.add(
            WrittenRulebook(
                name="council",
                toml=toml,
                effective_on=clock.today(),
                written_by_id=room.world.person("administrator"),
                written_at=clock.now(),
            )
        )


def weigh(
    room: Room, weights: dict[str, str] = WEIGHTS, *, measure: str = "population", on: date | None = None
) -> None:
    """Enter weights of members, from the first day of the year where none is named."""
    with transaction() as session:
        session.add_all(
            MemberWeight(
                membership_id=room.world.membership(key),
                measure=measure,
                value=value,
                starts_on=on or date(2026, 1, 1),
                set_by_id=room.world.person("administrator"),
                set_at=clock.now(),
            )
            for key, value in weights.items()
        )


def represent(room: Room, member: str, holder: str) -> None:
    """Let a member cast for another in the meeting."""
    with transaction() as session:
        session.add(
            Proxy(
                meeting_id=room.meeting_id,
                membership_id=room.world.membership(member),
                holder_membership_id=room.world.membership(holder),
                given_by_id=room.world.person(member),
                given_at=clock.now(),
            )
        )


def leave(room: Room, key: str) -> None:
    """Have a member leave the meeting."""
    with transaction() as session:
        stay = session.scalars(
            select(Attendance).where(
                Attendance.person_id == room.world.person(key), Attendance.meeting_id == room.meeting_id
            )
        ).one()
        stay.left_at = clock.now()
