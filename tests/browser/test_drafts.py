"""A draft in real browsers: the office writes it at a desk, the member takes it over on a phone, changes a word, and sends it as their own act."""

import pytest
from playwright.sync_api import Locator, expect

from ecabinet.access import SYSTEM
from ecabinet.database import transaction
from tests.browser.conftest import Opens
from tests.browser.device import DESKTOP, PHONE, Device
from tests.browser.stage import Stage
from tests.browser.test_opinion_form import box
from tests.browser.test_passkeys import add_passkey, end_leases, forget_passkeys
from voting import service

TITLE = "Nghị định về dữ liệu số (dự thảo ý kiến)"
WORDS = "Đề nghị làm rõ nguồn vốn."
CHANGED = "Đề nghị làm rõ nguồn vốn đối ứng."
NOTE = "Kính trình Bộ trưởng."
READ_AS = "Điều kiện nêu trong ý kiến đã được tiếp thu."


def drafted(office: Device, question: int, *, ready: bool) -> Locator:
    """Write a draft as somebody of the office, and return the part of the page that shows it."""
    page = office.open(f"/opinions/{question}")
    drafts = page.locator("#drafts")
    form = drafts.get_by_role("form", name="Draft of the answer")
    form.locator("select[name=choice]").select_option("other")
    form.locator("textarea[name=text]").fill(WORDS)
    form.locator("textarea[name=note]").fill(NOTE)
    form.locator("input[name=ready]").set_checked(ready)
    office.button("Save the draft").click()
    expect(drafts.locator("article").first).to_contain_text(WORDS)
    return drafts


@pytest.fixture
def asked(stage: Stage) -> int:
    """A question that was just sent."""
    forget_passkeys(stage)
    return stage.circulated(stage.dossier(TITLE), "Đồng ý ban hành Nghị định về dữ liệu số?")


def test_the_office_drafts_at_a_desk_and_the_member_takes_it_over_changes_a_word_and_sends(
    device: Opens, stage: Stage, asked: int
) -> None:
    office, phone = device("office_reader", viewport=DESKTOP), device("health_minister", viewport=PHONE)
    other = device("finance_minister", viewport=PHONE)
    drafts = drafted(office, asked, ready=True)
    expect(drafts.get_by_text("Ready for the member").first).to_be_visible()
    expect(office.page.locator("form[data-vote]")).to_have_count(0)
    add_passkey(phone)
    end_leases(phone)
    page = phone.open(f"/opinions/{asked}")
    form = page.locator(f'form[data-vote][data-question="{asked}"]')
    words = form.locator("textarea[name=text]")
    page.locator("#drafts summary").first.click()
    expect(page.locator("#drafts")).to_contain_text(NOTE)
    expect(form.locator("input[name=choice]:checked")).to_have_count(0)
    phone.button("Take it over into the form").click()
    expect(form.locator("input[name=choice]:checked")).to_have_value("other")
    expect(words).to_have_value(WORDS)
    assert box(asked) == []
    words.fill(CHANGED)
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Other opinion.")).to_be_visible()
    [kept] = box(asked)
    assert (kept["choice"], kept["text"]) == ("other", CHANGED)
    assert kept["step_up"].startswith("passkey:")
    office.page.reload()
    expect(office.page.locator("#drafts").get_by_text("The member has answered")).to_be_visible()
    expect(other.open(f"/opinions/{asked}").locator("form[data-vote]")).to_have_count(1)
    expect(other.page.locator("#drafts")).to_have_count(0)
    forget_passkeys(stage)


def test_the_author_of_another_opinion_reads_on_a_phone_how_two_officials_read_it(
    device: Opens, stage: Stage, asked: int
) -> None:
    secretary, second = device("secretary", viewport=DESKTOP), device("prime_minister")
    phone = device("health_minister", viewport=PHONE)
    form = phone.open(f"/opinions/{asked}").locator(f'form[data-vote][data-question="{asked}"]')
    form.locator("label.vote-option").filter(has=phone.page.get_by_text("Other opinion", exact=True)).click()
    form.locator("textarea[name=text]").fill(WORDS)
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Other opinion.")).to_be_visible()
    stage.pass_the_deadline(asked)
    with transaction() as session:
        service.close(session, SYSTEM, asked)
    secretary.open(f"/opinions/{asked}").get_by_role("link", name="Say how other opinions count").click()
    expect(secretary.page.locator("main input:checked")).to_have_count(0)
    secretary.page.get_by_text("As approval", exact=True).click()
    secretary.page.locator("main textarea").fill(READ_AS)
    secretary.button("Propose to another official").click()
    expect(secretary.page.get_by_text("You proposed this, so another official has to confirm it.")).to_be_visible()
    second.open(f"/opinions/{asked}/classification")
    second.button("Confirm how they count").click()
    second.confirm()
    expect(second.page.locator("#readings")).to_contain_text(READ_AS)
    page = phone.open("/my-ballots")
    mine = page.locator(f"#question-{asked}")
    expect(mine).to_contain_text("Two officials have said how your other opinion counts:")
    expect(mine).to_contain_text(READ_AS)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    phone.open(f"/opinions/{asked}#readings")
    expect(phone.page.locator("#readings")).to_contain_text("Your opinion")
