"""The network goes and comes back: a ballot waits and is cast once, a tablet comes back to the exact state, a session ends."""

import re

from playwright.sync_api import Page, expect

from ecabinet.database import transaction
from ecabinet.sign_in import sessions
from outcomes import service as outcomes
from tests.browser.conftest import Opens
from tests.browser.device import Device
from tests.browser.stage import Stage
from tests.browser.test_voting import choose, seat, send

HEALTH = "Bộ trưởng Bộ Y tế"
AWAY = "There is no network connection. Your ballot is kept on this device and is sent by itself, once."


def test_a_ballot_sent_without_a_network_waits_in_sight_and_is_cast_once_on_return(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    choose(tablet, question, "yes")
    with tablet.offline():
        send(tablet)
        expect(tablet.page.get_by_text(AWAY)).to_be_visible()
        expect(tablet.button("Send ballot")).to_be_disabled()
        assert stage.ballots(question) == []
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible(timeout=20_000)
    tablet.page.reload()
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    assert stage.ballots(question) == [(HEALTH, "yes")]


def test_a_ballot_whose_answer_was_lost_is_sent_again_and_counts_once(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    tablet.forgive("ERR_FAILED")
    lost: list[str] = []

    def lose_the_first(page: Page) -> None:
        def answer(route) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Playwright's own
            if lost:
                route.fallback()
            else:
                route.fetch()  # it reaches the server, the answer does not reach the tablet
                lost.append(route.request.url)
                route.abort()

        page.route("**/ballots", answer)

    lose_the_first(tablet.page)
    choose(tablet, question, "no")
    send(tablet)
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible(timeout=20_000)
    assert len(lost) == 1
    assert stage.ballots(question) == [(HEALTH, "no")]


def test_a_waiting_ballot_outlives_the_reload_of_its_page(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    tablet.forgive("ERR_FAILED")
    tablet.page.route("**/ballots", lambda route: route.abort())
    choose(tablet, question, "abstain")
    send(tablet)
    expect(tablet.page.get_by_text(AWAY)).to_be_visible()
    tablet.page.reload()
    expect(tablet.page.get_by_text(AWAY)).to_be_visible()
    assert stage.ballots(question) == []
    tablet.page.unroute("**/ballots")
    tablet.page.reload()
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    assert stage.ballots(question) == [(HEALTH, "abstain")]


def test_a_waiting_ballot_outlives_its_tab_and_is_refused_with_the_reason_once_the_vote_is_closed(
    device: Opens, stage: Stage
) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    first, second = seat(device, scene, "health_minister", "finance_minister")
    for tablet in (first, second):
        tablet.forgive("ERR_FAILED", "status of 422")
        tablet.context.route("**/ballots", lambda route: route.abort())
        choose(tablet, question, "yes")
        send(tablet)
        expect(tablet.page.get_by_text(AWAY)).to_be_visible()
    first.page.close()
    first.page = first.context.new_page()
    first.watch(first.page)
    first.context.unroute("**/ballots")
    first.follow(scene.page)
    expect(first.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    second.page.close()
    with transaction() as session:
        outcomes.close_question(session, stage.actor("prime_minister"), question)
    second.context.unroute("**/ballots")
    second.page = second.context.new_page()
    second.watch(second.page)
    second.follow(f"{scene.page}?item={scene.item}")
    expect(second.page.get_by_text("Voting on this question is not open.")).to_be_visible(timeout=20_000)
    assert stage.ballots(question) == [(HEALTH, "yes")]


def test_a_tablet_that_missed_the_room_comes_back_to_what_a_fresh_page_shows(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.armed(scene.item)
    (tablet,) = seat(device, scene, "health_minister")
    expect(tablet.page.get_by_text("Voting has not opened yet.")).to_be_visible()
    with tablet.offline():
        expect(tablet.page.locator("[data-connection]")).to_have_text("No network")
        stage.open(question)
        with transaction() as session:
            outcomes.close_question(session, stage.actor("prime_minister"), question)
        stage.leave(scene, "interior_minister")
        stage.add(scene.meeting_id, "Nội dung phát sinh")
        stage.publish(scene.meeting_id)
        stage.call(scene.second_item)
        expect(tablet.page.get_by_text("Voting has not opened yet.")).to_be_visible()
    tablet.heard()
    expect(tablet.page.get_by_text("Version 2 of the agenda was published.")).to_be_visible(timeout=15_000)
    expect(tablet.page.locator("header .status")).to_contain_text("Present 5 of 6")
    expect(tablet.page.get_by_text("Now: item 3")).to_be_visible()
    fresh = device("health_minister")
    fresh.follow(f"{scene.page}?item={scene.item}")
    expect(fresh.page.get_by_text("Version 2 of the agenda was published.")).to_be_visible()
    tablet.open(f"{scene.page}?item={scene.item}")
    tablet.heard()
    assert shown(tablet) == shown(fresh)


def shown(tablet: Device) -> list[str]:
    """What a page says, region by region."""
    parts = tablet.page.locator("[data-region]").all_inner_texts()
    return [re.sub(r"\s+", " ", part).strip() for part in parts]


def test_signing_another_device_out_drops_it_from_its_page_within_two_seconds(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    lost, kept = device("health_minister"), device("health_minister")
    lost.follow(scene.page)
    kept.follow(scene.page)
    with transaction() as session:
        signed = sessions.signed_in_by(session, lost.token)
        assert signed is not None
        assert signed.actor.session_id is not None
    page = kept.open("/sign-in/devices")
    form = page.locator(f'form[action$="/sign-in/devices/{signed.actor.session_id}/sign-out"]')
    form.get_by_role("button").click()
    if page.locator("[data-confirm-dialog]").is_visible():
        kept.confirm()
    lost.page.wait_for_url("**/sign-in**", timeout=2_000)
    kept.follow(scene.page)
