"""Somebody who tries what they may not: to keep listening, to read early, to bring the server to an error."""

import io
import zipfile
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from flask_socketio.test_client import SocketIOTestClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from agenda_docs.models import Document, DocumentKind, DocumentVersion
from demonstration import views as demonstration
from ecabinet import clock, news, refusals
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import RoleAssignment
from ecabinet.sign_in import recognition, sessions
from ecabinet.sign_in.models import DeviceSession
from ecabinet.sockets import Sockets
from meetings import spreadsheets
from outcomes import rules as outcome_rules
from outcomes.rules import DecisionKind
from tests.flows.conftest import Sitting
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database


def listen(app: Flask, person: Persona, meeting_id: int) -> SocketIOTestClient:
    """Return the person's socket, which follows the meeting."""
    sockets: Sockets = app.extensions["sockets"]
    client = sockets.socketio.test_client(app, flask_test_client=person.browser)
    assert client.emit("join", {"page": "meeting", "id": meeting_id, "since": 0}, callback=True)["fresh"] is False
    client.get_received()
    return client


def hears(app: Flask, client: SocketIOTestClient, stream: str, topic: str) -> list[Any]:
    """Send what a question's close would send, and return what reached the socket; nothing where it is gone."""
    sockets: Sockets = app.extensions["sockets"]
    sockets.send(news.News(stream, topic, "question", {"yes": 3}, number=99))
    return [item for item in client.get_received() if item["name"] == "news"] if client.is_connected() else []


def test_a_locked_screen_hears_nothing_and_is_led_to_the_lock(
    app: Flask, running: Sitting, health_minister: Persona
) -> None:
    client = listen(app, health_minister, running.meeting_id)
    stream, topic = f"meeting:{running.meeting_id}", f"item:{running.item}"
    sockets: Sockets = app.extensions["sockets"]
    with transaction() as session:
        session.execute(update(DeviceSession).values(seen_at=clock.now() - recognition.IDLE))
    sockets.drop_revoked()
    assert [item["name"] for item in client.get_received()] == ["locked"]
    assert not hears(app, client, stream, topic)


@pytest.mark.parametrize("event", ["connect", "disconnect"])
def test_a_page_that_sends_the_sockets_own_events_is_let_go_and_hears_nothing(
    app: Flask, running: Sitting, health_minister: Persona, event: str
) -> None:
    client = listen(app, health_minister, running.meeting_id)
    stream, topic = f"meeting:{running.meeting_id}", f"item:{running.item}"
    assert hears(app, client, stream, topic), "before, the member hears of the item"
    client.emit(event)
    assert not client.is_connected()
    assert not hears(app, client, stream, topic)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "sent",
    [
        (),
        (None,),
        ("x",),
        ({"page": "meeting", "id": float("inf")},),
        ({"page": "meeting", "id": 10**30},),
        ({"page": "meeting", "id": 1, "since": -(10**30)},),
        ({"page": ["meeting"], "id": {}}, 2, 3),
    ],
)
def test_nonsense_on_the_socket_is_a_page_that_does_not_exist(
    app: Flask, health_minister: Persona, sent: tuple[object, ...]
) -> None:
    sockets: Sockets = app.extensions["sockets"]
    client = sockets.socketio.test_client(app, flask_test_client=health_minister.browser)
    assert client.emit("join", *sent, callback=True) == {"error": "NOT_FOUND"}


@pytest.mark.parametrize("path", ["/questions/1/ballots", "/documents/1/place", "/sign-in/confirm"])
def test_json_that_is_nested_too_deeply_is_refused(health_minister: Persona, path: str) -> None:
    answer = health_minister.browser.post(
        path,
        data="[" * 100_000,
        headers={"X-CSRFToken": health_minister.form_token(), "Content-Type": "application/json"},
    )
    assert HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_redirect_to_an_address_with_letters_beyond_ascii_can_be_sent_as_a_header(health_minister: Persona) -> None:
    answer = health_minister.post("/language", {"language": "vi", "back": "/đề-án"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/%C4%91%E1%BB%81-%C3%A1n"


def test_a_sign_in_link_with_letters_beyond_ascii_does_not_exist(app: Flask) -> None:
    assert demonstration.bp.name in app.blueprints
    assert app.test_client().get("/demonstration/secretary/é").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.both_databases
@pytest.mark.usefixtures("government")
def test_an_error_of_the_database_repeats_no_values() -> None:
    with pytest.raises(DBAPIError) as raised, transaction() as session:
        session.execute(text("INSERT INTO no_such_table VALUES (:words)"), {"words": "the words of a ballot"})
    assert "the words of a ballot" not in str(raised.value)


@pytest.fixture
def unconfirmed(running: Sitting, secretary: Persona) -> int:
    """A paper that intake changed and at which nobody has looked yet, in a dossier that the members read."""
    with transaction() as session:
        document = Document(
            matter_id=running.matter_id, title="Phụ lục", kind=DocumentKind.OTHER, restricted=False, position=1
        )
        session.add(document)
        session.flush()
        version = DocumentVersion(
            document_id=document.id,
            number=1,
            file_name="a.pdf",
            original_sha256="0" * 64,
            served_sha256="1" * 64,
            first_page_sha256="2" * 64,
            size=1,
            pages=1,
            verdict="cleaned",
            reasons=[],
            signatures=[],
            uploaded_by_id=secretary.person_id,
            uploaded_at=clock.now(),
            confirmed_at=None,
        )
        session.add(version)
        session.flush()
        return version.id


def test_a_version_that_nobody_confirmed_is_opened_only_by_those_who_submit_papers(
    unconfirmed: int, secretary: Persona, health_minister: Persona
) -> None:
    health_minister.get(f"/documents/{unconfirmed}/still", status=HTTPStatus.NOT_FOUND)
    secretary.get(f"/documents/{unconfirmed}/still")
    with transaction() as session:
        session.get_one(DocumentVersion, unconfirmed).confirmed_at = clock.now()
    health_minister.get(f"/documents/{unconfirmed}/still")


def test_leaving_and_coming_again_does_not_begin_a_new_lease(running: Sitting, health_minister: Persona) -> None:
    address = f"/meetings/{running.meeting_id}/check-in"
    health_minister.post(address, {"presence": "in_room"})
    with transaction() as session:
        session.execute(update(DeviceSession).values(stepped_up_until=clock.now() - timedelta(minutes=1)))
    health_minister.post(address, {"presence": "remote"})
    health_minister.post(f"/meetings/{running.meeting_id}/leave")
    health_minister.post(address, {"presence": "in_room"})
    with pytest.raises(refusals.StepUpNeeded):
        health_minister.actor().must_have_stepped_up(clock.now())


def test_a_role_that_was_ended_before_its_confirmation_is_not_confirmed_any_more(
    government: World, administrator: Persona, second_administrator: Persona
) -> None:
    address = f"/organisation/bodies/{government.body_id}/roles"
    today = clock.today().isoformat()
    administrator.post(
        address, {"person": government.person("outsider"), "role": "auditor", "starts_on": today, "ends_on": ""}
    )
    with reading() as session:
        given = session.scalars(
            select(RoleAssignment.id).where(RoleAssignment.person_id == government.person("outsider"))
        ).one()
    administrator.post(f"{address}/{given}/end", {"at_once": "1"})
    second_administrator.refused(f"{address}/{given}/confirm")


def test_a_correction_makes_no_decision_without_a_vote_of_one_that_had_a_vote() -> None:
    with pytest.raises(refusals.Refused):
        outcome_rules.check_may_correct(kind=DecisionKind.NOTED, kind_shown="noted", had_vote=True)
    with pytest.raises(refusals.Refused):
        outcome_rules.check_may_correct(kind=DecisionKind.ADOPTED, kind_shown="adopted", had_vote=False)
    outcome_rules.check_may_correct(kind=DecisionKind.ADOPTED, kind_shown="adopted", had_vote=True)


def test_a_small_workbook_that_would_take_minutes_to_read_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t/></si>" * 200_000 + "</sst>")
    with pytest.raises(refusals.Refused) as raised:
        spreadsheets.rows_of(packed.getvalue())
    assert raised.value.reason is spreadsheets.Reason.TOO_LARGE


def test_a_revoked_device_is_out_at_once(app: Flask, running: Sitting, health_minister: Persona) -> None:
    client = listen(app, health_minister, running.meeting_id)
    with transaction() as session:
        sessions.revoke_all(session, health_minister.person_id)
    sockets: Sockets = app.extensions["sockets"]
    sockets.drop_revoked()
    assert not client.is_connected()
    health_minister.get("/", status=HTTPStatus.FOUND)
