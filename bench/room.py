"""A room full of tablets: a server on a fresh database, a body of a given size in its meeting, everybody connected."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from sqlalchemy import select

from bench import server, tablets, world
from bench.server import Databases, Server
from bench.tablets import Answer, Screens, Tablet
from bench.world import Secrets, World
from ecabinet.database import reading
from voting.entries import EntryKind
from voting.models import BoxEntry, Question

SECONDS_FOR_A_SCREEN = 30.0
DONE = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)


@dataclass
class Room:
    """The tablets of the members, and those of the chair and the secretary who conduct."""

    server: Server
    world: World
    members: list[Tablet]
    chair: Tablet
    secretary: Tablet
    screens: Screens

    async def open_question(self) -> int:
        """Put a fresh question over HTTP and return its id; every member has been quiet for a while."""
        values = {"item": self.world.item_id, "text": "Thông qua Đề án?", "procedure": "vote"}
        await done(self.secretary, "/questions", values)
        with reading() as session:
            question_id = session.scalars(select(Question.id).order_by(Question.id.desc()).limit(1)).one()
        await done(self.chair, f"/questions/{question_id}/arm", {})
        await done(self.chair, f"/questions/{question_id}/open", {})
        world.let_time_pass()
        return question_id

    async def close(self, question_id: int) -> Answer:
        """Close a question by the chair's tablet."""
        return await done(self.chair, f"/questions/{question_id}/close", {})


async def done(tablet: Tablet, path: str, values: dict[str, object]) -> Answer:
    """Send a form that must be accepted."""
    answer = await tablet.http.send(tablet.post(path, values))
    assert answer.status in DONE, f"{path}: {answer.status} {answer.body[:300]!r}"
    return answer


@asynccontextmanager
async def full_room(
    databases: Databases, engine: str, members: int, *, shared: Secrets | None = None
) -> AsyncIterator[Room]:
    """Fill a room; everything in it ends with it."""
    with server.folder() as state:
        url = databases.fresh(engine, state)
        with server.application(engine, url, state) as running:
            made = world.build(members, shared=shared)
            screens = Screens(members)
            devices = await tablets.sit_down(running, (*made.members, made.secretary, made.chair))
            for device in devices[:members]:
                device.heard = screens.heard
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector) as browser:
                await tablets.listen(browser, devices[:members], made.meeting_id)
                gc.collect()
                gc.freeze()
                try:
                    yield Room(running, made, devices[:members], devices[-1], devices[-2], screens)
                finally:
                    await tablets.put_away(devices)


async def all_screens(room: Room) -> list[float]:
    """Wait until the result of the question is on every screen; return when it came to each."""
    async with asyncio.timeout(SECONDS_FOR_A_SCREEN):
        await room.screens.complete.wait()
    return list(room.screens.arrivals)


def box_of(question_id: int) -> list[tuple[int, EntryKind, str | None, str]]:
    """Return what the database holds of a box: number, kind, mark and leaf of each entry."""
    with reading() as session:
        found = session.execute(
            select(BoxEntry.number, BoxEntry.kind, BoxEntry.cast_id, BoxEntry.leaf)
            .where(BoxEntry.question_id == question_id)
            .order_by(BoxEntry.number)
        )
        return [(number, kind, mark, leaf) for number, kind, mark, leaf in found]


def closed_at(question_id: int) -> float:
    """Return the instant of the close as the box has it, taken before the ballots are counted."""
    with reading() as session:
        at = session.get_one(Question, question_id).closed_at
    assert at is not None
    return at.timestamp()
