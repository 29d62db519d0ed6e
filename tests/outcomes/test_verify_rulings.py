"""Boxes with every kind of ruling, made by the application, are whole to the checker and to the third tally, which share none of its code."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ecabinet.database import reading, transaction
from outcomes import contents, verify
from outcomes.bag import write_bag
from tests.persona import Persona
from tests.third_tally.program import NODE, tallied
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, closed, question
from tests.world import MEMBERS, World
from voting import preparing
from voting.conduct import Procedure
from voting.engine.rule import Choice
from voting.models import PaperBallot, Ruling
from voting.rulings import annulment, correction, paper_ballots
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

People = Callable[[str], Persona]
WHY = "Danh sách có mặt bị ghi sai"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def checked(question_id: int, folder: Path) -> list[str]:
    """What the checker finds wrong with a box; the papers of the test have no files, so their absence says nothing."""
    with reading() as session:
        files = contents._box(session, question_id)
    report = verify.verify(write_bag(folder / "bag", files, {}).path)
    assert report.boxes == 1
    return [code for code, _values in report.faults if code != "paper"]


def third(question_id: int) -> object:
    answer = tallied({"entries": [body.decode() for body in bodies(question_id)]})
    return answer.get("outcome", answer)


def newest(table: type[PaperBallot] | type[Ruling]) -> int:
    with reading() as session:
        return max(session.scalars(select(table.id)))


def on_paper(room: Room, first: Persona, second: Persona, question_id: int, key: str, choice: str) -> None:
    """A ballot on paper, entered by two officials."""
    read = Read(room.world.membership(key), choice)
    with transaction() as session:
        paper_ballots.enter(session, first.actor(), question_id, read, Given(Channel.PAPER, "Bì số 4"))
    with transaction() as session:
        paper_ballots.confirm(session, second.actor(), question_id, newest(PaperBallot), read)


def corrected(room: Room, first: Persona, second: Persona, question_id: int) -> None:
    """One was not there, and the other opinion was an approval."""
    seats = [str(room.world.membership(key)) for key in MEMBERS]
    with transaction() as session:
        correction.ask(
            session, first.actor(), question_id, present=seats[:5], classified={seats[2]: Choice.YES}, reason=WHY
        )
    with transaction() as session:
        correction.confirm(session, second.actor(), question_id, newest(Ruling))


def annulled(first: Persona, second: Persona, question_id: int) -> None:
    with transaction() as session:
        annulment.ask(session, first.actor(), question_id, WHY)
    with transaction() as session:
        annulment.confirm(session, second.actor(), question_id, newest(Ruling))


@pytest.mark.skipif(not NODE.exists(), reason="Node is not installed in the virtual environment")
def test_a_box_with_every_ruling_is_whole_and_counts_alike_at_each_step(
    room: Room, secretary: Persona, chair: Persona, persona: People, tmp_path: Path
) -> None:
    question_id = rooms.opened(room, secretary.actor(), closes_in=timedelta(minutes=30))
    casts(persona(MEMBERS[0]), question_id, "yes")
    number = casts(persona(MEMBERS[1]), question_id, "no").number
    casts(persona(MEMBERS[2]), question_id, "other", text="Đồng ý, kèm góp ý")
    with transaction() as session:
        rulings.withdraw_ballot(session, chair.actor(), question_id, number, WHY)
    with transaction() as session:
        rulings.extend(session, chair.actor(), question_id, by=10, reason=WHY)
    on_paper(room, secretary, chair, question_id, MEMBERS[1], "yes")
    closed(question_id, secretary.actor())
    assert question(question_id).outcome == "fail" == third(question_id)
    assert checked(question_id, tmp_path / "closed") == []
    corrected(room, secretary, chair, question_id)
    assert question(question_id).outcome == "pass" == third(question_id)
    assert checked(question_id, tmp_path / "corrected") == []
    annulled(chair, secretary, question_id)
    assert third(question_id) == "annulled"
    assert checked(question_id, tmp_path / "annulled") == []


@pytest.mark.skipif(not NODE.exists(), reason="Node is not installed in the virtual environment")
def test_a_box_of_choosing_among_options_is_whole_and_counts_alike(
    room: Room, secretary: Persona, chair: Persona, persona: People, tmp_path: Path
) -> None:
    with transaction() as session:
        question_id = preparing.prepare(
            session, secretary.actor(), item_id=room.item_id, text="Chọn?", procedure=Procedure.CHOICE, options="A\nB"
        ).id
    rooms.put(question_id, secretary.actor())
    casts(persona(MEMBERS[0]), question_id, "option:2")
    on_paper(room, secretary, chair, question_id, MEMBERS[1], "option:2")
    on_paper(room, chair, secretary, question_id, MEMBERS[2], "abstain")
    closed(question_id, secretary.actor())
    assert third(question_id) == question(question_id).outcome == "counted"
    assert checked(question_id, tmp_path) == []


def test_an_open_box_that_was_annulled_is_whole(room: Room, secretary: Persona, chair: Persona, tmp_path: Path) -> None:
    question_id = rooms.opened(room, secretary.actor())
    annulled(secretary, chair, question_id)
    assert checked(question_id, tmp_path) == []
