"""One round of each kind of vote, and the proof that its answers are true: what was acknowledged is in the box, once."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from http import HTTPStatus

from bench import floors
from bench.figures import Round
from bench.room import Room, all_screens, box_of, closed_at
from bench.server import processor_seconds
from bench.tablets import Answer, Tablet
from voting.ballots import code_of
from voting.entries import EntryKind

CHOICES = ("yes", "yes", "yes", "no", "abstain")


async def cast_and_close(room: Room) -> Round:
    """All members cast at the same moment; then the chair closes, and the result comes to every screen."""
    question_id = await room.open_question()
    requests = [tablet.ballot(question_id, _choice(tablet)) for tablet in room.members]
    used, began = processor_seconds(room.server), time.perf_counter()
    answers = await asyncio.gather(
        *[tablet.http.send(request) for tablet, request in zip(room.members, requests, strict=True)]
    )
    wall = max(answer.received for answer in answers) - began
    used = processor_seconds(room.server) - used
    room.screens.wait_for(question_id)
    await room.close(question_id)
    arrivals = await all_screens(room)
    accepted = check_box(question_id, room.members, answers)
    assert accepted == len(room.members), f"{accepted} of {len(room.members)} ballots were taken"
    moment = closed_at(question_id)
    return Round(
        accepted=accepted,
        latencies=[answer.took for answer in answers],
        wall=wall,
        screens=[at - moment for at in arrivals],
        floor=floors.commits(len(room.members)),
        processor=used,
    )


async def close_in_a_burst(room: Room) -> Round:
    """The chair closes between the first answers and the second half of the ballots; each answer must agree with what the closed box holds."""
    question_id = await room.open_question()
    requests = [tablet.ballot(question_id, _choice(tablet)) for tablet in room.members]
    room.screens.wait_for(question_id)
    half = len(requests) // 2
    began = time.perf_counter()
    waiting = [tablet.http.send(request) for tablet, request in zip(room.members[:half], requests[:half], strict=True)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    closing = asyncio.ensure_future(room.close(question_id))
    waiting += [tablet.http.send(request) for tablet, request in zip(room.members[half:], requests[half:], strict=True)]
    answers = await asyncio.gather(*waiting)
    wall = max(answer.received for answer in answers) - began
    await closing
    arrivals = await all_screens(room)
    moment = closed_at(question_id)
    accepted = check_box(question_id, room.members, answers)
    return Round(accepted, [answer.took for answer in answers], wall, [at - moment for at in arrivals])


async def cast_over(room: Room, seconds: float) -> Round:
    """The members cast one after the other within some seconds, as people do."""
    question_id = await room.open_question()
    whim = random.Random(question_id)
    moments = sorted(whim.uniform(0, seconds) for _tablet in room.members)

    async def one(tablet: Tablet, moment: float) -> Answer:
        await asyncio.sleep(moment)
        return await tablet.http.send(tablet.ballot(question_id, _choice(tablet)))

    began = time.perf_counter()
    answers = await asyncio.gather(*(one(*each) for each in zip(room.members, moments, strict=True)))
    wall = time.perf_counter() - began
    room.screens.wait_for(question_id)
    await room.close(question_id)
    await all_screens(room)
    return Round(check_box(question_id, room.members, answers), [answer.took for answer in answers], wall)


def check_box(question_id: int, members: Sequence[Tablet], answers: Sequence[Answer]) -> int:
    """Hold every answer against the box of the database and return how many ballots were acknowledged.

    None lost, none doubled, none in the box that was refused, every receipt true and its own, the close last.
    """
    entries = box_of(question_id)
    assert [number for number, *_rest in entries] == list(range(len(entries)))
    assert [kind for _number, kind, *_rest in entries if kind is not EntryKind.CAST] == [
        EntryKind.OPENED,
        EntryKind.CLOSED,
    ]
    assert entries[-1][1] is EntryKind.CLOSED
    kept = {mark: (number, code_of(leaf)) for number, kind, mark, leaf in entries if kind is EntryKind.CAST}
    assert len(kept) == len(entries) - 2
    acknowledged: dict[str, tuple[int, str]] = {}
    for tablet, answer in zip(members, answers, strict=True):
        said = json.loads(answer.body)
        if answer.status == HTTPStatus.CREATED:
            acknowledged[f"tablet-{tablet.number}-question-{question_id}"] = (said["number"], said["code"])
        else:
            assert (answer.status, said.get("error")) == (HTTPStatus.UNPROCESSABLE_ENTITY, "NOT_OPEN"), answer.body
    assert acknowledged == kept
    assert len(set(acknowledged.values())) == len(acknowledged)
    return len(acknowledged)


def _choice(tablet: Tablet) -> str:
    return CHOICES[tablet.number % len(CHOICES)]
