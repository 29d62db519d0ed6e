"""Positions and the block vote in real browsers: the chair at a desk, a member on a phone and one on a tablet, to the decisions and the archive."""

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Locator, expect
from sqlalchemy import select

from ecabinet.database import reading, transaction
from meetings import attendance, sitting
from meetings.models import Meeting, Presence
from outcomes import archive
from outcomes import service as outcomes
from outcomes.models import Archive, Decision
from outcomes.verify import main as verify
from tests.browser.conftest import Opens
from tests.browser.device import DESKTOP, PHONE, Device
from tests.browser.server import Server
from tests.browser.stage import Stage
from tests.world import MEMBERS
from voting.blocks import casting
from voting.blocks import service as blocks
from voting.blocks.casting import BlockBallot
from voting.blocks.models import BlockItem
from voting.conduct import QuestionState
from voting.models import Question

TITLES = ("Nghị định về dữ liệu mở", "Đề án y tế cơ sở", "Quy hoạch vùng ven biển", "Chương trình nhà ở xã hội")


def meeting_of_four(stage: Stage) -> tuple[int, list[int], list[int]]:
    """A published meeting with four items for decision; returns it with its items and their dossiers."""
    meeting = stage.planned("Phiên họp chuyên đề")
    matters = [stage.dossier(title) for title in TITLES]
    items = [stage.add(meeting, title, matter=matter) for title, matter in zip(TITLES, matters, strict=True)]
    stage.publish(meeting)
    return meeting, items, matters


def begin(stage: Stage, meeting: int) -> None:
    with transaction() as session:
        sitting.start(session, stage.actor("secretary"), meeting)
    for key in MEMBERS:
        with transaction() as session:
            attendance.check_in(session, stage.actor(key), meeting, Presence.IN_ROOM)


def row(device: Device, title: str) -> Locator:
    return device.page.locator(".stand-items > li, .block-items > li").filter(has_text=title)


def ballot(device: Device) -> Locator:
    return device.page.locator("form[data-block]")


def test_a_member_on_a_phone_says_where_they_stand_and_the_chair_makes_a_block_of_the_rest(
    device: Opens, stage: Stage
) -> None:
    meeting, items, matters = meeting_of_four(stage)
    phone, chair = (
        device("health_minister", viewport=PHONE),
        device("prime_minister", viewport=DESKTOP, has_touch=False),
    )
    chair.follow(f"/meetings/{meeting}/block")
    expect(chair.page.get_by_text("4 items uncontested")).to_be_visible()
    for matter in matters[:2]:
        phone.open(f"/documents/{stage.version_of(matter)}")
    phone.follow(f"/meetings/{meeting}/positions")
    phone.button("No objection to the rest (2)").click()
    expect(phone.page.locator("[data-confirm-question]")).to_contain_text("the 2 items marked here")
    phone.confirm()
    expect(phone.page.get_by_role("heading", name="Still open: 2 of 4")).to_be_visible()
    row(phone, TITLES[3]).get_by_role("link", name=re.compile("Something else")).click()
    phone.heard()
    expect(phone.page.get_by_label("In your words")).to_be_hidden()
    phone.page.locator('.stand-form input[value="object"]').check()
    phone.page.get_by_label("In your words").fill("Chưa rõ nguồn vốn")
    phone.button("Keep my position").click()
    expect(phone.page.get_by_text("Your position:").first).to_be_visible()
    # It reaches the chair's screen by itself.
    expect(chair.page.get_by_text("3 items uncontested")).to_be_visible()
    expect(chair.page.get_by_text("Chưa rõ nguồn vốn")).to_be_visible()
    chair.button("Make a block of the chosen items").click()
    chair.page.wait_for_url("**/blocks/*")
    with reading() as session:
        inside = session.scalars(select(BlockItem.item_id).order_by(BlockItem.id.desc()).limit(3)).all()
    assert set(inside) == set(items[:3])


def test_home_leads_to_the_positions_in_two_taps(device: Opens, stage: Stage) -> None:
    meeting, _items, _matters = meeting_of_four(stage)
    with transaction() as session:  # so that it is the next of all
        session.get_one(Meeting, meeting).starts_local -= timedelta(minutes=60)
    phone = device("justice_minister", viewport=PHONE)
    phone.open("/meetings")
    phone.page.get_by_role("link", name="Home").first.click()
    phone.page.locator(f'main a[href="/meetings/{meeting}/positions"]').click()
    expect(phone.page.get_by_role("heading", name="My positions")).to_be_visible()


def test_a_block_opens_under_the_finger_an_objection_leaves_it_and_the_rest_is_decided_by_name(
    device: Opens, stage: Stage, server: Server
) -> None:
    meeting, items, _matters = meeting_of_four(stage)
    begin(stage, meeting)
    block = prepared(stage, meeting, items[:3])
    chair, tablet = device("prime_minister", viewport=DESKTOP, has_touch=False), device("finance_minister")
    phone = device("health_minister", viewport=PHONE)
    chair.follow(f"/blocks/{block}")
    for member in (phone, tablet):
        member.follow(f"/meetings/{meeting}")
    chair.button("Show on the tablets").click()
    for member in (phone, tablet):
        expect(ballot(member).get_by_text("Voting has not opened yet.")).to_be_visible()
        expect(ballot(member).locator("input:checked")).to_have_count(0)
    ballot(tablet).locator("label.vote-option.yes").click()
    ballot(tablet).evaluate("form => { form.dataset.mark = 'mine' }")
    chair.button("Open voting").click()
    expect(tablet.button("Send one ballot for all (3)")).to_be_enabled()
    expect(ballot(tablet)).to_have_attribute("data-mark", "mine")  # nothing was replaced under the finger
    tablet.button("Send one ballot for all (3)").click()
    expect(tablet.page.locator('[data-receipt-of][data-found="fits"]')).to_have_count(3)
    expect(chair.page.get_by_text("1 of 6 members have voted")).to_be_visible()
    _object(phone, TITLES[1])
    for shown in (chair, phone, tablet):
        expect(shown.page.get_by_text("Objection by Bộ trưởng Bộ Y tế")).to_be_visible()
    _the_others_vote(stage, block)
    ballot(phone).locator("label.vote-option.abstain").click()
    phone.button("Send one ballot for all (2)").click()
    expect(phone.page.locator('[data-receipt-of][data-found="fits"]')).to_have_count(2)
    expect(chair.page.get_by_text("6 of 6 members have voted")).to_be_visible()
    _close_and_declare(chair)
    _decided(stage, items)
    _abstained_by_name(chair)
    _archived(stage, server, meeting)


def test_a_ballot_for_a_block_waits_without_a_network_and_is_sent_once(device: Opens, stage: Stage) -> None:
    meeting, items, _matters = meeting_of_four(stage)
    begin(stage, meeting)
    block = prepared(stage, meeting, items[:2])
    with transaction() as session:
        blocks.arm(session, stage.actor("secretary"), block)
    with transaction() as session:
        blocks.open_block(session, stage.actor("secretary"), block)
    tablet = device("finance_minister")
    tablet.follow(f"/meetings/{meeting}")
    ballot(tablet).locator("label.vote-option.yes").click()
    with tablet.offline():
        tablet.button("Send one ballot for all (2)").click()
        expect(ballot(tablet).get_by_text("There is no network connection.")).to_be_visible()
    expect(tablet.page.locator('[data-receipt-of][data-found="fits"]')).to_have_count(2)
    tablet.page.reload()
    expect(tablet.page.locator('[data-receipt-of][data-found="fits"]')).to_have_count(2)
    with reading() as session:
        asked = session.scalars(select(Question.id).where(Question.block_id == block)).all()
    assert [stage.ballots(question) for question in asked] == [[("Bộ trưởng Bộ Tài chính", "yes")]] * 2


def prepared(stage: Stage, meeting: int, items: list[int]) -> int:
    with transaction() as session:
        return blocks.prepare(session, stage.actor("prime_minister"), meeting, items).id


def _object(phone: Device, title: str) -> None:
    row(phone, title).get_by_role("button", name="Object: take it out").click()
    dialog = phone.page.locator("dialog[open]")
    dialog.get_by_label("Reason").fill("Cần ý kiến của địa phương")
    dialog.get_by_role("button", name="Object: take it out").click()


def _close_and_declare(chair: Device) -> None:
    chair.button("Close voting").click()
    chair.confirm()
    chair.button("Declare adopted (2)").click()
    chair.confirm()
    expect(chair.page.get_by_text("Declared by the chair")).to_have_count(2)
    expect(chair.page.get_by_text("Minutes saved: 39")).to_be_visible()


def _abstained_by_name(chair: Device) -> None:
    chair.page.get_by_role("link", name=re.compile("Who voted how")).first.click()
    abstained = chair.page.locator("section").filter(has=chair.page.get_by_role("heading", name=re.compile("^Abstain")))
    expect(abstained.locator("li").filter(has_text="Bộ trưởng Bộ Y tế").last).to_be_visible()


def _the_others_vote(stage: Stage, block: int) -> None:
    for key in MEMBERS:
        if key not in ("health_minister", "finance_minister"):
            casting.cast(stage.actor(key), block, BlockBallot(f"mark-of-{key}", "yes"))


def _decided(stage: Stage, items: list[int]) -> None:
    """Two decisions, each on its own item; the item that was taken out has none, and its vote does not count."""
    with reading() as session:
        decided = set(session.scalars(select(Decision.item_id).where(Decision.item_id.in_(items))))
        taken = session.scalars(select(Question).where(Question.item_id == items[1])).one()
        adopted = session.scalars(select(Question.id).where(Question.item_id.in_((items[0], items[2])))).all()
    assert decided == {items[0], items[2]}
    assert taken.state is QuestionState.TAKEN_OUT
    for question in adopted:
        votes = dict(stage.ballots(question))
        assert len(votes) == len(MEMBERS)
        assert (votes["Bộ trưởng Bộ Y tế"], votes["Bộ trưởng Bộ Tài chính"]) == ("abstain", "yes")


def _archived(stage: Stage, server: Server, meeting: int) -> None:
    """The bag of the meeting verifies, with the box of the item that was taken out in it."""
    with transaction() as session:
        outcomes.close_meeting(session, stage.actor("prime_minister"), meeting)
    with reading() as session:
        wanted = session.scalars(select(Archive.id).where(Archive.meeting_id == meeting)).one()
    archive.write(server.config, wanted)
    bag: Path = server.config.archives / f"meeting-{meeting}"
    assert (bag / "data" / "blocks.json").exists()
    assert verify([str(bag)]) == 0
