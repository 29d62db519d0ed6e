"""The server is killed amid ballots and started again; the tablets go on sending the same ballots with the same marks."""

import asyncio
import random
from collections.abc import Mapping

from tests.faults.evidence import examine
from tests.faults.finding import Finding
from tests.faults.hall import Hall
from tests.faults.servers import Servers, serving
from tests.faults.tablets import PATIENCE, Answer, Tablet, send

CHOICES = ("yes", "yes", "yes", "no", "abstain")
LATEST_KILL = 0.8  # seconds after the first ballots were sent, where the kill waits for no receipt


async def kill_amid_ballots(hall: Hall, servers: Servers, rounds: int, *, seed: int = 1) -> Finding:
    """Kill the server once in each round of one ballot a member; end with the first round in which one was lost or doubled."""
    finding, whim = Finding("killed amid ballots", hall.engine), random.Random(seed)
    with serving(servers):
        for turn in range(rounds):
            question_id = hall.open_question()
            began = Burst(hall, question_id)
            await _kill(servers, began, whim, by_receipts=turn % 2 == 0)
            answers = await began.answers()
            await asyncio.to_thread(hall.close, question_id)
            examine(finding, question_id, began.choices, answers)
            finding.rounds += 1
            if finding.lost or finding.doubled:
                break
    return finding


async def _kill(servers: Servers, burst: "Burst", whim: random.Random, *, by_receipts: bool) -> None:
    """Kill right after so many receipts, or at some moment, and start again."""
    if by_receipts:
        await burst.receipts(whim.randrange(1, max(2, len(burst.choices) * 3 // 4)))
    else:
        await asyncio.sleep(whim.uniform(0, LATEST_KILL))
    await asyncio.to_thread(servers.kill)
    await asyncio.to_thread(servers.start)


class Burst:
    """A ballot of every member, all sent at the same moment, each until it is answered."""

    def __init__(self, hall: Hall, question_id: int, *, port: int | None = None, patience: float = PATIENCE) -> None:
        self.choices = {tablet.mark(question_id): choice_of(tablet) for tablet in hall.members}
        self._port, self._patience = port or hall.port, patience
        self._received = 0
        self._waiting: list[tuple[int, asyncio.Event]] = []
        self._sending = {
            tablet.mark(question_id): asyncio.create_task(self._send(tablet, question_id)) for tablet in hall.members
        }

    async def receipts(self, wanted: int) -> None:
        """Wait until so many ballots have been answered."""
        reached = asyncio.Event()
        self._waiting.append((wanted, reached))
        self._tell()
        await reached.wait()

    async def answers(self) -> Mapping[str, Answer | None]:
        """Wait until every ballot has been answered or given up."""
        return dict(zip(self._sending, await asyncio.gather(*self._sending.values()), strict=True))

    async def _send(self, tablet: Tablet, question_id: int) -> Answer | None:
        request = tablet.ballot(question_id, choice_of(tablet))
        try:
            return await send(self._port, request, patience=self._patience)
        except TimeoutError:
            return None
        finally:
            self._received += 1
            self._tell()

    def _tell(self) -> None:
        for wanted, reached in self._waiting:
            if self._received >= wanted:
                reached.set()


def choice_of(tablet: Tablet) -> str:
    """Return what a member answers."""
    return CHOICES[tablet.number % len(CHOICES)]
