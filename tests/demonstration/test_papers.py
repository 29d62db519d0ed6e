from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from agenda_docs.intake import Outcome, examine
from demonstration.papers import NOTICE, paper
from demonstration.subjects import SUBJECTS, Subject

DAY = date(2026, 11, 5)


def reader(subject: Subject, pages: int = 1) -> PdfReader:
    made = paper(subject.paper_title, subject.symbol, subject.unit, subject.paragraphs, pages, DAY)
    return PdfReader(BytesIO(made))


def text_of(opened: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in opened.pages).split())


@pytest.mark.parametrize("pages", [2, 3, 40])
def test_a_paper_has_the_number_of_pages_asked_for(pages: int) -> None:
    assert len(reader(SUBJECTS[0], pages).pages) == pages


def test_a_long_letter_is_not_cut_to_the_number_of_pages() -> None:
    made = paper("Tờ trình dài", "1/TTr-BTC", "Bộ Tài chính", ["Đoạn văn thử nghiệm. " * 400], 1, DAY)
    assert len(PdfReader(BytesIO(made)).pages) > 1


def test_three_hundred_pages_are_one_paper_with_numbered_pages() -> None:
    opened = reader(SUBJECTS[0], 300)
    assert len(opened.pages) == 300
    assert opened.pages[299].extract_text().split()[0] == "300"


def test_the_paper_has_the_form_of_an_administrative_paper_and_selectable_vietnamese_text() -> None:
    text = text_of(reader(SUBJECTS[0]))
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BỘ TÀI CHÍNH",
        "Số: 145/TTr-BTC",
        "Hà Nội, ngày 05 tháng 11 năm 2026",
        "TỜ TRÌNH",
        "BỘ TRƯỞNG",
        "Nơi nhận",
        NOTICE,
    ):
        assert expected in text


def test_the_font_is_within_the_paper() -> None:
    fonts = reader(SUBJECTS[0]).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for reference in fonts.values():
        descriptor = reference.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_same_words_make_the_same_bytes() -> None:
    subject = SUBJECTS[3]
    first, second = (
        paper(subject.paper_title, subject.symbol, subject.unit, subject.paragraphs, 2, DAY) for _ in range(2)
    )
    assert first == second


def test_there_are_twenty_five_dossiers_with_symbols_of_their_own() -> None:
    assert len(SUBJECTS) == 25
    assert len({subject.symbol for subject in SUBJECTS}) == 25
    assert all(subject.title_en and subject.abstract_en and subject.abstract_vi for subject in SUBJECTS)


def test_every_dossier_becomes_a_paper_that_says_what_it_is() -> None:
    for subject in SUBJECTS:
        text = text_of(reader(subject))
        assert subject.symbol in text
        assert subject.need.split(";")[0] in text


def test_intake_accepts_such_a_paper_and_reads_its_text(tmp_path: Path) -> None:
    subject = SUBJECTS[0]
    original = tmp_path / "paper.pdf"
    original.write_bytes(paper(subject.paper_title, subject.symbol, subject.unit, subject.paragraphs, 3, DAY))
    verdict = examine(original, tmp_path)
    assert (verdict.outcome, verdict.pages, verdict.remarks) == (Outcome.ACCEPTED, 3, ())
    assert "Phân cấp quản lý tài sản công".casefold() in " ".join(verdict.texts[0].split()).casefold()
