"""Rulings in real browsers: two officials at their screens, the member's tablet, all without a reload."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.device import PHONE, Device
from tests.browser.stage import Stage

MEMBER = "Bộ trưởng Bộ Tài chính"


def fill_first(secretary: Device) -> None:
    """What the first official reads on the paper."""
    page = secretary.page
    page.get_by_text("Enter a ballot given on paper or by telephone").click()
    form = page.get_by_role("form", name="Enter a ballot")
    form.get_by_label("Member").select_option(label=MEMBER)
    form.get_by_label("On paper").check()
    form.get_by_label("Answer on it").select_option("no")
    form.get_by_label("Where the proof is kept").fill("Bì số 4, hồ sơ phiên họp")
    secretary.button("Enter the ballot").click()


def test_two_officials_enter_a_ballot_and_annul_the_vote_and_every_page_follows(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    question = stage.opened(scene.item)
    secretary, chair = device("secretary"), device("prime_minister", viewport=PHONE)
    for official in (secretary, chair):
        official.follow(f"/questions/{question}")
    member = device("finance_minister")
    member.follow(scene.page)
    fill_first(secretary)
    form = chair.page.get_by_role("form", name="Confirm the ballot")
    expect(form).to_be_visible()
    form.get_by_label("Member").select_option(label=MEMBER)
    form.get_by_label("Answer on it").select_option("yes")
    chair.forgive("422")
    chair.button("Confirm the ballot").click()
    expect(chair.page.get_by_text("What you entered differs from the first entry.")).to_be_visible()
    form.get_by_label("Answer on it").select_option("no")
    chair.button("Confirm the ballot").click()
    expect(chair.page.get_by_text(re.compile("^1 of 6 ballots sent"))).to_be_visible()
    expect(secretary.page.get_by_text("waits for the second official")).to_have_count(0)
    expect(member.page.locator("form[data-vote]")).to_have_attribute("data-recorded", "")
    annul = chair.page.get_by_role("form", name="Annul the vote")
    chair.page.locator("summary", has_text="Annul the vote").click()
    annul.get_by_label("Reason").fill("Danh sách biểu quyết bị sai")
    chair.button("Ask to annul the vote").click()
    expect(secretary.page.get_by_text("An annulment of this vote waits")).to_be_visible()
    secretary.button("Annul the vote").click()
    secretary.confirm()
    for screen in (secretary, chair, member):
        expect(screen.page.get_by_text("The vote was annulled")).to_be_visible()
