"""The trials find what they are there to find: each fault is planted in a server, and the same trial reports it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from ecabinet import database
from tests.faults.hall import Hall
from tests.faults.kills import kill_amid_ballots
from tests.faults.lossy import cast_over_a_bad_network
from tests.faults.servers import Forked, Zygote
from tests.faults.storms import close_amid_ballots, send_one_ballot_many_times

# Each fault is in the program, before the database is asked; those that need PostgreSQL have a hall of their own.
pytestmark = pytest.mark.any_database

ROUNDS = 5  # at most; a trial ends with the first that finds something
SECONDS = 15.0  # in which a server with a fault answers, or not
NUMBERED_ONCE = ("uq_box_entry_question_id_number", "uq_checkpoint_question_id_size")


@pytest.fixture
def weak_hall(new_hall: Callable[[str], Hall]) -> Iterator[Hall]:
    """A hall on PostgreSQL whose database lets two entries of a box have the same number."""
    made = new_hall("postgresql")
    made.enter()
    made.drop_constraints(*NUMBERED_ONCE)
    yield made
    database.current().close()


def test_kills_find_that_ballots_are_acknowledged_before_the_commit(hall: Hall, source: Zygote) -> None:
    servers = Forked(source, hall, planted="acknowledge before commit")
    finding = asyncio.run(kill_amid_ballots(hall, servers, ROUNDS))
    assert finding.lost, finding


def test_kills_find_that_cast_ids_are_forgotten(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(kill_amid_ballots(hall, Forked(source, hall, planted="forget cast ids"), ROUNDS))
    assert finding.doubled, finding


def test_lost_replies_find_that_cast_ids_are_forgotten(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(cast_over_a_bad_network(hall, Forked(source, hall, planted="forget cast ids"), ROUNDS))
    assert finding.doubled, finding


def test_the_same_ballot_at_once_finds_that_cast_ids_are_forgotten(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(send_one_ballot_many_times(hall, Forked(source, hall, planted="forget cast ids")))
    assert finding.doubled, finding


def test_ballots_against_closes_find_that_no_row_is_locked(weak_hall: Hall, source: Zygote) -> None:
    servers = Forked(source, weak_hall, planted="lock no rows", processes=2)
    finding = asyncio.run(close_amid_ballots(weak_hall, servers, ROUNDS, patience=SECONDS))
    assert finding.lost or finding.doubled, finding


def test_ballots_against_closes_find_that_closing_does_not_lock(weak_hall: Hall, source: Zygote) -> None:
    servers = Forked(source, weak_hall, planted="close without lock", processes=2)
    finding = asyncio.run(close_amid_ballots(weak_hall, servers, ROUNDS, patience=SECONDS))
    assert finding.lost or finding.doubled, finding
