"""The agenda's editor in a real browser: by finger, by keyboard, by two secretaries at once."""

from playwright.sync_api import Locator, expect

from ecabinet.database import reading
from meetings import agenda
from tests.browser.conftest import Opens
from tests.browser.device import Device
from tests.browser.stage import Stage

TITLES = ["Khai mạc", "Báo cáo kinh tế – xã hội", "Dự toán bổ sung", "Kết luận"]


def planned(stage: Stage) -> int:
    meeting_id = stage.planned()
    for title in TITLES:
        stage.add(meeting_id, title)
    return meeting_id


def kept(meeting_id: int) -> list[str]:
    with reading() as session:
        return [item.title for item in agenda.items_of(session, meeting_id)]


def rows(tablet: Device) -> Locator:
    return tablet.page.locator(".agenda-row b")


def drag(tablet: Device, title: str, onto: str) -> None:
    """Drag a row by its handle over another, as a hand does: in steps."""
    handle = tablet.page.locator(f'[data-title="{title}"] [data-handle]')
    target = tablet.page.locator(f'[data-title="{onto}"]').bounding_box()
    start = handle.bounding_box()
    assert start is not None
    assert target is not None
    mouse = tablet.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(start["x"] + 12, start["y"] + 30, steps=4)
    mouse.move(target["x"] + 60, target["y"] + target["height"] - 4, steps=12)
    mouse.up()


def test_a_row_is_moved_by_dragging_and_the_server_keeps_the_order(device: Opens, stage: Stage) -> None:
    meeting_id = planned(stage)
    tablet = device("secretary", has_touch=False)
    tablet.open(f"/meetings/{meeting_id}/agenda")
    drag(tablet, TITLES[0], TITLES[2])
    moved = [TITLES[1], TITLES[2], TITLES[0], TITLES[3]]
    expect(rows(tablet)).to_have_text(moved)
    expect(tablet.page.locator(".agenda-editor [data-said]")).to_contain_text("now at place 3 of 4")
    assert kept(meeting_id) == moved
    tablet.page.reload()
    expect(rows(tablet)).to_have_text(moved)


def test_a_row_is_moved_and_made_a_sub_item_by_keyboard_alone(device: Opens, stage: Stage) -> None:
    meeting_id = planned(stage)
    tablet = device("secretary")
    page = tablet.open(f"/meetings/{meeting_id}/agenda")
    down = page.get_by_role("button", name=f"Move down: {TITLES[0]}")
    down.focus()
    page.keyboard.press("Enter")
    expect(rows(tablet)).to_have_text([TITLES[1], TITLES[0], TITLES[2], TITLES[3]])
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows(tablet)).to_have_text([TITLES[1], TITLES[2], TITLES[0], TITLES[3]])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=f"Make a sub-item: {TITLES[0]}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-title="{TITLES[0]}"]')).to_have_attribute("data-level", "1")
    expect(page.locator(f'[data-title="{TITLES[0]}"] .agenda-number')).to_have_text("2.1")
    assert kept(meeting_id) == [TITLES[1], TITLES[2], TITLES[0], TITLES[3]]


def test_of_two_secretaries_at_once_the_later_is_refused_and_sees_what_the_first_did(
    device: Opens, stage: Stage
) -> None:
    meeting_id = planned(stage)
    first, second = device("secretary"), device("second_secretary")
    second.forgive("status of 422")
    for tablet in (first, second):
        tablet.open(f"/meetings/{meeting_id}/agenda")
    first.page.get_by_role("button", name=f"Move down: {TITLES[0]}").click()
    moved = [TITLES[1], TITLES[0], TITLES[2], TITLES[3]]
    expect(rows(first)).to_have_text(moved)
    second.page.get_by_role("button", name=f"Move up: {TITLES[3]}").click()
    expect(second.page.locator(".agenda-editor [data-refusal]")).to_contain_text("changed")
    expect(rows(second)).to_have_text(moved)
    assert kept(meeting_id) == moved
    second.page.get_by_role("button", name=f"Move up: {TITLES[3]}").click()
    expect(rows(second)).to_have_text([TITLES[1], TITLES[0], TITLES[3], TITLES[2]])


def test_a_form_on_an_agenda_that_changed_meanwhile_is_refused_with_everything_typed_still_there(
    device: Opens, stage: Stage
) -> None:
    meeting_id = planned(stage)
    tablet = device("second_secretary")
    tablet.forgive("status of 422")
    page = tablet.open(f"/meetings/{meeting_id}/agenda/items/new")
    page.get_by_label("Title").fill("Nội dung của tôi")
    stage.add(meeting_id, "Nội dung của người khác")
    tablet.button("Add").click()
    expect(page.locator("main form [data-refusal]")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Nội dung của tôi")
    assert kept(meeting_id) == [*TITLES, "Nội dung của người khác"]
