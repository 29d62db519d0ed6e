"""Intake over the files that are shared for tests: each gets the verdict its list expects, for a true reason."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from agenda_docs.intake import Outcome, Reason, Remark, Signature, SignatureState, Verdict, examine

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PDFS, REAL = SHARED / "pdfs", SHARED / "real"
HERE = PDFS.is_dir()
WHY = "the shared files are not beside the project"
LISTED: list[dict[str, object]] = json.loads((PDFS / "manifest.json").read_text()) if HERE else []
OUTCOMES = {
    "accept": {Outcome.ACCEPTED},
    "sanitise": {Outcome.CLEANED},
    "reject": {Outcome.REJECTED},
    "either": set(Outcome),
}
REASONS = {
    "gen__empty.pdf": Reason.EMPTY,
    "gen__header-missing.pdf": Reason.NOT_PDF,
    "gen__truncated-90.pdf": Reason.CUT_OFF,
    "gen__enc-aes256-user.pdf": Reason.PASSWORD,
    "gen__enc-aes128-owneronly.pdf": Reason.DECRYPTED,
    "gen__xfa.pdf": Reason.INTERACTIVE_FORM,
    "gen__zero-pages.pdf": Reason.NO_PAGES,
    "gen__pages-cycle.pdf": Reason.UNREADABLE,
    "gen__js-openaction.pdf": Reason.SCRIPTS,
    "gen__launch.pdf": Reason.ACTIONS,
    "gen__uri-javascript.pdf": Reason.LINKS,
    "gen__embedded-exe.pdf": Reason.ATTACHMENTS,
    "gen__poly-html.pdf": Reason.FOREIGN,
    "gen__startxref-wrong.pdf": Reason.REPAIRED,
    "pdfium__unsupported_feature.pdf": Reason.PORTFOLIO,
}

pytestmark = pytest.mark.skipif(not HERE, reason=WHY)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Verdict]]:
    """Every shared file, two at a time."""
    files = [*PDFS.glob("*.pdf"), *REAL.glob("*.pdf")]

    def judge(file: Path) -> tuple[str, Verdict]:
        return file.name, examine(file, tmp_path_factory.mktemp("workspace"))

    with ThreadPoolExecutor(2) as pool:
        yield dict(pool.map(judge, files))


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: str(entry["name"]))
def test_each_listed_file_gets_the_verdict_expected_of_it(
    verdicts: dict[str, Verdict], entry: dict[str, object]
) -> None:
    verdict = verdicts[str(entry["name"])]
    assert verdict.outcome in OUTCOMES[str(entry["expected"])]
    if verdict.accepted and entry["expected_pages"]:
        assert verdict.pages == entry["expected_pages"]
    if not verdict.accepted:
        assert len(verdict.remarks) == 1
        assert verdict.refusal().reason is verdict.remarks[0].reason
        assert verdict.served is None


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_the_reason_is_the_true_one(verdicts: dict[str, Verdict], name: str, reason: Reason) -> None:
    assert reason in {remark.reason for remark in verdicts[name].remarks}


def test_every_sentence_can_be_filled_in(verdicts: dict[str, Verdict]) -> None:
    for verdict in verdicts.values():
        for remark in verdict.remarks:
            assert "%(" not in remark.reason.value % remark.values


def test_what_was_cleaned_or_repaired_is_shown_to_the_uploader_first(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["gen__launch.pdf"].needs_confirmation
    assert verdicts["gen__startxref-wrong.pdf"].needs_confirmation
    assert not verdicts["gen__ok-plain.pdf"].needs_confirmation
    assert not verdicts["gen__empty.pdf"].needs_confirmation


def test_an_ordinary_link_stays(verdicts: dict[str, Verdict]) -> None:
    served = verdicts["gen__uri-link.pdf"].served
    assert served is not None
    with pikepdf.open(served) as pdf:
        assert "/URI" in str(pdf.pages[0].obj["/Annots"][0]["/A"].keys())


def test_the_served_file_is_another_file_that_only_we_may_read(verdicts: dict[str, Verdict]) -> None:
    served = verdicts["gen__ok-plain.pdf"].served
    assert served is not None
    assert served.read_bytes() != (PDFS / "gen__ok-plain.pdf").read_bytes()
    assert served.stat().st_mode & 0o777 == 0o600
    assert served.stat().st_uid == os.geteuid()


def test_a_paper_of_117_pages_keeps_its_pages_text_and_links(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["pypdf-117-pages.pdf"]
    assert (verdict.outcome, verdict.pages, len(verdict.texts)) == (Outcome.ACCEPTED, 117, 117)
    assert "Geometrie und Topologie" in " ".join(verdict.texts[0].split())
    assert sum(map(len, verdict.texts)) > 100_000


def test_the_served_file_is_packed_and_not_linearized_so_that_the_first_page_comes_with_few_requests(
    verdicts: dict[str, Verdict],
) -> None:
    served = verdicts["pypdf-117-pages.pdf"].served
    assert served is not None
    with pikepdf.open(served) as pdf:
        assert not pdf.is_linearized
        assert "/ObjStm" in {str(each.get("/Type")) for each in pdf.objects if isinstance(each, pikepdf.Stream)}
    assert "/Size" in PdfReader(served).trailer


def test_the_first_page_is_a_jpeg_of_the_width_of_a_tablet(verdicts: dict[str, Verdict]) -> None:
    first_page = verdicts["vn-49-2026-nd-cp-signed.pdf"].first_page
    assert first_page is not None
    with Image.open(first_page) as picture:
        assert (picture.format, picture.width) == ("JPEG", 1668)
        assert picture.height > 2000


def test_vietnamese_text_is_read_in_one_form(verdicts: dict[str, Verdict]) -> None:
    text = " ".join(verdicts["vn-49-2026-nd-cp-signed.pdf"].texts[0].split())
    assert "Nghị quyết" in text
    assert "Luật Đất đai" in text


@pytest.mark.parametrize(
    ("name", "number", "signer"),
    [
        ("vn-199-2026-nd-cp-scan-signed.pdf", 1, "CỔNG THÔNG TIN ĐIỆN TỬ CHÍNH PHỦ"),
        ("vn-49-2026-nd-cp-signed.pdf", 1, "CHÍNH PHỦ"),
        ("vn-50-2026-nd-cp-6-signatures.pdf", 6, "CHÍNH PHỦ"),
    ],
)
def test_signatures_of_the_original_are_noted_and_said(
    verdicts: dict[str, Verdict], name: str, number: int, signer: str
) -> None:
    verdict = verdicts[name]
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.signed
    assert len(verdict.signatures) == number
    assert signer in {signature.signer for signature in verdict.signatures}
    assert {signature.state for signature in verdict.signatures} == {SignatureState.PRESENT}
    assert Remark(Reason.SIGNED, {"number": number}) in verdict.remarks


def test_the_copy_for_readers_carries_no_broken_signature_but_looks_the_same(verdicts: dict[str, Verdict]) -> None:
    served = verdicts["vn-50-2026-nd-cp-6-signatures.pdf"].served
    assert served is not None
    with pikepdf.open(served) as pdf:
        widgets = list(pdf.pages[0].obj["/Annots"])
        assert widgets
        assert all("/AP" in widget and "/V" not in widget for widget in widgets)


def test_a_verdict_can_be_kept_and_read_again(verdicts: dict[str, Verdict]) -> None:
    for verdict in verdicts.values():
        assert [Remark.from_json(remark.as_json()) for remark in verdict.remarks] == list(verdict.remarks)
        assert [Signature.from_json(each.as_json()) for each in verdict.signatures] == list(verdict.signatures)


def test_the_same_file_becomes_the_same_copy(tmp_path: Path) -> None:
    copies = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        served = examine(PDFS / "gen__ok-plain.pdf", tmp_path / name).served
        assert served is not None
        copies.append(served.read_bytes())
    assert copies[0] == copies[1]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_paper_cut_off_on_the_way_is_not_taken_for_a_shorter_one(tmp_path: Path, part: float) -> None:
    whole = (REAL / "pypdf-117-pages.pdf").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * part)])
    assert examine(tmp_path / "cut", tmp_path).remarks == (Remark(Reason.CUT_OFF),)
