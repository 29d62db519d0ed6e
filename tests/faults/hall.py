"""A hall of members in a running meeting, on a database of its own, into which servers and trials look at the same time."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text, update

from bench import world as worlds
from bench.server import Server, free_port, origin
from bench.tablets import cookies_of
from ecabinet import clock, database
from ecabinet.access import Actor
from ecabinet.config import from_environment
from ecabinet.database import reading, transaction
from ecabinet.sign_in import sessions
from ecabinet.sign_in.models import DeviceSession
from tests.faults.tablets import Tablet
from voting import preparing, service
from voting.conduct import Procedure
from voting.proof import starting

MEMBERS = 200
LEASE = timedelta(hours=20)  # of a device's second factor, so that long trials need none again


@dataclass(frozen=True)
class Hall:
    """Where a trial takes place. `environment` configures the servers of it; this process uses its database, key and checkpoints too."""

    engine: str
    environment: Mapping[str, str]
    port: int
    item_id: int
    members: Sequence[Tablet]
    secretary: Tablet
    secretary_token: str

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.environment["ECABINET_DATABASE_URL"]

    def enter(self) -> None:
        """Connect this process to the hall; everybody's device was just used."""
        database.connect(self.url)
        starting.use(from_environment(self.environment))
        with transaction() as session:
            session.execute(update(DeviceSession).values(seen_at=clock.now(), stepped_up_until=clock.now() + LEASE))

    def official(self) -> Actor:
        """Return who conducts the questions."""
        with reading() as session:
            signed = sessions.signed_in_by(session, self.secretary_token)
        assert signed is not None
        return signed.actor

    def open_question(self) -> int:
        """Put a fresh question and return its id."""
        official = self.official()
        with transaction() as session:
            question_id = preparing.prepare(
                session, official, item_id=self.item_id, text="Thông qua Đề án?", procedure=Procedure.VOTE
            ).id
        with transaction() as session:
            service.arm(session, official, question_id)
        with transaction() as session:
            service.open_question(session, official, question_id)
        return question_id

    def close(self, question_id: int) -> None:
        """Close a question."""
        official = self.official()
        with transaction() as session:
            service.close(session, official, question_id)

    def drop_constraints(self, *names: str) -> None:
        """Take constraints of the box out of a PostgreSQL database, for a planted fault; SQLite knows no way to."""
        with database.current().engine.begin() as connection:
            for name in names:
                table = "checkpoint" if name.startswith("uq_checkpoint") else "box_entry"
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))


def furnish(engine: str, url: str, instance: Path, members: int = MEMBERS) -> Hall:
    """Fill a fresh, migrated database with members in their meeting, and connect this process to it."""
    port, key = free_port(), secrets.token_hex(32)
    environment = {
        "ECABINET_MODE": "production",
        "ECABINET_INSTANCE": str(instance),
        "ECABINET_DATABASE_URL": url,
        "ECABINET_SECRET_KEY": key,
        "ECABINET_PORT": str(port),
        "ECABINET_BIND": f"127.0.0.1:{port}",
        "ECABINET_ORIGINS": origin(port),
    }
    database.connect(url)
    instance.mkdir(exist_ok=True)
    starting.use(from_environment(environment))
    world = worlds.build(members)
    signed = cookies_of(Server(port, key, engine, 0), (*world.members, world.secretary))
    tablets = [Tablet(number, port, *each) for number, each in enumerate(signed)]
    made = Hall(engine, environment, port, world.item_id, tablets[:-1], tablets[-1], world.secretary)
    made.enter()
    return made
