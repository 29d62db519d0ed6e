"""What is recorded after a question was opened changes nothing of it: neither its first entry nor who may vote, nor what comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body, Designation, Membership
from meetings.models import Meeting
from tests.persona import Persona
from tests.voting import council
from tests.voting import room as rooms
from tests.voting.council import BOOK, WEIGHTED, represent, weigh, write_book
from tests.voting.room import Room, bodies, casts, closed, mark, opened
from tests.world import MEMBERS, World
from voting import casting, queries
from voting.ballots import Ballot
from voting.models import Proxy

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
AWAY = "finance_minister"
HOLDER = "health_minister"
AGAINST = "justice_minister"
CHOICES = {
    "prime_minister": "yes",
    "deputy_prime_minister": "yes",
    "health_minister": "yes",
    "justice_minister": "no",
    "interior_minister": "no",
}


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government, present=[key for key in MEMBERS if key != AWAY])
    write_book(room)
    weigh(room)
    represent(room, AWAY, HOLDER)
    return room


def conflict(room: Room) -> None:
    rooms.bar(room, "health_minister")


def deputy(room: Room) -> None:
    rooms.delegate(room, "health_minister")


def proxy_ended(room: Room) -> None:
    with transaction() as session:
        session.scalars(select(Proxy).where(Proxy.meeting_id == room.meeting_id)).one().ended_at = clock.now()


def proxy_given(room: Room) -> None:
    council.leave(room, "interior_minister")
    represent(room, "interior_minister", "prime_minister")


def represented_member_comes(room: Room) -> None:
    with transaction() as session:
        session.add(rooms.stay(room.world, session.get_one(Meeting, room.meeting_id), AWAY))


def weight(room: Room) -> None:
    weigh(room, {"prime_minister": "1"}, on=clock.today())


def role(room: Room) -> None:
    with transaction() as session:
        session.add(
            Designation(
                membership_id=room.world.membership(AGAINST), role="guardian", starts_on=clock.today(), ends_on=None
            )
        )


def chair_changed(room: Room) -> None:
    with transaction() as session:
        session.get_one(Meeting, room.meeting_id).chair_membership_id = room.world.membership(AGAINST)


def seat_ended(room: Room) -> None:
    with transaction() as session:
        session.get_one(Membership, room.world.membership("deputy_prime_minister")).ends_on = clock.today() - timedelta(
            days=1
        )


def rule(room: Room) -> None:
    write_book(room, BOOK.replace('"65/100"', '"99/100"'))
    with transaction() as session:
        session.get_one(Body, room.world.body_id).meeting_rule = "plain/unanimity_of_all"


CHANGES = (
    conflict,
    deputy,
    proxy_ended,
    proxy_given,
    represented_member_comes,
    weight,
    role,
    chair_changed,
    seat_ended,
    rule,
)


@dataclass
class Voters:
    """The members, as they were signed in before anything changed."""

    people: dict[str, Persona]

    def vote(self, room: Room, question_id: int) -> None:
        """Three approve and three reject, one of them by proxy: a tie, settled by the side of the chair."""
        for key, choice in CHOICES.items():
            casts(self.people[key], question_id, choice)
        away = str(room.world.membership(AWAY))
        casting.cast(self.people[HOLDER].actor(), question_id, Ballot(mark(), "no", member=away))


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_after_the_opening_changes_nothing_of_the_open_question(
    room: Room, secretary: Persona, second_secretary: Persona, persona: People, change: Callable[[Room], None]
) -> None:
    question_id = opened(room, secretary.actor(), rule_name=WEIGHTED)
    voters = Voters({key: persona(key) for key in CHOICES})
    first = bodies(question_id)[0]
    change(room)
    voters.vote(room, question_id)
    result = closed(question_id, second_secretary.actor()).result
    assert bodies(question_id)[0] == first
    assert result is not None
    assert result["outcome"] == "pass"
    assert result["missing"] == []
    figures = result["figures"]
    assert (figures["members"], figures["yes"], figures["no"], figures["represented"]) == (6, 3, 3, 1)
    assert figures["measures"] == {"population": {"yes": "82.5", "no": "17.5", "total": "100"}}


@pytest.mark.parametrize("change", [weight, role, chair_changed, proxy_ended, represented_member_comes])
def test_what_changed_before_the_opening_is_in_the_roll(
    room: Room, secretary: Persona, change: Callable[[Room], None]
) -> None:
    before = bodies(opened(room, secretary.actor(), rule_name=WEIGHTED))[0]
    closed(1, secretary.actor())
    change(room)
    after = bodies(opened(room, secretary.actor(), rule_name=WEIGHTED))[0]
    assert before.partition(b'"roll"')[2] != after.partition(b'"roll"')[2]


@pytest.mark.both_databases
def test_a_proxy_given_after_the_opening_casts_nothing_in_the_open_question(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor(), rule_name=WEIGHTED)
    proxy_given(room)
    with reading() as session:
        assert queries.panel(session, chair.actor(), question_id).represents == ()
