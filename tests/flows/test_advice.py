"""Advice over HTTP: the officer asks, the adviser answers, members read it, others do not know of it."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from agenda_docs import reading as access_to
from agenda_docs.models import Because
from ecabinet.config import Config
from ecabinet.database import transaction
from tests.agenda_docs.dossiers import accept, add_paper, lodge, send_in
from tests.persona import Persona
from tests.world import World

pytestmark = pytest.mark.any_database


def test_an_officer_asks_and_the_adviser_answers_on_pages(
    database: Config, government: World, persona: Callable[[str], Persona]
) -> None:
    officer, finance_officer, secretary = persona("officer"), persona("finance_officer"), persona("secretary")
    justice_minister, interior_minister, outsider = (
        persona("justice_minister"),
        persona("interior_minister"),
        persona("outsider"),
    )
    matter = lodge(government, officer)
    add_paper(database, officer, matter)
    send_in(officer, matter)
    unit = government.unit("BTC")
    assert "Ask for advice" in officer.get(f"/matters/{matter}").text
    officer.post(f"/matters/{matter}/advice", {"unit": unit, "days": 3, "what": "Nguồn vốn"})
    assert "Đề án cấp nước sạch" in finance_officer.get("/advice").text
    assert "Đề án cấp nước sạch" in finance_officer.get("/advice?search=de an cap nuoc&waiting=1").text
    assert "Đề án cấp nước sạch" not in finance_officer.get("/advice?search=duong sat").text
    address = finance_officer.get("/advice").text.split('href="/advice/')[1].split('"')[0]
    page = finance_officer.get(f"/advice/{address}").text
    assert "Nguồn vốn" in page
    assert "Sign and give the advice" in page
    assert "Write your remarks" in finance_officer.refused(f"/advice/{address}", {"kind": "negative", "text": ""})
    finance_officer.post(f"/advice/{address}", {"kind": "with_remarks", "text": "Cần làm rõ nguồn vốn."})
    assert "Cần làm rõ nguồn vốn." in officer.get(f"/advice/{address}").text
    assert "Cần làm rõ nguồn vốn." in secretary.get(f"/advice/{address}").text
    assert "Sign and give" not in officer.get(f"/advice/{address}").text
    for stranger in (justice_minister, interior_minister, outsider):
        stranger.get(f"/advice/{address}", HTTPStatus.NOT_FOUND if stranger is not outsider else HTTPStatus.FORBIDDEN)
    with transaction() as session:
        membership = government.membership("justice_minister")
        access_to.grant(
            session, secretary.actor(), matter, because=Because.ITEM, because_id=1, membership_id=membership
        )
    assert "Cần làm rõ nguồn vốn." in justice_minister.get(f"/advice/{address}").text
    assert "Sign and give" not in justice_minister.get(f"/advice/{address}").text


def test_more_time_and_taking_back_are_for_those_who_keep_the_dossier(
    database: Config, government: World, officer: Persona, secretary: Persona, finance_officer: Persona
) -> None:
    matter = lodge(government, officer)
    add_paper(database, officer, matter)
    accept(officer, secretary, matter)
    secretary.post(f"/matters/{matter}/advice", {"unit": government.unit("BTC"), "days": 1, "what": ""})
    address = finance_officer.get("/advice").text.split('href="/advice/')[1].split('"')[0]
    more = {"days": 5, "reason": "Bổ sung tài liệu"}
    assert "Only the agency in charge" in finance_officer.refused(f"/advice/{address}/extend", more)
    secretary.post(f"/advice/{address}/extend", more)
    assert "Bổ sung tài liệu" in secretary.get(f"/advice/{address}").text
    assert "must be later" in secretary.refused(f"/advice/{address}/extend", {"days": 1, "reason": "Sớm hơn"})
    secretary.post(f"/advice/{address}/take-back", {"reason": "Không cần nữa"})
    finance_officer.get(f"/advice/{address}", HTTPStatus.NOT_FOUND)
    assert "Không cần nữa" in secretary.get(f"/advice/{address}").text
    secretary.post(f"/matters/{matter}/advice", {"unit": 99999, "days": 3}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
