"""The floors: what the same work cannot take less than on this machine, measured in the same run."""

import asyncio
import contextlib
import time

import aiohttp
from sqlalchemy import text

from bench import server
from bench.tablets import Connection, Screens, Tablet, listen, put_away
from ecabinet.database import current

ROUNDS = 5


def commits(rows: int) -> float:
    """Return the seconds that this many bare commits of one row take, one after the other on one connection."""
    engine = current().engine
    with engine.connect() as connection:
        with contextlib.suppress(Exception):
            connection.execute(text("CREATE TABLE bench_row (number INTEGER)"))
        connection.commit()
        began = time.perf_counter()
        for number in range(rows):
            connection.execute(text("INSERT INTO bench_row VALUES (:number)"), {"number": number})
            connection.commit()
        return time.perf_counter() - began


async def broadcasts(sockets: int) -> list[float]:
    """Return, for some rounds, the seconds until the last of so many sockets has what a server that does nothing else sends."""
    with server.bare() as port:
        loop = asyncio.get_running_loop()
        screens = Screens(sockets)
        tablets = []
        for number in range(sockets):
            _transport, connection = await loop.create_connection(Connection, server.HOST, port)
            tablets.append(Tablet(number, port, "", "", connection, screens.heard))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as browser:
            await listen(browser, tablets, None)
            taken = [await _broadcast(tablets[0], screens) for _round in range(ROUNDS)]
            await put_away(tablets)
    return taken


async def _broadcast(tablet: Tablet, screens: Screens) -> float:
    screens.wait_for(1)
    answer = await tablet.http.send(tablet.get("/broadcast"))
    await screens.complete.wait()
    return max(screens.arrivals) - float(answer.body)
