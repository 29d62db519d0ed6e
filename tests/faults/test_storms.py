"""Many ballots, closes and retries at once, over good networks and bad ones."""

import asyncio

import pytest

from tests.faults.cuts import cut_amid_ballots
from tests.faults.hall import Hall
from tests.faults.lossy import cast_over_a_bad_network
from tests.faults.servers import Forked, Zygote
from tests.faults.storms import close_amid_ballots, send_one_ballot_many_times

CUTS = 3  # rounds of three cuts each


def test_one_ballot_sent_fifty_times_at_once_is_one_entry_with_fifty_equal_receipts(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(send_one_ballot_many_times(hall, Forked(source, hall, processes=2)))
    assert finding.holds, finding


def test_ballots_against_closes_are_each_answered_as_the_closed_set_has_them(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(close_amid_ballots(hall, Forked(source, hall, processes=2), 1))
    assert finding.holds, finding


@pytest.mark.any_database  # what the network does to replies is over before the database is asked
def test_a_network_that_loses_delays_and_doubles_costs_no_ballot(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(cast_over_a_bad_network(hall, Forked(source, hall), 1))
    assert finding.holds, finding


def test_connections_cut_amid_commits_cost_no_ballot(postgresql_hall: Hall, source: Zygote) -> None:
    # A crash of the server, too, is tried by the command only: recovery would hold up every other test of this run.
    finding = asyncio.run(cut_amid_ballots(postgresql_hall, Forked(source, postgresql_hall), CUTS))
    assert finding.holds, finding
