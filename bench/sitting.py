"""`./run bench sitting`: how long a vote, its close, signing in and the page of the meeting take with everything switched on."""

import argparse
import asyncio
import gc
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import figures, floors, pages, rounds, signing_in
from bench.figures import Figure, milliseconds, of_rounds, percentile
from bench.room import Room, full_room
from bench.server import Databases
from bench.world import Secrets

ENGINES = ("sqlite", "postgresql")
WORKS = ("cast", "burst", "sign-in", "page")
BURST = 200  # members in whose burst a question is closed


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    engines: Sequence[str]
    sizes: Sequence[int]
    works: Sequence[str]
    rounds: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write the file where one is asked for."""
    asked = _parser().parse_args(arguments)
    quick = Plan(("sqlite",), (5,), ("cast", "burst", "sign-in"), 1)
    plan = quick if asked.quick else Plan(asked.database, asked.members, asked.work, asked.rounds)
    with ExitStack() as stack:
        found = asyncio.run(_measure(Databases(stack), plan))
    print(figures.table(found))
    if asked.json is not None:
        figures.write(found, asked.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench sitting", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--quick", action="store_true", help="a few members, one round: whether it works, not how fast")
    parser.add_argument("--database", choices=ENGINES, nargs="+", default=ENGINES)
    parser.add_argument("--members", type=int, nargs="+", default=(30, 200, 1000))
    parser.add_argument("--work", choices=WORKS, nargs="+", default=WORKS)
    parser.add_argument("--rounds", type=int, default=5)
    return parser


async def _measure(databases: Databases, plan: Plan) -> list[Figure]:
    found: list[Figure] = []
    for engine in plan.engines:
        for members in plan.sizes if {"cast", "burst", "sign-in"} & set(plan.works) else ():
            found += await _votes(databases, engine, members, plan)
        if "page" in plan.works:
            for name, titles in pages.agendas().items():
                found += await pages.measure(databases, engine, name, titles, pages.READERS)
    return found


async def _votes(databases: Databases, engine: str, members: int, plan: Plan) -> list[Figure]:
    """Everything that is measured in one room."""
    found: list[Figure] = []
    is_middle = members == min(plan.sizes, key=lambda size: abs(size - BURST))
    shared = signing_in.shared_secrets() if is_middle and "sign-in" in plan.works else None
    bare = await floors.broadcasts(members) if "cast" in plan.works else []
    async with full_room(databases, engine, members, shared=shared) as room:
        if "cast" in plan.works:
            found += await _cast_and_close(room, plan.rounds, bare)
        if "burst" in plan.works and is_middle:
            burst = [await rounds.close_in_a_burst(room) for _round in range(plan.rounds)]
            _say(room, burst)
            found.append(of_rounds("close in a burst", members, engine, burst, compared=()))
        if shared is not None:
            found.append(await _sign_in(room, shared))
    gc.unfreeze()
    return found


async def _cast_and_close(room: Room, times: int, bare: Sequence[float]) -> list[Figure]:
    members, engine = len(room.members), room.server.engine
    votes = [await rounds.cast_and_close(room) for _round in range(times)]
    _say(room, votes)
    last = [max(each.screens) for each in votes]
    cast = of_rounds("cast", members, engine, votes, compared=[each.wall for each in votes])
    every = [screen for each in votes for screen in each.screens]
    close = Figure(
        work="close",
        members=members,
        database=engine,
        accepted=len(votes[0].screens),
        p50_ms=milliseconds(percentile(every, 0.5)),
        p99_ms=milliseconds(percentile(every, 0.99)),
        last_screen_ms=milliseconds(median(last)),
        floor_ms=milliseconds(median(bare)),
        ratio=round(median(last) / median(bare), 2),
    )
    return [cast, close]


async def _sign_in(room: Room, shared: Secrets) -> Figure:
    """Compare the ballots cast during sign-ins with those of the same pace without."""
    alone = await rounds.cast_over(room, signing_in.SECONDS)
    sign_ins = min(signing_in.SIGN_INS, len(room.members))
    during = await signing_in.during_a_vote(room, shared, sign_ins)
    print(figures.spread(f"{sign_ins} sign-ins", during.sign_ins))
    floor = percentile(alone.latencies, 0.99)
    measured = during.ballots
    return Figure(
        work=f"cast during {sign_ins} sign-ins",
        members=len(room.members),
        database=room.server.engine,
        accepted=measured.accepted,
        p50_ms=milliseconds(percentile(measured.latencies, 0.5)),
        p99_ms=milliseconds(percentile(measured.latencies, 0.99)),
        wall_s=round(max(during.sign_ins), 3),
        floor_ms=milliseconds(floor),
        ratio=round(percentile(measured.latencies, 0.99) / floor, 2),
    )


def _say(room: Room, measured: Sequence[figures.Round]) -> None:
    name = f"{len(room.members)} members, {room.server.engine}"
    print(figures.spread(f"{name}, all ballots", [each.wall for each in measured]))
    if any(each.processor for each in measured):
        print(figures.spread(f"{name}, processor of the server", [each.processor for each in measured]))
    print(figures.spread(f"{name}, last screen", [max(each.screens) for each in measured]), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # however it is stopped, its servers end with it
    main()
