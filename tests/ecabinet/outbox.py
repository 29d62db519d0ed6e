"""An outbox with carriers that the tests look into, and time that passes at their word."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ecabinet import clock, notices
from ecabinet.database import reading, transaction
from ecabinet.notices import Channel, Delivery, DeliveryState, Sentence, deliveries
from ecabinet.notices.carriers import Carrier, Message, NotCarried
from ecabinet.notices.deliveries import IsMoot
from ecabinet.organisation.models import Person
from tests.world import World

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # a Monday there
HOME = "https://cabinet.example/"


class Outside:
    """Carries every message into a list, or fails as it is told."""

    def __init__(self, *, is_idempotent: bool = True) -> None:
        self.is_idempotent = is_idempotent
        self.carried: list[tuple[Channel, Message]] = []
        self.fails: list[BaseException] = []

    @property
    def carriers(self) -> deliveries.Carriers:
        """A carrier for each channel."""
        return {channel: Carrier(self._into(channel), self.is_idempotent) for channel in Channel}

    @property
    def texts(self) -> list[str]:
        """What the messages say."""
        return [message.text for _channel, message in self.carried]

    def send(self, is_moot: IsMoot = deliveries.never_moot) -> int:
        """Give the outbox its turn."""
        return deliveries.send_due(self.carriers, HOME, is_moot)

    def _into(self, channel: Channel) -> Callable[[Message], None]:
        def carry(message: Message) -> None:
            failure = self.fails.pop(0) if self.fails else None
            if isinstance(failure, NotCarried):
                raise failure
            self.carried.append((channel, message))
            if failure is not None:
                raise failure

        return carry


class Clock:
    """Time that passes at the test's word."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(**time)

    def is_at(self, text: str) -> None:
        """Let it be this moment."""
        self.now = datetime.fromisoformat(text).astimezone(UTC)


@contextmanager
def stopped_clock(monkeypatch: pytest.MonkeyPatch, now: datetime = NOON) -> Iterator[Clock]:
    """Stop the clock of the application."""
    time = Clock(now)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", time)
        yield time


def tell(
    world: World,
    person: str = "health_minister",
    *,
    key: str = "a key",
    sentence: Sentence = Sentence.MATTER_LODGED,
    urgent: bool = False,
    body_id: int | None = None,
) -> None:
    """Tell a person something."""
    with transaction() as session:
        who = world.person(person)
        notices.tell(session, who, sentence, key=key, address="/", urgent=urgent, body_id=body_id, title="MARKER")


def wants(world: World, person: str = "health_minister", **wishes: object) -> None:
    """Set how a person is reached."""
    with transaction() as session:
        row = session.get_one(Person, world.person(person))
        for name, value in wishes.items():
            setattr(row, name, value)


def rows() -> list[Delivery]:
    """Return every delivery, as it stands."""
    with reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def states() -> list[DeliveryState]:
    """Return where each delivery stands."""
    return [row.state for row in rows()]
