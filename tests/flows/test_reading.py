"""Reading over HTTP: every byte is for those with a standing grant and no bar, by every route."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from agenda_docs import conflicts, documents, reading
from agenda_docs.models import Because, DocumentVersion, Reading
from ecabinet.access import SYSTEM
from ecabinet.audit import AuditEntry, Tag
from ecabinet.config import Config
from ecabinet.database import reading as open_to_read
from ecabinet.database import transaction
from tests.agenda_docs.dossiers import PICTURE, SERVED, accept, add_paper, examined, lodge
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

ROUTES = ("", "?page=2", "/file", "/first-page", "/still")


class Case:
    """One accepted dossier on an agenda: an old and a new version of a paper, and a restricted one."""

    def __init__(self, config: Config, government: World, officer: Persona, secretary: Persona) -> None:
        self.matter = lodge(government, officer)
        self.old = add_paper(config, officer, self.matter, texts=("một", "hai"))
        with transaction() as session:
            document_id = session.get_one(DocumentVersion, self.old).document_id
            newer = documents.submit_version(
                session, officer.actor(), self.matter, document_id, examined(config, ("một", "hai"), mark="2")
            )
            self.new = newer.id
        self.restricted = add_paper(config, officer, self.matter, "Phụ lục", restricted=True, texts=("ba",), mark="r")
        accept(officer, secretary, self.matter)
        self.all = (self.old, self.new, self.restricted)

    def give(self, **holder: int) -> None:
        """Let somebody read the dossier, as publishing an agenda does."""
        with transaction() as session:
            reading.grant(session, SYSTEM, self.matter, because=Because.ITEM, because_id=1, **holder)  # type: ignore[arg-type]


@pytest.fixture
def case(database: Config, government: World, officer: Persona, secretary: Persona) -> Case:
    return Case(database, government, officer, secretary)


def fetched(person: Persona, address: str, **headers: str) -> TestResponse:
    """Fetch a file whole, as a server does, which closes it afterwards."""
    answer = person.browser.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}
    assert answer.data
    answer.close()
    return answer


def closed(person: Persona, version: int, status: int = HTTPStatus.NOT_FOUND) -> None:
    """Assert that no route gives this person a byte, whole, by range or under a condition."""
    for route in ROUTES:
        address = f"/documents/{version}{route}"
        person.get(address, status)
        for headers in (
            {"Range": "bytes=0-10"},
            {"If-None-Match": f'"{version}-pdf"'},
            {"If-Range": f'"{version}-pdf"', "Range": "bytes=0-1"},
        ):
            answer = person.browser.get(address, headers=headers)
            assert answer.status_code == status
            assert SERVED not in answer.data
            assert PICTURE not in answer.data
        assert person.browser.head(address).status_code == status
    person.post(f"/documents/{version}/place", json={"page": 2}, status=status)


@pytest.mark.both_databases
def test_the_reader_opens_where_one_left_off_and_keeps_a_receipt(
    case: Case, government: World, finance_minister: Persona
) -> None:
    case.give(membership_id=government.membership("finance_minister"))
    address = f"/documents/{case.new}"
    page = finance_minister.get(address)
    assert f'data-src="{address}/file"' in page.text
    assert f'src="{address}/first-page"' in page.text
    assert 'data-page="1"' in page.text
    assert "Bộ trưởng Bộ Tài chính" in page.text
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    finance_minister.post(f"{address}/place", json={"page": 2})
    assert 'data-page="2"' in finance_minister.get(address).text
    assert 'data-page="1"' in finance_minister.get(f"{address}?page=1").text
    with open_to_read() as session:
        receipt = session.scalars(select(Reading)).one()
        assert (receipt.person_id, receipt.version_id, receipt.times) == (finance_minister.person_id, case.new, 3)
        opened = select(AuditEntry.person_id).where(AuditEntry.tag == Tag.DOCUMENT_OPENED.value)
        assert set(session.scalars(opened)) == {finance_minister.person_id}


def test_the_file_comes_whole_by_ranges_and_is_kept_nowhere(case: Case, officer: Persona) -> None:
    address = f"/documents/{case.old}/file"
    whole = fetched(officer, address)
    assert whole.data.startswith(SERVED)
    assert whole.mimetype == "application/pdf"
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = fetched(officer, address, Range="bytes=5-9")
    assert part.status_code == HTTPStatus.PARTIAL_CONTENT
    assert part.data == whole.data[5:10]
    assert part.headers["Content-Range"] == f"bytes 5-9/{len(whole.data)}"
    assert (
        officer.browser.get(address, headers={"Range": "bytes=9999999-"}).status_code
        == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    )
    picture = fetched(officer, f"/documents/{case.old}/first-page")
    assert picture.data.startswith(PICTURE)
    for answer in (whole, part, picture):
        assert answer.headers["Cache-Control"] == "no-store"


def test_bytes_fetched_without_the_reader_leave_a_receipt_all_the_same(case: Case, officer: Persona) -> None:
    for _again in range(2):
        fetched(officer, f"/documents/{case.old}/file")
    with open_to_read() as session:
        receipt = session.scalars(select(Reading)).one()
        assert (receipt.person_id, receipt.version_id, receipt.times) == (officer.person_id, case.old, 1)


@pytest.mark.parametrize(
    "key", ["prime_minister", "finance_minister", "office_reader", "finance_officer", "guest", "auditor"]
)
def test_those_without_a_grant_get_no_byte(case: Case, persona: Callable[[str], Persona], key: str) -> None:
    for version in case.all:
        closed(persona(key), version)


@pytest.mark.parametrize("key", ["administrator", "outsider"])
def test_those_whose_role_reads_nothing_get_no_byte_even_with_a_grant(
    case: Case, persona: Callable[[str], Persona], key: str
) -> None:
    person = persona(key)
    case.give(person_id=person.person_id)
    closed(person, case.new, HTTPStatus.FORBIDDEN)


def test_a_member_reads_every_version_and_the_office_what_is_not_restricted(
    case: Case, government: World, health_minister: Persona, office_reader: Persona
) -> None:
    case.give(membership_id=government.membership("health_minister"))
    for version in case.all:
        fetched(health_minister, f"/documents/{version}/file")
    fetched(office_reader, f"/documents/{case.old}/file")
    office_reader.get(f"/documents/{case.new}")
    closed(office_reader, case.restricted)
    assert "Phụ lục" not in office_reader.get(f"/matters/{case.matter}").text


def test_a_conflict_closes_what_was_open_a_moment_ago(
    case: Case, government: World, health_minister: Persona, office_reader: Persona
) -> None:
    case.give(membership_id=government.membership("health_minister"))
    fetched(health_minister, f"/documents/{case.new}/file")
    fetched(office_reader, f"/documents/{case.new}/file")
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, case.matter, "Cổ phần")
    for version in case.all:
        closed(health_minister, version)
        closed(office_reader, version)


def test_a_guest_reads_until_the_grant_ends(case: Case, guest: Persona) -> None:
    case.give(person_id=guest.person_id)
    guest.get(f"/documents/{case.new}")
    with transaction() as session:
        reading.end_grants(session, SYSTEM, because=Because.ITEM, because_id=1)
    closed(guest, case.new)


def test_who_is_not_signed_in_is_sent_to_sign_in(case: Case, app: Flask) -> None:
    stranger = app.test_client()
    for route in ROUTES:
        answer = stranger.get(f"/documents/{case.new}{route}", headers={"Range": "bytes=0-10"})
        assert answer.status_code == HTTPStatus.FOUND
        assert "/sign-in" in answer.headers["Location"]


def test_nothing_is_served_by_its_hash(case: Case, officer: Persona) -> None:
    with open_to_read() as session:
        version = session.get_one(DocumentVersion, case.new)
    for sha256 in (version.served_sha256, version.original_sha256, version.first_page_sha256):
        for address in (
            f"/documents/{sha256}/file",
            f"/blobs/{sha256}",
            f"/originals/{sha256}",
            f"/documents/{case.new}/{sha256}",
        ):
            officer.get(address, HTTPStatus.NOT_FOUND)
    officer.get(f"/documents/{case.new}/original", HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize(
    "told", [None, [], "x", {"page": "x"}, {"page": -1}, {"page": 10**30}, {"page": None}, {"page": [1]}]
)
def test_a_page_that_is_no_page_is_refused(case: Case, officer: Persona, told: object) -> None:
    officer.post(f"/documents/{case.old}/place", json=told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
