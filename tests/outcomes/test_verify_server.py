"""The verifier on boxes that the application wrote: two programs that share no code agree on them."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from ecabinet import clock, signing
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from ecabinet.sign_in import challenges, passkeys, relying_party
from ecabinet.sign_in.models import Purpose
from outcomes.bag import entries_file
from tests.authenticator import Authenticator
from tests.outcomes.made_boxes import canonical, report_of, sealed
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, circulated, closed, opened
from tests.world import MEMBERS, World
from voting import casting, preparing
from voting.ballots import Ballot
from voting.conduct import Procedure
from voting.engine.rule import Choice
from voting.proof import checkpoints
from voting.rulings import annulment, correction, paper_ballots
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

People = Callable[[str], Persona]
WHY = "Máy của thành viên bị lỗi"
FIRST = 1  # the id of what waits first in a fresh database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def check(question_id: int) -> list[str]:
    """Hold a box as it stands to the verifier; return the types of its entries. Its paper is no file in these tests."""
    signer = signing.signer()
    with reading() as session:
        notes = checkpoints.as_file(each.note for each in checkpoints.of_question(session, question_id))
    folder = f"data/boxes/{question_id}"
    key = {"name": signer.name, "public_key": base64.b64encode(signer.public_key).decode()}
    files = {"data/key.json": json.dumps(key).encode(), f"{folder}/checkpoints.txt": notes}
    report = report_of(
        sealed({**files, f"{folder}/entries.jsonl": entries_file(bodies(question_id))}), signer.public_key
    )
    assert {code for code, _ in report.faults} <= {"paper"}
    assert report.signatures > 0
    return [json.loads(body)["type"] for body in bodies(question_id)]


def test_a_meeting_with_rulings_on_it(room: Room, secretary: Persona, chair: Persona, persona: People) -> None:
    rooms.bar(room, MEMBERS[5])
    rooms.delegate(room, MEMBERS[4])
    question_id = opened(room, secretary.actor(), closes_in=timedelta(minutes=5))
    casts(chair, question_id, "no")
    casts(chair, question_id, "yes")
    number = casts(persona(MEMBERS[1]), question_id, "no").number
    casts(persona(MEMBERS[2]), question_id, "other", text="Đề nghị làm rõ Điều 5")
    on_paper = Read(room.world.membership(MEMBERS[3]), "abstain")
    with transaction() as session:
        paper_ballots.enter(session, secretary.actor(), question_id, on_paper, Given(Channel.PAPER, "Bì số 4"))
    with transaction() as session:
        paper_ballots.confirm(session, chair.actor(), question_id, FIRST, on_paper)
    with transaction() as session:
        rulings.withdraw_ballot(session, chair.actor(), question_id, number, WHY)
    with transaction() as session:
        rulings.extend(session, secretary.actor(), question_id, by=10, reason=WHY)
    closed(question_id, secretary.actor())
    types = ["opened", "cast", "cast", "cast", "cast", "paper", "withdrawn", "extended", "closed"]
    assert check(question_id) == types


@pytest.mark.parametrize("readings", [{}, {MEMBERS[2]: Choice.YES}])
def test_a_corrected_and_an_annulled_vote(
    room: Room, secretary: Persona, chair: Persona, persona: People, readings: dict[str, Choice]
) -> None:
    question_id = opened(room, secretary.actor())
    casts(chair, question_id, "yes")
    casts(persona(MEMBERS[2]), question_id, "other", text="Có điều kiện")
    closed(question_id, secretary.actor())
    present = [str(room.world.membership(key)) for key in MEMBERS[:3]]
    classified = {str(room.world.membership(key)): choice for key, choice in readings.items()}
    with transaction() as session:
        correction.ask(session, secretary.actor(), question_id, present=present, classified=classified, reason=WHY)
    with transaction() as session:
        correction.confirm(session, chair.actor(), question_id, FIRST)
    assert check(question_id)[-2:] == ["closed", "corrected"]
    with transaction() as session:
        annulment.ask(session, secretary.actor(), question_id, WHY)
    with transaction() as session:
        annulment.confirm(session, chair.actor(), question_id, FIRST + 1)
    assert check(question_id)[-1] == "annulled"


def test_opinions_in_writing_whose_deadline_passed_in_silence(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = circulated(room, secretary.actor(), days=3)
    casts(persona(MEMBERS[1]), question_id, "no")
    with transaction() as session:
        rulings.extend(session, secretary.actor(), question_id, by=4, reason=WHY)
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    closed(question_id, SYSTEM)
    assert check(question_id) == ["opened", "cast", "extended", "closed"]


def test_a_choice_among_options(room: Room, secretary: Persona, chair: Persona) -> None:
    with transaction() as session:
        question = preparing.prepare(
            session,
            secretary.actor(),
            item_id=room.item_id,
            text="Chọn nơi tổ chức",
            procedure=Procedure.CHOICE,
            options="Hà Nội\nĐà Nẵng",
        )
        question_id = question.id
    rooms.put(question_id, secretary.actor())
    casts(chair, question_id, "option:2")
    closed(question_id, secretary.actor())
    assert check(question_id) == ["opened", "cast", "closed"]


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_a_ballot_that_a_passkey_signed(room: Room, secretary: Persona, chair: Persona, algorithm: str) -> None:
    relying_party.serve(["http://localhost"])
    actor, device = chair.actor(), Authenticator(algorithm)
    with transaction() as session:
        asked, options = passkeys.ask_to_add(session, actor)
        challenge = challenges.take(session, Purpose.ADD, actor.session_id, asked.id)
        passkeys.add(session, actor, challenge, "tablet", device.made(options))
    question_id = opened(room, secretary.actor())
    ballot = {"cast_id": rooms.mark(), "choice": "yes", "member": str(room.world.membership("prime_minister"))}
    asked_for = {**ballot, "question": str(question_id), "seen": seen(question_id, actor.language), "text": ""}
    beside = {"discuss": False, "reserved": "On record"}
    signed = device.signed(hashlib.sha256(canonical({**asked_for, **beside})).digest())
    casting.cast(actor, question_id, Ballot(ballot["cast_id"], "yes", reserved="On record", assertion=signed))
    closed(question_id, secretary.actor())
    assert json.loads(bodies(question_id)[1])["assertion"]["credential"] == device.id
    assert check(question_id) == ["opened", "cast", "closed"]


def seen(question_id: int, language: str) -> str:
    """What a page in this language showed, hashed."""
    opening = json.loads(bodies(question_id)[0])
    shown = {name: opening[name] for name in ("labels", "options", "text")}
    papers = [paper["sha256"] for paper in opening["papers"]]
    return hashlib.sha256(canonical({**shown, "language": language, "papers": papers})).hexdigest()
