"""The model of a question: so simple that it can be read. And who acts in the room in which questions are put."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from tests.voting.room import Room
from tests.world import MEMBERS
from voting.conduct import QuestionState

OFFICIALS = ("secretary", "second_secretary", "prime_minister")
A_DAY = timedelta(days=1)


@dataclass
class Sent:
    """A ballot that was taken: its mark and its number."""

    member: str
    mark: str
    choice: str
    number: int


@dataclass
class Model:
    """What should be so."""

    state: QuestionState = QuestionState.DRAFT
    has_end: bool = False
    barred: set[str] = field(default_factory=set)
    recused: set[str] = field(default_factory=set)  # as frozen at the opening
    kinds: list[str] = field(default_factory=list)
    ballots: dict[int, tuple[str, str]] = field(default_factory=dict)  # those that stand: member and choice
    withdrawn: set[int] = field(default_factory=set)
    present: set[str] = field(default_factory=lambda: set(MEMBERS))

    @property
    def is_open(self) -> bool:
        return self.state is QuestionState.OPEN

    def standing(self) -> dict[str, str]:
        """Each member's last ballot that stands."""
        return {member: choice for _number, (member, choice) in sorted(self.ballots.items())}

    def outcome(self, present: set[str]) -> tuple[str, int, int]:
        """The outcome, the yes, and the base of those present."""
        choice = self.standing()
        there = (set(choice) | present) - self.recused
        yes = list(choice.values()).count("yes")
        if len(there) * 2 <= len(MEMBERS):
            return "no_quorum", yes, len(there)
        return ("pass" if yes * 2 > len(there) else "fail"), yes, len(there)


@dataclass(frozen=True)
class Conduct:
    """The room in which every question is put, and who acts in it."""

    room: Room
    actors: Mapping[str, Actor]

    def seat(self, member: str) -> str:
        """A member as the entries name them."""
        return str(self.room.world.membership(member))


def conduct(room: Room) -> Conduct:
    """Sign everybody in."""
    return Conduct(room, {key: _signed_in(room.world.person(key)) for key in (*MEMBERS, *OFFICIALS)})


def _signed_in(person_id: int) -> Actor:
    with transaction() as session:
        person = session.get_one(Person, person_id)
        token = sessions.start(session, person, device="trial", address="127.0.0.1", stepped_up=True)
    with reading() as session:
        signed = sessions.signed_in_by(session, token)
    assert signed is not None
    return replace(signed.actor, stepped_up_until=clock.now() + A_DAY)
