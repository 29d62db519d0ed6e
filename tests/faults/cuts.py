"""PostgreSQL cuts the application's connections amid its commits, or breaks down and recovers."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

from tests.faults.evidence import examine
from tests.faults.finding import Finding
from tests.faults.hall import Hall
from tests.faults.kills import Burst
from tests.faults.servers import Servers, serving

CUTS = 3  # in each round
APART = 0.25  # seconds at most from one to the next
SLOW_COMMIT = """
CREATE FUNCTION wait_at_the_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_the_commit AFTER INSERT ON checkpoint
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_commit()
"""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'trial'"
SERVER_DOWN = 0.2  # seconds between two looks whether it is back


async def cut_amid_ballots(hall: Hall, servers: Servers, rounds: int, *, crashes: int = 0, seed: int = 1) -> Finding:
    """Cut every connection several times in each round; in the first rounds, so many, let the whole server break down."""
    finding, whim = Finding("connections cut amid commits", hall.engine), random.Random(seed)
    with commits_slowed(hall), serving(servers):
        for turn in range(rounds):
            question_id = hall.open_question()
            burst = Burst(hall, question_id)
            for _cut in range(CUTS):
                await asyncio.sleep(whim.uniform(0, APART))
                await asyncio.to_thread(cut, hall.url, "terminate")
            if turn < crashes:
                await asyncio.to_thread(cut, hall.url, "crash")
            answers = await burst.answers()
            await asyncio.to_thread(hall.close, question_id)
            examine(finding, question_id, burst.choices, answers)
            finding.rounds += 1
    return finding


@contextmanager
def commits_slowed(hall: Hall) -> Iterator[None]:
    """Have each commit of a ballot take long enough to be hit."""
    with _connected(hall.url) as connection:
        connection.execute(SLOW_COMMIT)
    try:
        yield
    finally:
        with _connected(hall.url) as connection:
            connection.execute("DROP TRIGGER wait_at_the_commit ON checkpoint; DROP FUNCTION wait_at_the_commit")


def cut(url: str, way: str) -> None:
    """Terminate every other connection to this database; or kill the process of one, after which PostgreSQL recovers as from a crash."""
    with _connected(url) as connection:
        if way == "terminate":
            connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode())
            return
        found = connection.execute(f"SELECT pid {OTHERS} LIMIT 1".encode()).fetchone()
    if found is not None:
        os.kill(int(str(found[0])), signal.SIGKILL)  # the process of a connection on our own server
        _wait_until_back(url)


def _wait_until_back(url: str) -> None:
    deadline = 100
    for _look in range(deadline):
        try:
            with _connected(url):
                return
        except psycopg.OperationalError:
            time.sleep(SERVER_DOWN)
    raise TimeoutError("PostgreSQL did not come back")


def _connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, application_name="trial")
