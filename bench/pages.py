"""The page of a meeting with many items, fetched by one reader and by thirty at once."""

import asyncio
import json
import time
from collections.abc import Sequence

from bench import server, tablets, world
from bench.figures import Figure, Round, of_rounds
from bench.server import Databases
from bench.tablets import Answer, Tablet
from ecabinet.config import PROJECT

REAL = PROJECT.parent / "shared" / "data" / "real" / "nyc-council-2026-01-29-828-items.json"
READERS = 30
FETCHES = 20
ROUNDS = 5
OK = 200


def agendas() -> dict[str, tuple[str, ...]]:
    """Return the agendas to show, by what they are called: a hundred items, and a real one where its file is at hand."""
    found = {"page of 100 items": tuple(f"Đề án số {number} về cấp nước sạch nông thôn" for number in range(1, 101))}
    if REAL.exists():
        items = json.loads(REAL.read_text())["Items"]
        found[f"page of {len(items)} real items"] = tuple(str(item["Title"] or "—")[:500] for item in items)
    return found


async def measure(databases: Databases, engine: str, name: str, titles: tuple[str, ...], readers: int) -> list[Figure]:
    """Measure the page of one agenda, beside an answer of the same server that does nothing."""
    with server.folder() as state:
        url = databases.fresh(engine, state)
        with server.application(engine, url, state) as running:
            made = world.build(readers, titles)
            devices = await tablets.sit_down(running, made.members)
            path = f"/meetings/{made.meeting_id}"
            for device in devices[:3]:
                await _fetch(device, path)
            used = server.processor_seconds(running)
            alone = [await _one_after_another(devices[0], path) for _round in range(ROUNDS)]
            used = (server.processor_seconds(running) - used) / (ROUNDS * FETCHES)
            print(f"{name}, {engine}, processor of the server: {used * 1000:.1f} ms a page", flush=True)
            together = [await _all_at_once(devices, path) for _round in range(ROUNDS)]
            await tablets.put_away(devices)
    return [
        of_rounds(f"{name}, alone", 1, engine, alone, compared=_middle(alone)),
        of_rounds(f"{name}, {readers} at once", readers, engine, together, compared=[each.wall for each in together]),
    ]


async def _one_after_another(device: Tablet, path: str) -> Round:
    floor = [await _fetch(device, "/health") for _fetch_number in range(FETCHES)]
    answers = [await _fetch(device, path) for _fetch_number in range(FETCHES)]
    taken = [answer.took for answer in answers]
    return Round(len(answers), taken, sum(taken), floor=sorted(answer.took for answer in floor)[FETCHES // 2])


async def _all_at_once(devices: Sequence[Tablet], path: str) -> Round:
    answers, wall = await _burst(devices, path)
    _floor, floor_wall = await _burst(devices, "/health")
    return Round(len(answers), [answer.took for answer in answers], wall, floor=floor_wall)


async def _burst(devices: Sequence[Tablet], path: str) -> tuple[list[Answer], float]:
    began = time.perf_counter()
    answers = await asyncio.gather(*(_fetch(device, path) for device in devices))
    return answers, time.perf_counter() - began


async def _fetch(device: Tablet, path: str) -> Answer:
    answer = await device.http.send(device.get(path))
    assert answer.status == OK, f"{path}: {answer.status}"
    return answer


def _middle(rounds: Sequence[Round]) -> list[float]:
    return [sorted(each.latencies)[len(each.latencies) // 2] for each in rounds]
