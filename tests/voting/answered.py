"""A written question that was answered and closed, for the tests of its collation, of its comments, of its report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from agenda_docs.models import Because, Grant
from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import transaction
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import SINCE, Room, mark
from voting import casting
from voting.ballots import Ballot

People = Callable[[str], Persona]
ON_ARTICLES = "Đồng ý với dự thảo.\nĐiều 5 khoản 2: đề nghị sửa mức vốn.\n- tách hai giai đoạn\nPhụ lục II: thiếu biểu."


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> Iterator[None]:
    """Let it be another moment."""
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: moment)
        yield


def answers(
    who: Persona, question_id: int, choice: str, text: str = "", *, discuss: bool = False, reserved: str = ""
) -> None:
    """Have a member answer in writing."""
    casting.cast(who.actor(), question_id, Ballot(mark(), choice, text, discuss=discuss, reserved=reserved))


def closed_late(question_id: int, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Let the deadline pass, close the question and return when."""
    end = rooms.question(question_id).closes_at
    assert end is not None
    over = end + timedelta(minutes=2)
    with at(monkeypatch, over):
        rooms.closed(question_id, SYSTEM)
    return over


def played(room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch) -> int:
    """Ask in writing, have four of six members answer in four ways, close at the deadline; return the question."""
    question_id = rooms.circulated(room, secretary.actor())
    answers(persona("health_minister"), question_id, "yes", ON_ARTICLES)
    answers(
        persona("finance_minister"),
        question_id,
        "no",
        "Khoản 2 Điều 5 vượt trần nợ công.",
        reserved="Bảo lưu về mức vốn.",
    )
    answers(persona("justice_minister"), question_id, "yes")
    answers(persona("interior_minister"), question_id, "other", "=Cần lấy thêm ý kiến địa phương.")
    closed_late(question_id, monkeypatch)
    return question_id


def let_agency_read(room: Room, code: str = "BYT") -> None:
    """Give an agency, the one in charge where no other is named, what lodging the dossier would have given it."""
    world = room.world
    with transaction() as session:
        session.add(
            Grant(
                matter_id=room.matter_id,
                unit_id=world.unit(code),
                because=Because.LODGING,
                because_id=room.matter_id,
                starts_at=SINCE,
            )
        )
