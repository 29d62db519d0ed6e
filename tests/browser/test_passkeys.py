"""Passkeys in a real browser, with an authenticator that Chromium plays: added, signing in, signing a ballot in two taps."""

import json
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect
from sqlalchemy import select, update

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import passkeys
from ecabinet.sign_in.models import DeviceSession, Passkey
from tests.browser.conftest import Opens
from tests.browser.device import Device
from tests.browser.stage import Scene, Stage
from tests.browser.test_voting import ballot, choose, send
from voting.entries import EntryKind
from voting.models import BoxEntry

ACCOUNT = "/sign-in/account"


class Key:
    """The authenticator in a device: the person's finger is there, unless a test takes it away."""

    def __init__(self, tablet: Device) -> None:
        self.browser: CDPSession = tablet.context.new_cdp_session(tablet.page)
        self.browser.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def show_person(self, *, it_is_they: bool) -> None:
        """Say whether the finger is there from now on."""
        self.browser.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": it_is_they})


@pytest.fixture
def tablet(device: Opens, stage: Stage) -> Device:
    """The tablet of a member who had no passkey before."""
    forget_passkeys(stage)
    return device("health_minister")


def forget_passkeys(stage: Stage) -> None:
    """Take away what an earlier test left: the database is one for all of them."""
    with transaction() as session:
        passkeys.remove_all(session, session.get_one(Person, stage.world.person("health_minister")))


def add_passkey(tablet: Device) -> Key:
    key = Key(tablet)
    page = tablet.open(ACCOUNT)
    page.get_by_label("Name of the passkey").fill("máy tính bảng")
    tablet.button("Add a passkey").click()
    expect(page.get_by_role("rowheader", name="máy tính bảng")).to_be_visible()
    return key


def end_leases(tablet: Device) -> None:
    tablet.forgive("401")
    with transaction() as session:
        session.execute(update(DeviceSession).values(stepped_up_until=clock.now()))


def entry_of(question: int) -> dict[str, Any]:
    """The only ballot in the box."""
    with reading() as session:
        cast = select(BoxEntry.body).where(BoxEntry.question_id == question, BoxEntry.kind == EntryKind.CAST)
        entry: dict[str, Any] = json.loads(session.scalars(cast).one())
    return entry


def at_an_open_vote(tablet: Device, stage: Stage) -> tuple[Scene, int]:
    scene = stage.running()
    question = stage.opened(scene.item)
    tablet.follow(scene.page)
    return scene, question


def test_a_passkey_is_added_signs_in_and_is_removed(tablet: Device) -> None:
    add_passkey(tablet)
    tablet.forgive("422")
    page = tablet.page
    page.get_by_label("Name of the passkey").fill("một lần nữa")
    tablet.button("Add a passkey").click()
    expect(page.get_by_text("This device holds a passkey of yours already.")).to_be_visible()
    tablet.context.clear_cookies()
    tablet.open(ACCOUNT)
    expect(page).to_have_url(f"{tablet.server.origin}/sign-in?next=/sign-in/account")
    tablet.button("Sign in with a passkey").click()
    expect(page.get_by_role("rowheader", name="máy tính bảng")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    tablet.confirm()
    expect(page.get_by_role("rowheader")).to_have_count(0)
    with reading() as session:
        assert session.scalars(select(Passkey)).all() == []


def test_a_ballot_is_signed_by_the_passkey_when_the_lease_has_ended_and_no_code_is_asked(
    tablet: Device, stage: Stage
) -> None:
    add_passkey(tablet)
    _scene, question = at_an_open_vote(tablet, stage)
    end_leases(tablet)
    choose(tablet, question, "yes")
    send(tablet)
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    entry = entry_of(question)
    assert entry["step_up"] == f"passkey:{entry['assertion']['credential']}"
    assert entry["choice"] == "yes"


def test_who_wishes_it_signs_each_ballot_still_in_two_taps(tablet: Device, stage: Stage) -> None:
    add_passkey(tablet)
    tablet.page.get_by_label("Sign each ballot with my passkey").check()
    with tablet.page.expect_navigation():  # or going on would cut the saving off
        tablet.page.get_by_role("form", name="Sign ballots").get_by_role("button", name="Save").click()
    _scene, question = at_an_open_vote(tablet, stage)
    form = ballot(tablet, question)
    choose(tablet, question, "other")
    form.get_by_label("Your opinion").fill("  Giảm mức vốn,\n“lùi” thời hạn \u0001 𝄞 ")
    send(tablet)
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    assert entry_of(question)["assertion"] is not None


def test_who_turns_away_is_asked_for_a_code_and_may_change_their_mind(tablet: Device, stage: Stage) -> None:
    key = add_passkey(tablet)
    _scene, question = at_an_open_vote(tablet, stage)
    end_leases(tablet)
    key.show_person(it_is_they=False)
    choose(tablet, question, "no")
    send(tablet)
    dialog = tablet.page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog.get_by_label("Code")).to_be_visible()
    key.show_person(it_is_they=True)
    tablet.button("Use a passkey", within=dialog).click()
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    entry = entry_of(question)
    assert entry["assertion"] is None
    assert entry["step_up"].startswith("passkey:")


def test_a_step_up_between_two_pages_is_made_by_passkey(tablet: Device) -> None:
    add_passkey(tablet)
    end_leases(tablet)
    page = tablet.page
    page.get_by_label("Name of the passkey").fill("khóa thứ hai")
    tablet.button("Add a passkey").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    tablet.button("Use a passkey").click()
    expect(page).to_have_url(f"{tablet.server.origin}{ACCOUNT}")
