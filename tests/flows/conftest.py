"""The sitting that several flows begin with: a published meeting with two items, one of them with a dossier, and it runs."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from agenda_docs import service as dossiers
from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.sign_in import passwords
from meetings import agenda, publishing, sitting
from meetings import service as meetings
from meetings.agenda import ItemForm
from meetings.models import AgendaItem, ItemKind, Meeting, MeetingKind
from meetings.service import Plan
from tests.persona import Persona
from tests.world import World


@dataclass
class Sitting:
    """A running meeting with two items, one of them with a dossier."""

    meeting_id: int
    opening: int
    matter_id: int
    item: int


@pytest.fixture(scope="module", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords that are checked in no time; how strong they are kept is a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "NOBODYS_HASH", passwords.hash_of(secrets.token_hex()))
        yield


@pytest.fixture
def running(government: World, officer: Persona, secretary: Persona, chair: Persona) -> Sitting:
    """A published meeting that the secretary has started."""
    with transaction() as session:
        matter = dossiers.lodge(
            session,
            officer.actor(),
            body_id=government.body_id,
            unit_id=government.unit("BYT"),
            title="Đề án cấp nước sạch",
        )
        dossiers.send_in(session, officer.actor(), matter.id)
    with transaction() as session:
        dossiers.accept(session, secretary.actor(), matter.id)
        plan = Plan(
            kind=MeetingKind.REGULAR,
            title="Phiên họp thường kỳ",
            starts_local=clock.in_zone(clock.now(), "Asia/Ho_Chi_Minh").replace(tzinfo=None, microsecond=0)
            + timedelta(minutes=5),
            minutes=120,
            place="Phòng họp số 1",
            chair_membership_id=government.membership("prime_minister"),
        )
        meeting = meetings.create(session, secretary.actor(), government.body_id, plan)
    items = [
        _add(secretary, meeting.id, ItemKind.INFORMATION, "Khai mạc", None),
        _add(secretary, meeting.id, ItemKind.DECISION, "Đề án cấp nước sạch", matter.id),
    ]
    with transaction() as session:
        publishing.propose(session, secretary.actor(), meeting.id)
    with transaction() as session:
        revision = session.get_one(Meeting, meeting.id).revision
        publishing.approve(session, chair.actor(), meeting.id, revision=revision)
    with transaction() as session:
        publishing.publish(session, secretary.actor(), meeting.id)
    with transaction() as session:
        sitting.start(session, secretary.actor(), meeting.id)
    return Sitting(meeting.id, items[0], matter.id, items[1])


def _add(secretary: Persona, meeting_id: int, kind: ItemKind, title: str, matter_id: int | None) -> int:
    with transaction() as session:
        revision = session.get_one(Meeting, meeting_id).revision
        form = ItemForm(kind=kind, title=title, presenter="Bộ trưởng Bộ Y tế", minutes=20, matter_id=matter_id)
        agenda.add_item(session, secretary.actor(), meeting_id, form, revision=revision)
    with reading() as session:
        return session.scalars(select(AgendaItem.id).where(AgendaItem.title == title)).one()
