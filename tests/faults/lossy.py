"""A bad network between the tablets and the server: replies are lost, requests delayed and delivered twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.evidence import examine
from tests.faults.finding import Finding
from tests.faults.hall import Hall
from tests.faults.kills import Burst
from tests.faults.servers import Servers, serving
from tests.faults.tablets import HOST, length_in, once

SHARE = 0.3
LONGEST_DELAY = 0.5
BAD_FOR = 2.0  # seconds, then the network is well again
RECOVERED_WITHIN = 10.0


class Network:
    """A line to the server that is bad until it is well."""

    def __init__(self, server_port: int, whim: random.Random) -> None:
        self.is_bad = True
        self.well_at = 0.0
        self._port, self._whim = server_port, whim

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one request and its reply, or what becomes of them."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            request = head + await reader.readexactly(length_in(head))
            if self._strikes():
                await asyncio.sleep(self._whim.uniform(0, LONGEST_DELAY))
            if self._strikes():
                await asyncio.gather(once(self._port, request), return_exceptions=True)
            status, body = await once(self._port, request)
            if not self._strikes():
                writer.write(_reply(status, body))
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    def recover(self) -> None:
        """Be well from now on."""
        self.is_bad, self.well_at = False, asyncio.get_running_loop().time()

    def _strikes(self) -> bool:
        return self.is_bad and self._whim.random() < SHARE


def _reply(status: int, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} carried\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@asynccontextmanager
async def bad_network(server_port: int, whim: random.Random) -> AsyncIterator[tuple[Network, int]]:
    """Listen on a port of loopback and carry what comes there to the server."""
    network = Network(server_port, whim)
    listening = await asyncio.start_server(network.carry, HOST, 0)
    try:
        yield network, listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def cast_over_a_bad_network(hall: Hall, servers: Servers, rounds: int, *, seed: int = 1) -> Finding:
    """Let every member cast over it. The longest wait is that from its recovery to the last receipt, and has to be short."""
    finding, whim = Finding("a bad network", hall.engine), random.Random(seed)
    with serving(servers):
        for _turn in range(rounds):
            question_id, longest = hall.open_question(), finding.longest
            async with bad_network(hall.port, whim) as (network, port):
                burst = Burst(hall, question_id, port=port)
                asyncio.get_running_loop().call_later(BAD_FOR, network.recover)
                answers = await burst.answers()
                waited = max((answer.received for answer in answers.values() if answer), default=0.0) - network.well_at
            await asyncio.to_thread(hall.close, question_id)
            examine(finding, question_id, burst.choices, answers)
            finding.longest = max(longest, waited if network.well_at else 0.0)
            finding.wrong += finding.longest > RECOVERED_WITHIN
            finding.rounds += 1
    return finding
