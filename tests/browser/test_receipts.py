"""The page checks each receipt by itself: it says "recorded" only when everything fits, and is an alarm when it does not."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Route, expect

from ecabinet import signing
from ecabinet.database import transaction
from outcomes import service as outcomes
from tests.browser.conftest import Opens
from tests.browser.device import Device
from tests.browser.stage import Scene, Stage
from tests.browser.test_voting import ballot, choose, seat, send
from tests.voting import room as rooms

ALARM = "Warning: this ballot box does not continue what this device saw of it earlier."
OTHER_KEY = "Warning: this was signed with another key than this device knows."
UNFIT = "The receipt does not fit. Your ballot may be recorded; show this to the secretary"
ALL_FIT = re.compile(r"(\d+) of \1 fit\.")
NO_ED25519 = """
const real = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, algorithm, ...more) =>
  (algorithm.name ?? algorithm) === "Ed25519"
    ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"))
    : real(form, key, algorithm, ...more);
"""


def votes(device: Opens, stage: Stage, key: str = "health_minister", choice: str = "yes") -> tuple[Scene, Device, int]:
    """A member has a ballot ready on a running meeting's page."""
    scene = stage.running()
    question = stage.opened(scene.item)
    (tablet,) = seat(device, scene, key)
    choose(tablet, question, choice)
    return scene, tablet, question


def close(stage: Stage, question: int) -> None:
    with transaction() as session:
        outcomes.close_question(session, stage.actor("prime_minister"), question)


def stored(tablet: Device, prefix: str) -> dict[str, str]:
    """What the device keeps under names that begin so."""
    kept: dict[str, str] = tablet.page.evaluate("() => ({...localStorage})")
    return {name: value for name, value in kept.items() if name.startswith(prefix)}


def looked_up(tablet: Device, question: int) -> Locator:
    """The part of the page of one's own ballots that is about one question, its first line checked."""
    section = tablet.open("/my-ballots").locator(f"#question-{question}")
    section.locator("[data-check]").first.click()
    return section


def answers_with(tablet: Device, change: Callable[[dict[str, Any]], object]) -> None:
    """Let somebody between server and tablet change the answer to a ballot."""

    def answer(route: Route) -> None:
        given = route.fetch()
        receipt = given.json()
        change(receipt)
        route.fulfill(response=given, json=receipt)

    tablet.page.route("**/ballots", answer)


def test_recorded_stands_with_its_code_after_the_page_checked_it_and_the_choice_is_not_kept(
    device: Opens, stage: Stage
) -> None:
    _scene, tablet, question = votes(device, stage, choice="other")
    words = "Đồng ý, “nếu” giảm vốn \n😀 "
    ballot(tablet, question).get_by_label("Your opinion").fill(words)
    send(tablet)
    form = ballot(tablet, question)
    expect(form).to_have_attribute("data-receipt", "fits")
    expect(form.locator("[data-vote-status]")).to_have_text("Recorded: ballot no. 1, Other opinion.")
    code = form.locator("[data-vote-code]").inner_text()
    entry = rooms.bodies(question)[1]
    signs = base64.b32encode(hashlib.sha256(b"\0" + entry).digest()[:10]).decode()
    assert code == "-".join(signs[start : start + 4] for start in range(0, 16, 4))
    assert json.loads(entry)["text"] == words.strip()
    (kept,) = stored(tablet, "receipt:").values()
    assert set(json.loads(kept)["1"]) == {"number", "code", "checkpoint", "found"}
    assert list(stored(tablet, "checkpoint:")) == [f"checkpoint:{question}"]
    assert not stored(tablet, "ballot:")
    tablet.page.reload()
    expect(ballot(tablet, question)).to_have_attribute("data-receipt", "fits")


def test_a_receipt_that_does_not_fit_what_was_sent_never_gets_a_tick_and_stays_so(device: Opens, stage: Stage) -> None:
    _scene, tablet, question = votes(device, stage)
    answers_with(tablet, lambda receipt: receipt.update(entry=receipt["entry"].replace('"yes"', '"no"'), choice="no"))
    send(tablet)
    form = ballot(tablet, question)
    expect(form).to_have_attribute("data-receipt", "unfit")
    expect(form.get_by_text(UNFIT)).to_be_visible()
    expect(form.locator(".vote-receipt > .icon").first).to_be_hidden()
    expect(form.locator("[data-vote-code]")).not_to_be_empty()
    tablet.page.unroute("**/ballots")
    tablet.page.reload()
    expect(ballot(tablet, question).get_by_text(UNFIT)).to_be_visible()
    expect(looked_up(tablet, question).locator('[data-verdict="unfit"]')).to_be_visible()


def test_without_ed25519_in_the_browser_the_page_says_what_was_not_checked(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    tablet = device("health_minister")
    tablet.context.add_init_script(NO_ED25519)
    tablet.follow(scene.page)
    choose(tablet, question, "yes")
    send(tablet)
    expect(tablet.page.get_by_text("Recorded: ballot no. 1")).to_be_visible()
    expect(
        tablet.page.get_by_text("This browser cannot check the signature; everything else was checked.")
    ).to_be_visible()
    expect(looked_up(tablet, question).locator('[data-verdict="partly"]')).to_be_visible()


def test_a_box_that_does_not_continue_what_the_device_saw_is_an_alarm(device: Opens, stage: Stage) -> None:
    _scene, tablet, question = votes(device, stage)
    name = signing.signer().name
    root = base64.b64encode(bytes(32)).decode()
    seen_before = signing.signer().sign_note(f"{name}/questions/{question}\n1\n{root}\n")
    tablet.page.evaluate("([name, note]) => localStorage.setItem(name, note)", [f"checkpoint:{question}", seen_before])
    send(tablet)
    form = ballot(tablet, question)
    expect(form).to_have_attribute("data-receipt", "alarm")
    expect(form.get_by_text(ALARM)).to_be_visible()
    assert stored(tablet, "checkpoint:") == {f"checkpoint:{question}": seen_before}
    expect(looked_up(tablet, question).get_by_text(ALARM)).to_be_visible()


def test_another_key_is_an_alarm_until_a_person_confirms_it(device: Opens, stage: Stage) -> None:
    _scene, tablet, question = votes(device, stage)
    known = json.dumps(["e-cabinet.0000000000000000", base64.b64encode(bytes(32)).decode()])
    tablet.page.evaluate("known => localStorage.setItem('installation-key', known)", known)
    send(tablet)
    expect(ballot(tablet, question)).to_have_attribute("data-receipt", "alarm")
    expect(tablet.page.get_by_text(OTHER_KEY)).to_be_visible()
    looked_up(tablet, question)
    page = tablet.page
    expect(page.get_by_text("e-cabinet.0000000000000000")).to_be_visible()
    tablet.button("The name was confirmed: use the new key").click()
    page.wait_for_load_state("load")
    expect(page.locator("[data-other-key]")).to_be_hidden()
    tablet.button("Check all").click()
    expect(page.get_by_text(ALL_FIT)).to_be_visible()


def test_after_the_close_each_ballot_is_checked_to_the_closing_entry_and_a_saved_receipt_again_later(
    device: Opens, stage: Stage, tmp_path: Path
) -> None:
    scene, tablet, question = votes(device, stage)
    send(tablet)
    expect(ballot(tablet, question)).to_have_attribute("data-receipt", "fits")
    (finance,) = seat(device, scene, "finance_minister")
    choose(finance, question, "no")
    send(finance)
    expect(ballot(finance, question)).to_have_attribute("data-receipt", "fits")
    close(stage, question)
    page = tablet.open("/my-ballots")
    tablet.button("Check all").click()
    expect(page.get_by_text(ALL_FIT)).to_be_visible()
    section = page.locator(f"#question-{question}")
    section.get_by_text("What was checked").click()
    steps = section.locator("[data-steps] > li")
    expect(steps).to_have_count(6)
    expect(section.locator('[data-steps] > li[data-state="fits"]')).to_have_count(6)
    expect(steps.first).to_contain_text("Approve")
    with page.expect_download() as downloading:
        tablet.button("Save the receipt Ballot no. 1", within=section).click()
    saved = tmp_path / "receipt.json"
    downloading.value.save_as(saved)
    page.get_by_label("Saved receipt").set_input_files(saved)
    expect(page.locator('[data-saved-receipt] [data-verdict="fits"]')).to_be_visible()
    changed = json.loads(saved.read_text())
    changed["receipt"]["entry"] = changed["receipt"]["entry"].replace('"yes"', '"no"')
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(changed))
    page.get_by_label("Saved receipt").set_input_files(forged)
    expect(page.locator('[data-saved-receipt] [data-verdict="unfit"]')).to_be_visible()


def test_who_did_not_vote_proves_it_by_the_closing_entry(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    close(stage, question)
    tablet = device("justice_minister")
    section = looked_up(tablet, question)
    expect(section.locator('[data-verdict="fits"]')).to_be_visible()
    section.get_by_text("What was checked").click()
    expect(section.get_by_text("The closing entry names you among those who cast no ballot.")).to_be_visible()


def test_a_proxy_casts_both_ballots_on_one_page_each_with_its_own_receipt(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    rooms.give_proxy(rooms.Room(stage.world, 0, 0, 0, 0), question, "finance_minister", "health_minister")
    (tablet,) = seat(device, scene, "health_minister")
    own, other = tablet.page.locator("form[data-vote]").all()
    expect(other.get_by_text("For Bộ trưởng Bộ Tài chính (by proxy)")).to_be_visible()
    for form, choice in ((other, "no"), (own, "yes")):
        form.locator(f"label.vote-option.{choice}").click()
    own.get_by_role("button", name="Send ballot").click()
    expect(tablet.page.locator('form[data-vote]:not([data-by-proxy])[data-receipt="fits"]')).to_be_visible()
    expect(other.locator('input[value="no"]')).to_be_checked()
    other.get_by_role("button", name="Send ballot").click()
    expect(tablet.page.locator('form[data-vote][data-by-proxy][data-receipt="fits"]')).to_be_visible()
    cast = [json.loads(body) for body in rooms.bodies(question)[1:]]
    seats = [str(stage.world.membership(key)) for key in ("health_minister", "finance_minister")]
    assert [(each["member"], each["by"], each["choice"]) for each in cast] == [
        (seats[0], seats[0], "yes"),
        (seats[1], seats[0], "no"),
    ]
