"""Papers are uploaded and read in a real browser."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opens
from tests.browser.papers import FOUND_ONCE, real_or_made
from tests.browser.stage import Stage

Put = Callable[[bytes, str], Path]
INTAKE_MILLISECONDS = 60_000  # every page is rendered once


def upload_form(page: Page) -> Locator:
    return page.get_by_role("form", name="Add a paper")


def add_paper(page: Page, path: Path, title: str) -> None:
    form = upload_form(page)
    form.get_by_label("PDF file").set_input_files(path)
    form.get_by_label("Title of the paper").fill(title)
    form.locator('[name="secrecy"][value="none"]').check()
    form.get_by_role("button", name="Add the paper").click()


def test_an_officer_uploads_a_signed_scan_and_a_file_that_is_no_pdf_is_refused_in_place(
    device: Opens, stage: Stage, download: Put
) -> None:
    tablet = device("officer")
    tablet.forgive("status of 422")
    page = tablet.open(f"/matters/{stage.dossier('Nghị định về dữ liệu số', accepted=False)}")
    add_paper(page, download(b"MZ this is a program", "to-trinh.pdf"), "Dự thảo")
    form = upload_form(page)
    expect(form.locator("[data-refusal]")).to_contain_text("not a PDF", timeout=INTAKE_MILLISECONDS)
    expect(form.get_by_label("Title of the paper")).to_have_value("Dự thảo")
    scan = download(real_or_made("vn-199-2026-nd-cp-scan-signed.pdf"), "nghi-dinh.pdf")
    form.get_by_label("PDF file").set_input_files(scan)
    form.get_by_role("button", name="Add the paper").click()
    expect(page.get_by_role("link", name="Dự thảo")).to_be_visible(timeout=INTAKE_MILLISECONDS)
    page.get_by_role("link", name="Dự thảo").click()
    expect(page.locator("[data-first]")).to_have_count(0)


def test_the_reader_shows_an_image_first_then_the_paper_and_opens_again_where_one_left_off(
    device: Opens, stage: Stage
) -> None:
    scene = stage.published()
    tablet = device("health_minister")
    page = tablet.page
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url.rsplit("/", 1)[-1]))
    address = f"/documents/{stage.version_of(scene.matter)}"
    tablet.open(address)
    reader = page.locator("[data-reader]")
    expect(page.locator("[data-first]")).to_have_count(0)
    assert seen.index("first-page") < seen.index("file")
    expect(page.locator(".pdfViewer canvas").first).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/place")):
        page.get_by_role("spinbutton", name="Page").fill("4")
        page.keyboard.press("Enter")
    expect(reader).to_have_attribute("data-page", "4")
    tablet.open(address)
    expect(page.get_by_role("spinbutton", name="Page")).to_have_value("4")
    expect(page.locator("[data-first]")).to_have_count(0)
    expect(page.locator('.pdfViewer [data-page-number="4"] canvas')).to_be_in_viewport()


def test_find_lands_on_the_words_and_the_keyboard_turns_the_pages(device: Opens, stage: Stage) -> None:
    scene = stage.published()
    tablet = device("finance_minister")
    page = tablet.open(f"/documents/{stage.version_of(scene.matter)}")
    field = page.get_by_role("spinbutton", name="Page")
    expect(page.locator("[data-first]")).to_have_count(0)
    page.locator("[data-scroll]").focus()
    page.keyboard.press("End")
    expect(field).to_have_value("6")
    page.keyboard.press("Control+f")
    page.keyboard.type(FOUND_ONCE)
    page.keyboard.press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("6 of 6")
    expect(page.locator(".textLayer .highlight.selected").first).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("1 of 6")
    expect(page.locator(".textLayer .highlight.selected").first).to_be_in_viewport()
    expect(field).to_have_value("1")
    page.locator("[data-find-text]").fill("không có trong giấy này")
    page.keyboard.press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("Not found")


def test_a_conflict_of_interest_takes_the_papers_off_a_page_that_is_open(device: Opens, stage: Stage) -> None:
    scene = stage.running()
    reading, meeting, recorder = device("health_minister"), device("health_minister"), device("secretary")
    reading.forgive("status of 404")
    version = stage.version_of(scene.matter)
    reading.follow(f"/documents/{version}")
    expect(reading.page.locator("[data-first]")).to_have_count(0)
    meeting.follow(f"{scene.page}?item={scene.item}")
    expect(meeting.page.locator(".docs a")).to_have_count(1)
    page = recorder.open(f"/matters/{scene.matter}")
    recorder.button("Record one for a member").click()
    dialog = page.get_by_role("dialog", name="Record a conflict of interest")
    dialog.get_by_label("Member").select_option(label="Bộ trưởng Bộ Y tế")
    dialog.get_by_label("Reason").fill("Có cổ phần")
    recorder.button("Record it", within=dialog).click()
    expect(page.get_by_text("Có cổ phần")).to_be_visible()
    expect(reading.page.get_by_text("This paper is no longer open to you.")).to_be_visible()
    expect(reading.page.locator(".pdfViewer")).to_have_count(0)
    expect(meeting.page.get_by_text("You have a conflict of interest on this item")).to_be_visible()
    expect(meeting.page.locator(".docs a")).to_have_count(0)
