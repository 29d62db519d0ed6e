"""Many at once: one ballot sent fifty times, and ballots against closes."""

import asyncio

from sqlalchemy.exc import DBAPIError

from ecabinet.refusals import Refused
from tests.faults.evidence import REFUSED, examine
from tests.faults.finding import Finding
from tests.faults.hall import Hall
from tests.faults.kills import Burst
from tests.faults.servers import Servers, serving
from tests.faults.tablets import PATIENCE, Answer, send

TIMES = 50
CLOSES = 50
ACCEPTED = (200, 302, 303)
CLOSED_BEFORE = "CLOSED_BEFORE"
SENT_BEFORE = "SENT_BEFORE"


async def send_one_ballot_many_times(hall: Hall, servers: Servers, rounds: int = 1) -> Finding:
    """Send one ballot fifty times at once, then the same mark with another choice: one entry, equal receipts, a refusal."""
    finding = Finding("one ballot sent fifty times", hall.engine)
    with serving(servers):
        for turn in range(rounds):
            question_id = hall.open_question()
            tablet = hall.members[turn % len(hall.members)]
            request = tablet.ballot(question_id, "yes")
            answers = await asyncio.gather(*(send(hall.port, request) for _each in range(TIMES)))
            other = await send(hall.port, tablet.ballot(question_id, "no"))
            if {answer.body for answer in answers} != {answers[0].body}:
                finding.wrong += 1
                finding.note(f"{len({answer.body for answer in answers})} different receipts")
            if other.status != REFUSED or other.json().get("error") != SENT_BEFORE:
                finding.wrong += 1
                finding.note(f"another choice under the same mark was answered {other.status}")
            await asyncio.to_thread(hall.close, question_id)
            examine(finding, question_id, {tablet.mark(question_id): "yes"}, {tablet.mark(question_id): answers[-1]})
            finding.rounds += 1
    return finding


async def close_amid_ballots(hall: Hall, servers: Servers, rounds: int, *, patience: float = PATIENCE) -> Finding:
    """Close fifty times while every member casts: each answer has to match the closed set, and one close has to be accepted.

    It ends with the first round in which a ballot was lost or doubled.
    """
    finding = Finding("ballots against closes", hall.engine)
    with serving(servers):
        for turn in range(rounds):
            question_id = hall.open_question()
            burst = Burst(hall, question_id, patience=patience)
            await burst.receipts(turn * 7 % (len(hall.members) // 2))
            form = hall.secretary.form(f"/questions/{question_id}/close", {})
            closes = await asyncio.gather(*(_close(hall.port, form, patience) for _each in range(CLOSES)))
            answers = await burst.answers()
            _examine_closes(finding, closes)
            examine(finding, question_id, burst.choices, answers)
            finding.rounds += 1
            if finding.lost or finding.doubled or not await asyncio.to_thread(_is_closed, hall, question_id):
                break
    return finding


def _is_closed(hall: Hall, question_id: int) -> bool:
    """Close what no close has closed, since the next question could not be opened; say whether it is closed then."""
    try:
        hall.close(question_id)
    except Refused:
        return True
    except DBAPIError:
        return False
    return True


async def _close(port: int, form: bytes, patience: float) -> Answer | None:
    try:
        return await send(port, form, patience=patience)
    except TimeoutError:
        return None


def _examine_closes(finding: Finding, closes: list[Answer | None]) -> None:
    accepted = sum(answer is not None and answer.status in ACCEPTED for answer in closes)
    refused = sum(_is_refused(answer) for answer in closes)
    # Who was answered by an error asked again: then the close that was accepted may have gone unheard.
    unheard = any(answer is not None and answer.tries > 1 for answer in closes)
    if accepted + refused != len(closes) or accepted > 1 or (accepted == 0 and not unheard):
        finding.wrong += 1
        finding.note(f"{accepted} closes accepted, {refused} refused of {len(closes)}")


def _is_refused(answer: Answer | None) -> bool:
    return answer is not None and answer.status == REFUSED and answer.json().get("error") == CLOSED_BEFORE
