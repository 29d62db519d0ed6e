"""A new version of the agenda on tablets that are open: announced, shown when asked for, never by itself."""

from playwright.sync_api import expect

from ecabinet.database import transaction
from meetings import agenda
from meetings.models import Meeting
from tests.browser.conftest import Opens
from tests.browser.stage import Stage


def test_a_new_version_is_a_bar_on_every_open_tablet_and_shows_only_when_asked(device: Opens, stage: Stage) -> None:
    scene = stage.published()
    tablets = [device(key) for key in ("health_minister", "finance_minister", "prime_minister")]
    for tablet in tablets:
        tablet.follow(scene.page)
        expect(tablet.page.locator("nav.agenda li")).to_have_count(3)
    stage.add(scene.meeting_id, "Dự toán bổ sung quý IV")
    with transaction() as session:
        revision = session.get_one(Meeting, scene.meeting_id).revision
        agenda.withdraw(session, stage.actor("secretary"), scene.second_item, revision=revision)
    stage.publish(scene.meeting_id)
    for tablet in tablets:
        bar = tablet.page.get_by_role("region", name="Newer agenda")
        expect(bar.get_by_text("Version 2 of the agenda was published.")).to_be_visible()
        expect(tablet.page.locator("nav.agenda li")).to_have_count(3)
        expect(tablet.page.locator("nav.agenda")).to_contain_text("Nghị định về dữ liệu số")
    reader = tablets[0]
    reader.page.get_by_text("What changed since version 1").click()
    expect(reader.page.locator(".changes .added")).to_contain_text("Dự toán bổ sung quý IV")
    expect(reader.page.locator(".changes .removed")).to_contain_text("Nghị định về dữ liệu số")
    reader.button("Show version 2").click()
    expect(reader.page.locator("nav.agenda")).to_contain_text("Dự toán bổ sung quý IV")
    expect(reader.page.locator("nav.agenda")).not_to_contain_text("Nghị định về dữ liệu số")
    expect(reader.page.locator("nav.agenda h2")).to_contain_text("version 2")
    expect(tablets[1].page.locator("nav.agenda h2")).to_contain_text("version 1")


def test_who_opens_the_meeting_later_still_gets_the_version_last_seen_with_the_bar(device: Opens, stage: Stage) -> None:
    scene = stage.published()
    tablet = device("health_minister")
    tablet.follow(scene.page)
    tablet.open("/meetings")
    stage.add(scene.meeting_id, "Dự toán bổ sung quý IV")
    stage.publish(scene.meeting_id)
    tablet.follow(scene.page)
    expect(tablet.page.locator("nav.agenda li")).to_have_count(3)
    expect(tablet.page.get_by_text("Version 2 of the agenda was published.")).to_be_visible()
