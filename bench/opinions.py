"""An inbox of five hundred open written questions, beside the same page with nothing in it. `./run bench opinions` prints the table."""

import argparse
import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from agenda_docs import search
from agenda_docs.folding import fold
from agenda_docs.models import Matter
from bench import figures, server, tablets, world
from bench.figures import Figure, Round, of_rounds
from bench.server import Databases, Server
from bench.tablets import Tablet
from ecabinet import clock
from ecabinet.database import transaction
from ecabinet.organisation.models import Membership, Person
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.entries import EntryKind
from voting.models import Box, BoxEntry, Question, RollEntry

ENGINES = ("sqlite", "postgresql")
OK = 200
OPEN = 500
MEMBERS = 27
ANSWERED = 8  # of the other members, on each question
FETCHES = 20
ROUNDS = 5
GOAL = 0.100  # seconds of the server for the inbox
TITLE = "Đề án số {number} về cấp nước sạch nông thôn"
TEXT = "Thông qua Đề án số {number} về cấp nước sạch nông thôn với mức vốn 18.400 tỷ đồng?"
HOME = "home"
PAGES = {
    "inbox": "/opinions?view=to_answer",
    "last page": f"/opinions?view=to_answer&page={OPEN // 50}",
    "search": "/opinions?view=to_answer&q=nuoc+sach",
    HOME: "/",
}


@dataclass(frozen=True)
class Measured:
    """The rounds of one page: how long each answer took, and what it took of the server's processor."""

    name: str
    rounds: Sequence[Round]
    processor: Sequence[float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, say whether the inbox keeps to its goal, and print the table."""
    asked = _parser().parse_args(arguments)
    plan = (5, 2, 1) if asked.quick else (OPEN, FETCHES, asked.rounds)
    engines = ("sqlite",) if asked.quick else asked.database
    with ExitStack() as stack:
        databases = Databases(stack)
        found = [figure for engine in engines for figure in asyncio.run(_measure(databases, engine, *plan))]
    print(figures.table(found))
    if asked.json is not None:
        figures.write(found, asked.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench opinions", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument(
        "--quick", action="store_true", help="a few questions, one round: whether it works, not how fast"
    )
    parser.add_argument("--database", choices=ENGINES, nargs="+", default=ENGINES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    return parser


async def _measure(databases: Databases, engine: str, questions: int, fetches: int, times: int) -> list[Figure]:
    """Fetch each page as a member who is asked everything, and as one who is asked nothing."""
    with server.folder() as state:
        url = databases.fresh(engine, state)
        with server.application(engine, url, state) as running:
            titles = tuple(TITLE.format(number=number) for number in range(1, questions + 1))
            made = world.build(MEMBERS, titles)
            with transaction() as session:
                _ask(session, without=made.accounts[2])
            devices = await tablets.sit_down(running, made.members[:3])
            asked, idle = devices[1], devices[2]
            found = [await _page(running, asked, idle, *page, fetches, times) for page in PAGES.items()]
            await tablets.put_away(devices)
    return [_figure(engine, questions, each) for each in found]


async def _page(
    running: Server, asked: Tablet, idle: Tablet, name: str, path: str, fetches: int, times: int
) -> Measured:
    for device in (asked, idle):
        await _fetch(device, path)
    rounds, processor = [], []
    for _round in range(times):
        floor = [await _fetch(idle, path) for _number in range(fetches)]
        before = server.processor_seconds(running)
        taken = [await _fetch(asked, path) for _number in range(fetches)]
        processor.append((server.processor_seconds(running) - before) / fetches)
        rounds.append(Round(fetches, taken, sum(taken), floor=median(floor)))
    return Measured(name, rounds, processor)


async def _fetch(device: Tablet, path: str) -> float:
    began = time.perf_counter()
    answer = await device.http.send(device.get(path))
    assert answer.status == OK, f"{path}: {answer.status}"
    return time.perf_counter() - began


def _figure(engine: str, questions: int, measured: Measured) -> Figure:
    name = f"{measured.name}, {questions} open"
    used = median(measured.processor)
    print(
        f"{name}, {engine}, processor of the server: {used * 1000:.1f} ms a page{_beside(measured, used)}", flush=True
    )
    middle = [median(each.latencies) for each in measured.rounds]
    return of_rounds(name, MEMBERS, engine, measured.rounds, compared=middle)


def _beside(measured: Measured, used: float) -> str:
    """Say whether a page of the inbox keeps to the goal; the home page shows much besides and has none here."""
    if measured.name == HOME:
        return ""
    return ", within the goal" if used <= GOAL else f", MORE than the goal of {GOAL * 1000:.0f} ms"


def _ask(session: Session, *, without: str) -> None:
    """Put a question on every dossier to every member but one, and let some of them have answered."""
    matters = session.scalars(select(Matter).order_by(Matter.id)).all()
    for matter in matters:
        search.index_matter(session, matter)
    seats = session.execute(
        select(Membership.id, Membership.person_id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.account != without)
        .order_by(Membership.id)
    ).all()
    now = clock.now()
    session.execute(
        insert(Question),
        [
            {
                "body_id": matter.body_id,
                "matter_id": matter.id,
                "form": Form.WRITTEN,
                "procedure": Procedure.VOTE,
                "state": QuestionState.OPEN,
                "text": TEXT.format(number=number),
                "folded": fold(TEXT.format(number=number)),
                "rule_name": "viet_nam/opinion_form",
                "papers": [],
                "labels": [],
                "corrections": [],
                "created_by_id": matter.created_by_id,
                "created_at": now,
                "opened_at": now,
                "deadline_days": 5,
                "closes_at": now + timedelta(hours=number),
            }
            for number, matter in enumerate(matters, start=1)
        ],
    )
    questions = session.scalars(select(Question.id)).all()
    session.execute(
        insert(Box),
        [{"question_id": each, "is_open": True, "length": ANSWERED, "voted": ANSWERED} for each in questions],
    )
    session.execute(insert(RollEntry), list(_roll(questions, seats)))
    session.execute(insert(BoxEntry), list(_ballots(questions, seats)))


def _roll(questions: Sequence[int], seats: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for question in questions:
        for rank, seat in enumerate(seats):
            yield {
                "question_id": question,
                "membership_id": seat.id,
                "person_id": seat.person_id,
                "name": seat.name,
                "rank": rank,
                "roles": [],
                "weights": {},
            }


def _ballots(questions: Sequence[int], seats: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Ballots as rows alone: who has answered is asked of the rows, what they say is not looked at."""
    for question in questions:
        for number, seat in enumerate(seats[-ANSWERED:], start=1):
            yield {
                "question_id": question,
                "number": number,
                "kind": EntryKind.CAST,
                "body": b"{}",
                "leaf": f"{question}-{number}",
                "cast_id": f"cast-{question}-{number}",
                "person_id": seat.person_id,
                "membership_id": seat.id,
            }


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # however it is stopped, its servers end with it
    main()
