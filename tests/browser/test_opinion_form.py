"""The opinion form on a phone: every answer, what stands beside it, recalled and given anew, and an answer that comes too late."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from tests.browser.conftest import Opens
from tests.browser.device import PHONE, Device
from tests.browser.stage import Stage
from tests.browser.test_passkeys import add_passkey, end_leases, forget_passkeys
from voting import service
from voting.models import BoxEntry

TEXT = "Đồng ý ban hành Nghị định về dữ liệu số?"


def box(question: int) -> list[dict[str, Any]]:
    """The entries of a box after its opening."""
    with reading() as session:
        found = select(BoxEntry.body).where(BoxEntry.question_id == question).order_by(BoxEntry.number)
        return [json.loads(body) for body in session.scalars(found)][1:]


def at_the_form(device: Opens, stage: Stage, title: str, **asked: str) -> tuple[Device, int, Locator]:
    """A member's phone at the form of a question that was just sent."""
    question = stage.circulated(stage.dossier(title), TEXT, **asked)
    phone = device("health_minister", viewport=PHONE)
    phone.open(f"/opinions/{question}")
    return phone, question, phone.page.locator(f'form[data-vote][data-question="{question}"]')


def answer(form: Locator, name: str) -> Locator:
    """The answer of this name, to be tapped."""
    return form.locator("label.vote-option").filter(has=form.page.get_by_text(name, exact=True))


def test_two_taps_agree_and_every_answer_may_be_replaced_by_another(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (biểu mẫu)")
    expect(form.locator("label.vote-option")).to_have_text(
        ["Agree", "Agree with comments", "Disagree", "Abstain", "Other opinion", "Request discussion in a meeting"]
    )
    expect(phone.button("Recall my answer")).to_be_hidden()
    answer(form, "Agree").click()
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Agree.")).to_be_visible()
    answer(form, "Agree with comments").click()
    form.locator("[data-send]").click()
    expect(form.get_by_text("Write your comments first.")).to_be_visible()
    beside(form, "Đề nghị làm rõ nguồn vốn.", "Bảo lưu ý kiến về Điều 7.")
    form.locator("[data-send]").click()
    expect(form.get_by_text("Recorded: no. 2, Agree with comments.")).to_be_visible()
    form.get_by_text("My earlier answers").click()
    expect(form.locator("[data-region] li")).to_have_count(1)
    answer(form, "Request discussion in a meeting").click()
    form.locator("[data-send]").click()
    expect(form.get_by_text("Recorded: no. 3, Request discussion in a meeting.")).to_be_visible()
    phone.page.reload()
    expect(form.locator("input[name=choice]:checked")).to_have_value("discuss")
    expect(form.get_by_text("Recorded: no. 3, Request discussion in a meeting.")).to_be_visible()
    kept = box(question)
    assert [(each["choice"], each["discuss"]) for each in kept] == [("yes", False), ("yes", False), ("other", True)]
    assert (kept[1]["text"], kept[1]["reserved"]) == ("Đề nghị làm rõ nguồn vốn.", "Bảo lưu ý kiến về Điều 7.")


def test_an_answer_is_recalled_and_another_given_and_every_receipt_fits(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (thu hồi, trả lời lại)")
    answer(form, "Other opinion").click()
    beside(form, "Đề nghị làm rõ nguồn vốn.", "Bảo lưu ý kiến về Điều 7.")
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Other opinion.")).to_be_visible()
    phone.button("Recall my answer").click()
    phone.confirm()
    expect(form.get_by_text("Recalled: entry no. 2.")).to_be_visible()
    expect(form.locator("input[name=choice]:checked")).to_have_count(0)
    form.get_by_text("My earlier answers").click()
    expect(form.locator("[data-region] li")).to_contain_text(["Đề nghị làm rõ nguồn vốn."])
    answer(form, "Disagree").click()
    form.get_by_label("I disagree and ask for a discussion in a meeting").check()
    form.locator("[data-send]").click()
    expect(form.get_by_text("Recorded: no. 3, Disagree.")).to_be_visible()
    kept = box(question)
    assert [each["type"] for each in kept] == ["cast", "recalled", "cast"]
    assert (kept[2]["choice"], kept[2]["discuss"]) == ("no", True)
    phone.open("/my-ballots")
    phone.button("Check all").click()
    mine = phone.page.locator(f"#question-{question}")
    expect(mine.locator('[data-verdict="fits"]')).to_have_count(3)
    expect(mine.get_by_text("Recalled by entry no. 2")).to_be_visible()


def beside(form: Locator, words: str, reserved: str) -> None:
    """Type the words of an answer and a reserved opinion."""
    form.locator("textarea[name=text]").fill(words)
    form.get_by_text("Reserve my opinion").click()
    form.get_by_label("Reserved opinion").fill(reserved)


def test_a_recall_that_is_turned_away_from_or_does_not_arrive_changes_nothing(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (thu hồi)")
    answer(form, "Agree").click()
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Agree.")).to_be_visible()
    phone.button("Recall my answer").click()
    phone.page.locator("[data-confirm-dialog] button:not([value=yes])").first.click()
    with phone.offline():
        phone.button("Recall my answer").click()
        phone.confirm()
        expect(form.get_by_text("Not recalled: the server could not be reached.")).to_be_visible()
    assert [each["type"] for each in box(question)] == ["cast"]
    expect(form.get_by_text("Recorded: no. 1, Agree.")).to_be_visible()
    phone.button("Recall my answer").click()
    phone.confirm()
    expect(form.get_by_text("Recalled: entry no. 2.")).to_be_visible()


def test_an_answer_that_comes_too_late_stays_to_be_copied_until_it_is_removed(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (muộn)")
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=phone.server.origin)
    phone.forgive("422")
    answer(form, "Other opinion").click()
    form.locator("textarea[name=text]").fill("Đề nghị bổ sung Điều 9.")
    form.get_by_text("Reserve my opinion").click()
    form.get_by_label("Reserved opinion").fill("Bảo lưu.")
    stage.pass_the_deadline(question)
    phone.button("Send my answer").click()
    late = form.locator("[data-late]")
    expect(late).to_contain_text("Your ballot came later and does not count.")
    expect(form.locator("textarea[name=text]")).to_have_value("Đề nghị bổ sung Điều 9.")
    whole = "Other opinion\n\nĐề nghị bổ sung Điều 9.\n\nReserved opinion: Bảo lưu."
    expect(late.get_by_label("Your text")).to_have_value(whole)
    phone.button("Copy my text").click()
    expect(phone.page.get_by_text("Your text is copied.")).to_be_visible()
    assert phone.page.evaluate("navigator.clipboard.readText()") == whole
    with transaction() as session:
        service.close(session, SYSTEM, question)
    phone.page.reload()
    late = phone.page.locator("[data-late]")
    expect(late.get_by_label("Your text")).to_have_value(whole)
    phone.button("Remove from this device").click()
    expect(late).to_be_hidden()
    phone.page.reload()
    expect(phone.page.locator(".result")).to_be_visible()
    expect(phone.page.locator("[data-late]")).to_be_hidden()
    assert [each["type"] for each in box(question)] == ["closed"]


def test_what_was_typed_and_not_sent_before_the_end_is_not_lost(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (chưa gửi)")
    answer(form, "Disagree").click()
    form.locator("textarea[name=text]").fill("Chưa rõ nguồn vốn.")
    stage.pass_the_deadline(question)
    with transaction() as session:
        service.close(session, SYSTEM, question)
    phone.page.reload()
    late = phone.page.locator("[data-late]")
    expect(late).to_contain_text("You had not sent this before the end.")
    expect(late.get_by_label("Your text")).to_have_value("Reject\n\nChưa rõ nguồn vốn.")


def test_what_stands_beside_an_answer_waits_with_it_for_the_network(device: Opens, stage: Stage) -> None:
    phone, question, form = at_the_form(device, stage, "Nghị định về dữ liệu số (mất mạng)")
    answer(form, "Request discussion in a meeting").click()
    form.locator("textarea[name=text]").fill("Cần bàn về Điều 5.")
    form.get_by_text("Reserve my opinion").click()
    form.get_by_label("Reserved opinion").fill("Bảo lưu.")
    with phone.offline():
        phone.button("Send my answer").click()
        expect(form.get_by_text("There is no network connection.")).to_be_visible()
        assert box(question) == []
    expect(form.get_by_text("Recorded: no. 1, Request discussion in a meeting.")).to_be_visible(timeout=20_000)
    [kept] = box(question)
    assert (kept["choice"], kept["discuss"], kept["text"], kept["reserved"]) == (
        "other",
        True,
        "Cần bàn về Điều 5.",
        "Bảo lưu.",
    )


def test_a_passkey_signs_what_stands_beside_the_answer_too(device: Opens, stage: Stage) -> None:
    forget_passkeys(stage)
    question = stage.circulated(stage.dossier("Nghị định về dữ liệu số (khóa)"), TEXT)
    phone = device("health_minister", viewport=PHONE)
    add_passkey(phone)
    end_leases(phone)
    phone.open(f"/opinions/{question}")
    form = phone.page.locator(f'form[data-vote][data-question="{question}"]')
    answer(form, "Disagree").click()
    form.locator("textarea[name=text]").fill("Chưa rõ nguồn vốn.")
    form.get_by_label("I disagree and ask for a discussion in a meeting").check()
    form.get_by_text("Reserve my opinion").click()
    form.get_by_label("Reserved opinion").fill("Bảo lưu.")
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Disagree.")).to_be_visible()
    [kept] = box(question)
    assert kept["step_up"].startswith("passkey:")
    assert kept["assertion"]["signature"]
    assert (kept["discuss"], kept["reserved"]) == (True, "Bảo lưu.")
    forget_passkeys(stage)


def test_options_are_chosen_on_a_phone_with_words(device: Opens, stage: Stage) -> None:
    options = "Phương án 1: mức 18.400 tỷ\nPhương án 2: mức 12.000 tỷ"
    phone, question, form = at_the_form(device, stage, "Mức vốn (lựa chọn)", options=options)
    expect(form.locator("label.vote-option")).to_have_text(
        [*options.split("\n"), "Abstain", "Request discussion in a meeting"]
    )
    expect(phone.page.get_by_text("has chosen nothing")).to_be_visible()
    answer(form, "Phương án 2: mức 12.000 tỷ").click()
    form.locator("textarea[name=text]").fill("Phù hợp khả năng cân đối.")
    phone.button("Send my answer").click()
    expect(form.get_by_text("Recorded: no. 1, Phương án 2: mức 12.000 tỷ.")).to_be_visible()
    [kept] = box(question)
    assert (kept["choice"], kept["text"]) == ("option:2", "Phù hợp khả năng cân đối.")


@pytest.mark.parametrize(
    ("choice", "label", "discuss"), [("no", "Disagree", "true"), ("yes", "Agree with comments", "false")]
)
def test_a_button_fills_the_form_and_sends_nothing(
    device: Opens, stage: Stage, choice: str, label: str, discuss: str
) -> None:
    phone, question, form = at_the_form(device, stage, f"Nghị định về dữ liệu số (dự thảo {choice})")
    member = form.get_attribute("data-member") or ""
    phone.page.evaluate(
        """([choice, discuss, member]) => {
          const button = document.createElement("button");
          Object.assign(button.dataset, { fillAnswer: "", for: member, choice, discuss, text: "Dự thảo", reserved: "Bảo lưu" });
          button.type = "button";
          button.textContent = "Take it over";
          document.querySelector("main").append(button);
        }""",
        [choice, discuss, member],
    )
    phone.button("Take it over").click()
    expect(form.locator("input[name=choice]:checked")).to_have_attribute("data-label", label)
    expect(form.locator("textarea[name=text]")).to_have_value("Dự thảo")
    expect(form.get_by_label("Reserved opinion")).to_have_value("Bảo lưu")
    assert form.locator("input[name=discuss]").is_checked() is (discuss == "true")
    assert box(question) == []
    phone.button("Send my answer").click()
    expect(form.get_by_text(f"Recorded: no. 1, {label}.")).to_be_visible()
