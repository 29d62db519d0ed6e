"""A written opinion in a real browser: sent out by the secretary, answered on a phone, closed by the clock."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ecabinet.database import reading
from tests.browser.conftest import Opens
from tests.browser.device import PHONE
from tests.browser.stage import Stage
from voting.engine.rule import Form
from voting.models import Question

TITLE = "Nghị định về dữ liệu số (lấy ý kiến)"
TEXT = "Đồng ý ban hành Nghị định về dữ liệu số?"
BY_THE_WORKER = 15_000


def asked_last() -> int:
    with reading() as session:
        written = select(Question.id).where(Question.form == Form.WRITTEN).order_by(Question.id.desc())
        return session.scalars(written).first() or 0


@pytest.mark.usefixtures("worker")
def test_a_written_opinion_goes_from_the_secretary_to_a_phone_and_closes_by_the_clock(
    device: Opens, stage: Stage
) -> None:
    matter = stage.dossier(TITLE)
    secretary, phone = device("secretary"), device("health_minister", viewport=PHONE)
    page = secretary.open("/opinions/new")
    page.get_by_label("Dossier").select_option(str(matter))
    page.get_by_label("Question").fill(TEXT)
    page.locator('main button[type="submit"]').click()
    page.wait_for_url(re.compile(r"/opinions/\d+$"))
    page.locator('input[name="days"]').first.check()
    secretary.button("Send to the members").click()
    expect(page.locator("main .pill.ok")).to_be_visible()
    question = asked_last()
    phone.open("/")
    phone.page.get_by_role("link", name=TITLE).first.click()
    expect(phone.page.get_by_text("Who has not answered by")).to_be_visible()
    form = phone.page.locator(f'form[data-vote][data-question="{question}"]')
    form.locator("label.vote-option.yes").click()
    form.get_by_label("Comment").fill("Đồng ý, đề nghị làm rõ nguồn vốn.")
    phone.button("Send my answer").click()
    expect(phone.page.get_by_text("Recorded: no. 1")).to_be_visible()
    phone.follow("/")
    stage.let_time_run_out(question)
    closed = phone.page.get_by_text(f"The written opinions on {TITLE} are closed.")
    expect(closed).to_be_visible(timeout=BY_THE_WORKER)
    phone.open(f"/opinions/{question}")
    expect(phone.page.locator(".result")).to_contain_text("silence counted as agreement: 5")
    secretary.open(f"/opinions/{question}")
    main = secretary.page.locator("main")
    expect(main.get_by_text("Đồng ý, đề nghị làm rõ nguồn vốn.")).to_be_visible()
    expect(main).to_contain_text("No answer")
    assert stage.ballots(question) == [("Bộ trưởng Bộ Y tế", "yes")]
