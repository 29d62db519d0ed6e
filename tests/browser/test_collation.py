"""Collation in a browser: the secretary's overview moves by itself, comments are answered on a tablet, statistics are drawn."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import transaction
from tests.browser.device import PHONE, Device
from tests.browser.stage import Stage
from tests.voting import room as rooms
from voting import casting, service
from voting.ballots import Ballot

Opens = Callable[..., Device]


def answer(stage: Stage, question: int, key: str, choice: str, text: str = "") -> None:
    """Answer as a member, through the server's database."""
    casting.cast(stage.actor(key), question, Ballot(rooms.mark(), choice, text))


def close(question: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the deadline pass."""
    end = rooms.question(question).closes_at
    assert end is not None
    with monkeypatch.context() as later, transaction() as session:
        later.setattr(clock, "now", lambda: end + timedelta(minutes=2))
        service.close(session, SYSTEM, question)


def test_the_overview_moves_while_the_secretary_looks_on(device: Opens, stage: Stage) -> None:
    matter = stage.dossier("Đề án cấp nước sạch nông thôn")
    question = stage.circulated(matter)
    page = device("secretary").follow(f"/opinions/{question}")
    row = page.locator("tr", has_text="Bộ trưởng Bộ Y tế")
    expect(row).to_contain_text("Silent so far")
    device("health_minister").open(f"/opinions/{question}").evaluate(
        """async (question) => {
            const form = document.querySelector("form[data-vote]");
            const token = document.querySelector('meta[name="csrf-token"]').content;
            const body = JSON.stringify({cast_id: crypto.randomUUID(), choice: "no", text: "Chưa rõ nguồn vốn", seen: form.dataset.seen});
            const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
            const answer = await fetch(`/questions/${question}/ballots`, {method: "POST", headers, body});
            if (!answer.ok) throw new Error(await answer.text());
        }""",
        question,
    )
    expect(row).not_to_contain_text("Silent so far")
    expect(page.get_by_text("Chưa rõ nguồn vốn")).to_have_count(0)
    reader = device("justice_minister")
    reader.open(f"/documents/{stage.version_of(matter)}")
    expect(page.locator("tr", has_text="Bộ trưởng Bộ Tư pháp")).not_to_contain_text("not opened")


def test_comments_are_answered_on_a_tablet_and_reported(
    device: Opens, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = stage.circulated(stage.dossier("Đề án đường sắt tốc độ cao"))
    answer(stage, question, "health_minister", "yes", "Điều 5 khoản 2: đề nghị ghi rõ nguồn vốn.")
    answer(stage, question, "finance_minister", "no", "Vượt trần nợ công.")
    close(question, monkeypatch)
    officer = device("officer")
    page = officer.open(f"/opinions/{question}/reception")
    comment = page.locator(".comment", has_text="đề nghị ghi rõ nguồn vốn")
    comment.get_by_label("Comment accepted").check()
    comment.get_by_label("Explanation").fill("Đã bổ sung khoản 2a.")
    comment.get_by_role("button", name="Save the answer").tap()
    expect(page.locator(".comment", has_text="Đã bổ sung khoản 2a.")).to_be_visible()
    expect(page.get_by_text("1 of 2 comments are answered.")).to_be_visible()
    report = device("prime_minister").open(f"/opinions/{question}/report")
    expect(report.get_by_role("heading", name="Adopt with changes")).to_be_visible()
    expect(report.get_by_role("link", name="Declare the outcome")).to_be_visible()


def test_statistics_fit_a_phone(device: Opens, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    question = stage.circulated(stage.dossier("Nghị định về hộ tịch"))
    answer(stage, question, "health_minister", "yes")
    close(question, monkeypatch)
    ends = clock.today() + timedelta(days=30)
    page = device("secretary", viewport=PHONE).open(f"/statistics/opinions?ends={ends}")
    expect(page.locator(".columns-chart rect").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
