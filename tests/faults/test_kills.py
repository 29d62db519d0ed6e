"""The server dies by `kill -9` amid ballots: what was acknowledged is there once, and what was not may be sent again."""

import asyncio

from tests.faults.hall import Hall
from tests.faults.kills import kill_amid_ballots
from tests.faults.servers import Forked, Zygote

KILLS = 4  # on each database; ./run faults --kills goes on for as long as one likes


def test_a_server_killed_amid_ballots_loses_none_and_a_retry_doubles_none(hall: Hall, source: Zygote) -> None:
    finding = asyncio.run(kill_amid_ballots(hall, Forked(source, hall), KILLS))
    assert finding.holds, finding
    assert finding.ballots == KILLS * len(hall.members)
