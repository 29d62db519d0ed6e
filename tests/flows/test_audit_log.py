"""The page of the audit log."""

from http import HTTPStatus

from ecabinet.audit import Tag
from ecabinet.audit_words import WORDS
from ecabinet.database import transaction
from ecabinet.organisation import units
from tests.persona import Persona


def test_every_deed_has_words() -> None:
    assert set(WORDS) == set(Tag)


def test_the_administrator_sees_who_did_what_and_filters_by_deed(administrator: Persona, secretary: Persona) -> None:
    assert secretary.token
    with transaction() as session:
        units.add_unit(session, administrator.actor(), code="X", name="Vụ thử nghiệm", parent_id=None)
    page = administrator.get("/audit").text
    assert "⟦changed a unit or a body⟧" in page
    assert "Thư ký phiên họp" in page
    assert "Vụ thử nghiệm" not in page  # deeds, not what they were about
    filtered = administrator.get("/audit?deed=signed_in").text
    assert "Thư ký phiên họp" in filtered
    administrator.get("/audit?deed=nonsense&before=99999")
    administrator.get("/audit?before=nonsense", status=HTTPStatus.UNPROCESSABLE_ENTITY)


def test_a_long_log_goes_on_on_further_pages(administrator: Persona) -> None:
    for number in range(101):
        with transaction() as session:
            units.add_unit(session, administrator.actor(), code=f"X{number}", name="x", parent_id=None)
    first = administrator.get("/audit?deed=unit_changed").text
    assert first.count("<tr>") == 101  # with the heading
    address = first.split('href="/audit?before=')[1].split('"')[0].replace("&amp;", "&")
    assert administrator.get(f"/audit?before={address}").text.count("<tr>") == 2


def test_the_auditor_sees_the_deeds_of_the_body_and_not_who_signed_in(auditor: Persona, secretary: Persona) -> None:
    page = auditor.get("/audit").text
    assert "<tr>" not in page
    assert secretary.token


def test_the_log_is_closed_to_all_others(secretary: Persona, health_minister: Persona, outsider: Persona) -> None:
    for someone in (secretary, health_minister, outsider):
        someone.get("/audit", status=HTTPStatus.FORBIDDEN)
