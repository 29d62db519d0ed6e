"""A written opinion in real browsers: prepared by the secretary, approved by the chair, answered on a phone, closed by the clock, put before a meeting."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ecabinet.database import reading
from outcomes import jobs
from tests.browser.conftest import Opens
from tests.browser.device import DESKTOP, PHONE, Device
from tests.browser.stage import Stage
from voting.engine.rule import Form
from voting.models import Question

TITLE = "Nghị định về dữ liệu số (lấy ý kiến)"
TEXT = "Đồng ý ban hành Nghị định về dữ liệu số?"
WORDS = "Đồng ý, đề nghị làm rõ nguồn vốn."
MEETING = "Phiên họp Chính phủ thường kỳ"
BY_THE_WORKER = 15_000


def asked_last() -> int:
    with reading() as session:
        written = select(Question.id).where(Question.form == Form.WRITTEN).order_by(Question.id.desc())
        return session.scalars(written).first() or 0


def prepared(secretary: Device, matter: int) -> None:
    """Prepare a question, look at it as the members will, and propose it to the chair."""
    page = secretary.open("/opinions/new")
    page.get_by_label("Dossier").select_option(str(matter))
    page.get_by_label("Question").fill(TEXT)
    secretary.button("Prepare and look at it").click()
    page.wait_for_url(re.compile(r"/opinions/\d+$"))
    preview = page.get_by_role("region", name="As the members will see it")
    expect(preview).to_contain_text("Who has not answered by")
    expect(page.locator('input[name="days"]')).to_have_count(0)
    secretary.button("Propose to the chair").click()
    expect(page.get_by_text("It waits for the chair's approval since")).to_be_visible()


def approved(chair: Device) -> None:
    """Find the question among what waits, and approve it."""
    chair.open("/").get_by_role("link", name=TITLE).last.click()
    chair.button("Approve for circulation").click()
    expect(chair.page.get_by_text("It can be sent as it stands.")).to_be_visible()


def sent(secretary: Device) -> int:
    """Send the question whose page is open, with the shortest deadline; return its id."""
    secretary.page.reload()
    secretary.page.locator('input[name="days"]').first.check()
    secretary.button("Send to the members").click()
    expect(secretary.page.locator("main .pill.ok").first).to_be_visible()
    return asked_last()


def answered(phone: Device, question: int) -> None:
    """Agree with a comment."""
    phone.open("/opinions").locator(f'a[href="/opinions/{question}"]').click()
    expect(phone.page.get_by_text("Who has not answered by")).to_be_visible()
    form = phone.page.locator(f'form[data-vote][data-question="{question}"]')
    form.locator("label.vote-option").filter(has_text="Agree with comments").click()
    form.locator("textarea[name=text]").fill(WORDS)
    phone.button("Send my answer").click()
    expect(phone.page.get_by_text("Recorded: no. 1")).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_a_written_opinion_goes_from_the_secretary_over_the_chair_to_a_phone_and_closes_by_the_clock(
    device: Opens, stage: Stage
) -> None:
    matter = stage.dossier(TITLE)
    secretary, chair = device("secretary", viewport=DESKTOP), device("prime_minister")
    phone = device("health_minister", viewport=PHONE)
    prepared(secretary, matter)
    approved(chair)
    question = sent(secretary)
    answered(phone, question)
    phone.follow("/")
    stage.let_time_run_out(question)
    closed = phone.page.get_by_text(f"The written opinions on {TITLE} are closed.")
    expect(closed).to_be_visible(timeout=BY_THE_WORKER)
    phone.open(f"/opinions/{question}")
    expect(phone.page.locator(".result")).to_contain_text("silence counted as agreement: 5")
    main = secretary.open(f"/opinions/{question}").locator("main")
    expect(main.get_by_text(WORDS).first).to_be_visible()
    expect(main.get_by_role("region", name="Life of this procedure")).to_contain_text("Closed for answers")
    assert stage.ballots(question) == [("Bộ trưởng Bộ Y tế", "yes")]


def test_a_closed_question_is_put_before_a_meeting_and_its_answers_are_read_there(device: Opens, stage: Stage) -> None:
    question, meeting = stage.circulated(stage.dossier(TITLE)), stage.planned(MEETING)
    chair, phone = device("prime_minister"), device("health_minister", viewport=PHONE)
    answered(phone, question)
    stage.let_time_run_out(question)
    jobs.close_written(question_id=question)
    chair.open(f"/opinions/{question}").get_by_role("link", name="Put on a meeting's agenda").click()
    chair.page.locator(f'input[name="meeting"][value="{meeting}"]').check()
    chair.page.get_by_label("Why a meeting decides").fill("Nguồn vốn cần được thảo luận")
    chair.button("Put on the agenda").click()
    expect(chair.page.get_by_text("decides now, with every answer attached")).to_be_visible()
    stage.publish(meeting)
    phone.open(f"/meetings/{meeting}")
    phone.page.get_by_text("Every answer, with names and words").click()
    expect(phone.page.get_by_text(WORDS).first).to_be_visible()


def test_the_lists_are_narrowed_and_read_on_a_phone(device: Opens, stage: Stage) -> None:
    questions = [stage.circulated(stage.dossier(title)) for title in ("Nghị định về nước sạch", "Đề án đường bộ")]
    phone = device("finance_minister", viewport=PHONE)
    page = phone.open("/opinions")
    expect(page.get_by_role("heading", name="To answer")).to_be_visible()
    page.get_by_label("Words of the title or the question").fill("duong bo")
    page.get_by_role("button", name="Find").first.click()
    expect(page.locator(f'a[href="/opinions/{questions[1]}"]')).to_be_visible()
    expect(page.locator(f'a[href="/opinions/{questions[0]}"]')).to_have_count(0)
    page.get_by_text("More ways to narrow").click()
    page.get_by_role("link", name="Show all again").click()
    expect(page.locator(f'a[href="/opinions/{questions[0]}"]')).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
