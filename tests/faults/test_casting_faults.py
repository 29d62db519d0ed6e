"""Casting when things break in the middle: what was acknowledged is there once, what was not may be sent again."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ecabinet.access import Actor
from ecabinet.config import PROJECT, Config
from ecabinet.database import reading, transaction
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, mark, opened
from tests.world import World
from voting import box, entries, service
from voting.ballots import Receipt
from voting.models import Box

# A process of its own that casts until it is killed. Before each ballot it says which, after each receipt that it has it.
CASTER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from ecabinet import database
from ecabinet.config import from_environment
from ecabinet.sign_in import sessions
from voting import casting
from voting.proof import starting
from voting.ballots import Ballot

token, question_id = sys.argv[1:]
config = from_environment()
database.connect(config.database_url)
starting.start(config)
with database.reading() as session:
    actor = replace(sessions.signed_in_by(session, token).actor, stepped_up_until=datetime(2100, 1, 1, tzinfo=UTC))
turn = 0
while True:
    turn += 1
    print("sends", f"killed-mark-{turn}", flush=True)
    receipt = casting.cast(actor, int(question_id), Ballot(f"killed-mark-{turn}", "yes" if turn % 2 else "no"))
    print("has", f"killed-mark-{turn}", receipt.number, flush=True)
"""


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def test_a_process_killed_among_its_ballots_loses_none_it_acknowledged_and_a_retry_doubles_none(
    database: Config, room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    said = killed_after(database, health_minister.token, question_id, ballots=40)
    has = {line[1]: int(line[2]) for line in said if line[0] == "has"}
    sent = [line[1] for line in said if line[0] == "sends"]
    kept = {entry["cast_id"]: entry["number"] for entry in casts_in(question_id)}
    assert len(has) >= 40
    assert {cast_id: kept.get(cast_id) for cast_id in has} == has
    for turn, cast_id in enumerate(sent, start=1):
        receipt = casts(health_minister, question_id, "yes" if turn % 2 else "no", cast_id=cast_id)
        assert receipt.number == has.get(cast_id, receipt.number)
    counted = Counter(entry["cast_id"] for entry in casts_in(question_id))
    assert counted == Counter(sent)
    assert entries.check_chain(rooms.bodies(question_id)) is None


def killed_after(config: Config, token: str, question_id: int, *, ballots: int) -> list[list[str]]:
    """Start a process that casts, kill it after so many receipts, and return all it said."""
    command = (sys.executable, "-c", CASTER, token, str(question_id))
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "ECABINET_MODE": "test",
        "ECABINET_INSTANCE": str(config.instance),
        "ECABINET_DATABASE_URL": config.database_url,
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as caster:
        assert caster.stdout is not None
        said: list[list[str]] = []
        for line in caster.stdout:
            said.append(line.split())
            if sum(each[0] == "has" for each in said) == ballots:
                break
        caster.send_signal(signal.SIGKILL)
        said += [line.split() for line in caster.stdout if line.endswith("\n")]
    return said


def casts_in(question_id: int) -> list[dict[str, object]]:
    """Return the ballots of a box."""
    return [entry for entry in map(json.loads, rooms.bodies(question_id)) if entry["type"] == "cast"]


@pytest.mark.parametrize("step", ["box.keep", "deeds"])
def test_whatever_write_fails_nothing_half_written_stays_and_the_ballot_can_be_sent_again(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    question_id = opened(room, secretary.actor())
    keep, cast_id = box.keep, mark()

    def keep_then_fail(session: Session, locked_box: box.LockedBox) -> None:
        if step == "deeds":
            keep(session, locked_box)
        raise OperationalError("INSERT", {}, OSError("disk I/O error"))

    with monkeypatch.context() as broken:
        broken.setattr(box, "keep", keep_then_fail)
        with pytest.raises(OperationalError):
            casts(health_minister, question_id, "yes", cast_id=cast_id)
    assert rooms.entries_of(question_id) == 1
    with reading() as session:
        assert session.get_one(Box, question_id).voted == 0
    assert casts(health_minister, question_id, "yes", cast_id=cast_id).number == 1


def test_a_reply_lost_after_the_commit_is_found_again_by_the_retry_within(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks just after the commit: the second try of the same request finds the ballot and answers with its receipt."""
    question_id = opened(room, secretary.actor())
    broke: list[bool] = []
    keep = service.keep

    def keep_commit_and_break(session: Session, locked_box: box.LockedBox) -> None:
        keep(session, locked_box)
        if not broke:
            broke.append(True)
            session.commit()
            raise OSError("the connection was cut")

    monkeypatch.setattr(service, "keep", keep_commit_and_break)
    assert casts(health_minister, question_id, "yes").number == 1
    assert broke
    assert rooms.entries_of(question_id) == 2


def test_two_closes_at_once_close_once_and_both_find_the_same_box(
    room: Room, secretary: Persona, second_secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    actors = [secretary.actor(), second_secretary.actor()]

    def close(actor: Actor) -> bool:
        try:
            with transaction() as session:
                service.close(session, actor, question_id)
        except Exception:  # noqa: BLE001 - which of the two is refused is open; how many are is the point
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close, actors)) == [False, True]
    kinds = [json.loads(body)["type"] for body in rooms.bodies(question_id)]
    assert kinds == ["opened", "cast", "closed"]


def test_a_storm_of_doubled_and_repeated_sends_counts_each_ballot_once(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    actors = [health_minister.actor(), finance_minister.actor()]
    marks = [mark() for _each in range(20)]
    sends = [(actors[turn % 2], marks[turn % 20]) for turn in range(100)]

    def send(each: tuple[Actor, str]) -> tuple[str, Receipt]:
        actor, cast_id = each
        return cast_id, casts(actor, question_id, "yes", cast_id=cast_id)

    with ThreadPoolExecutor(25) as pool:
        receipts = set(pool.map(send, sends))
    assert len(receipts) == 20
    assert Counter(entry["cast_id"] for entry in casts_in(question_id)) == Counter(marks)
