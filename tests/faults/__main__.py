"""`./run faults`: the trials of what must never happen to a ballot, for as many rounds as one likes. All on loopback, each ends by itself."""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.server import Databases
from ecabinet import database
from ecabinet.config import from_environment
from tests import world as worlds
from tests.faults import counts, cuts, kills, lossy, models, procedures, storms, tampering
from tests.faults.finding import Finding
from tests.faults.hall import Hall, furnish
from tests.faults.question_model import conduct
from tests.faults.servers import Forked, Gunicorn, Servers, Zygote, zygote
from tests.voting import room as rooms
from voting.proof import starting

ENGINES = ("sqlite", "postgresql")
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - nothing of this trial is about what a disk keeps


class Trials:
    """Everything that the trials need, made when the first of them asks for it."""

    def __init__(self, stack: ExitStack, asked: argparse.Namespace) -> None:
        self.asked = asked
        self._stack, self._databases = stack, Databases(stack)
        self._zygote: Zygote | None = None
        self._halls: dict[str, Hall] = {}

    def hall(self, engine: str) -> Hall:
        """Return the hall on this database, furnished once."""
        if engine not in self._halls:
            folder = self.folder()
            self._halls[engine] = furnish(engine, self._databases.fresh(engine, folder), folder / "instance")
        self._halls[engine].enter()
        return self._halls[engine]

    def servers(self, hall: Hall, processes: int = 1) -> Servers:
        """Return the servers of a hall."""
        if self.asked.gunicorn:
            return Gunicorn(hall)
        if self._zygote is None:
            self._zygote = self._stack.enter_context(zygote())
        return Forked(self._zygote, hall, processes=processes)

    def folder(self, place: Path | None = None) -> Path:
        """Return a folder that is taken away in the end."""
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ecabinet-faults-", dir=place)))

    def small_world(self, engine: str, place: Path | None = None) -> worlds.World:
        """Return the small world of the tests on a database of its own, which is in use from now on; `place`: where its folder is made."""
        folder = self.folder(place)
        url = self._databases.fresh(engine, folder)
        database.connect(url)
        settings = {"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(folder), "ECABINET_DATABASE_URL": url}
        starting.use(from_environment(settings))
        with database.transaction() as session:
            return worlds.build(session)


def killed(trials: Trials, engine: str, rounds: int) -> Finding:
    """Kill the server with `kill -9` amid 200 ballots."""
    hall = trials.hall(engine)
    return asyncio.run(kills.kill_amid_ballots(hall, trials.servers(hall), rounds, seed=trials.asked.seed))


def cut(trials: Trials, engine: str, rounds: int) -> Finding:
    """Cut the connections to PostgreSQL amid commits; every tenth round PostgreSQL breaks down and recovers."""
    hall = trials.hall(engine)
    servers, crashes = trials.servers(hall), -(-rounds // 10)
    return asyncio.run(cuts.cut_amid_ballots(hall, servers, rounds, crashes=crashes, seed=trials.asked.seed))


def lost_replies(trials: Trials, engine: str, rounds: int) -> Finding:
    """Lose, delay and double 30 in 100 of what the network carries."""
    hall = trials.hall(engine)
    return asyncio.run(lossy.cast_over_a_bad_network(hall, trials.servers(hall), rounds, seed=trials.asked.seed))


def sent_at_once(trials: Trials, engine: str, rounds: int) -> Finding:
    """Send one ballot fifty times at once."""
    hall = trials.hall(engine)
    return asyncio.run(storms.send_one_ballot_many_times(hall, trials.servers(hall, 2), rounds))


def closed(trials: Trials, engine: str, rounds: int) -> Finding:
    """Send 200 ballots against 50 closes."""
    hall = trials.hall(engine)
    return asyncio.run(storms.close_amid_ballots(hall, trials.servers(hall, 2), rounds))


def modelled(trials: Trials, engine: str, rounds: int) -> Finding:
    """Conduct questions in random order and hold them against a model."""
    where = conduct(rooms.furnish(trials.small_world(engine)))
    return models.conduct_at_random(where, engine, rounds, seed=trials.asked.seed)


def carried_out(trials: Trials, engine: str, rounds: int) -> Finding:
    """Carry out written procedures at random and hold their outcomes against the rule engine."""
    where = conduct(rooms.furnish(trials.small_world(engine, IN_MEMORY if IN_MEMORY.is_dir() else None)))
    finding, came = procedures.run_at_random(where, engine, rounds, seed=trials.asked.seed)
    print("  outcomes:", ", ".join(f"{outcome} {times}" for outcome, times in came.most_common()))
    return finding


def counted(trials: Trials, _engine: str, boxes: int) -> Finding:
    """Count random boxes in three programs."""
    finding, outcomes = counts.count_three_times(boxes, seed=trials.asked.seed)
    print("  outcomes:", ", ".join(f"{outcome} {times}" for outcome, times in outcomes.most_common()))
    return finding


def tampered(trials: Trials, _engine: str, exports: int) -> Finding:
    """Change whole exports in one place each; the checker has to reject every one and name the entry."""
    figures = tampering.tampered(trials.asked.seed, exports)
    finding = Finding("tampered exports", "none", rounds=figures.count)
    finding.wrong = len(figures.unnoticed) + len(figures.misnamed)
    finding.details = [*figures.unnoticed, *figures.misnamed][:10]
    return finding


Trial = Callable[[Trials, str, int], Finding]
TRIALS: dict[str, tuple[Trial, Sequence[str]]] = {
    "kills": (killed, ENGINES),
    "cuts": (cut, ("postgresql",)),
    "losses": (lost_replies, ENGINES),
    "doubles": (sent_at_once, ENGINES),
    "closes": (closed, ENGINES),
    "models": (modelled, ENGINES),
    "procedures": (carried_out, ("sqlite",)),
    "boxes": (counted, ("none",)),
    "tampered": (tampered, ("none",)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the trials that are asked for; 1 where one did not hold."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    wanted = {name: rounds for name in TRIALS if (rounds := getattr(asked, name))}
    if not wanted:
        parser.print_help()
        return 0
    with ExitStack() as stack:
        trials = Trials(stack, asked)
        return max([_do(trials, name, rounds) for name, rounds in wanted.items()])


def _do(trials: Trials, name: str, rounds: int) -> int:
    """Do one trial on each database that it knows and that is asked for."""
    trial, engines = TRIALS[name]
    held = 0
    for engine in engines:
        if engine in (*trials.asked.database, "none"):
            began = time.monotonic()
            finding = trial(trials, engine, rounds)
            print(f"{finding} ({time.monotonic() - began:.0f} s)", flush=True)
            held |= not finding.holds
    return held


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    for name, (trial, engines) in TRIALS.items():
        words = (trial.__doc__ or "").replace("%", "%%")
        where = "" if engines == ("none",) else f" On {' and '.join(engines)}."
        parser.add_argument(f"--{name}", type=int, metavar="N", default=0, help=words + where)
    parser.add_argument("--database", choices=ENGINES, nargs="+", default=ENGINES, help="on these databases only")
    parser.add_argument("--seed", type=int, default=1, help="another series of random moments and boxes")
    parser.add_argument(
        "--gunicorn", action="store_true", help="let servers start as ./run serve does; it takes longer"
    )
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # however it is stopped, its servers end with it
    sys.exit(main())
