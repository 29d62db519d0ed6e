"""First step, in a child: read the original with qpdf, take out all that is active, write a new file."""

import mmap
import sys
from collections import Counter
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from agenda_docs.intake.confinement import allow_processor_seconds
from agenda_docs.intake.limits import MEGABYTE, OBJECTS, PAGES, SHORT_PAGES, reading_seconds, whole_seconds
from agenda_docs.intake.signatures import drop_signatures, signatures_of
from agenda_docs.intake.sweeping import sweep
from agenda_docs.intake.verdict import Reason, Rejected, Remark

_HEADER_WITHIN = 1024
_MARGIN = b" \t\r\n\x00\xef\xbb\xbf"
_LONGEST_TAIL = 1024


def run() -> dict[str, object]:
    """Clean the file on standard input into `served.pdf`."""
    foreign = _check_shape()
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=10_000,
        flate_max_memory=256 * MEGABYTE,
        dct_max_memory=256 * MEGABYTE,
        png_max_memory=256 * MEGABYTE,
        tiff_max_memory=256 * MEGABYTE,
        run_length_max_memory=256 * MEGABYTE,
    )
    try:
        with pikepdf.open(sys.stdin.buffer, suppress_warnings=True) as pdf:
            return _clean(pdf, foreign=foreign)
    except pikepdf.PasswordError:
        raise Rejected(Reason.PASSWORD) from None
    except pikepdf.PdfError as error:
        if "no pages found" in str(error):  # some versions of qpdf say so when they open the file
            raise Rejected(Reason.NO_PAGES) from None
        raise


def _check_shape() -> bool:
    """Look at the two ends of the file; return whether there are bytes that do not belong to it."""
    with mmap.mmap(sys.stdin.fileno(), 0, access=mmap.ACCESS_READ) as content:
        header = content.find(b"%PDF-", 0, _HEADER_WITHIN)
        if header < 0:
            raise Rejected(Reason.NOT_PDF)
        end = content.rfind(b"%%EOF")
        if end < content.rfind(b"endobj"):
            raise Rejected(Reason.CUT_OFF)
        tail = content[end + 5 : end + 5 + 2 * _LONGEST_TAIL]
        return bool(content[:header].strip(_MARGIN)) or len(tail.strip(_MARGIN)) > _LONGEST_TAIL


def _clean(pdf: Pdf, *, foreign: bool) -> dict[str, object]:
    pages = _count(pdf)
    _refuse_interactive_form(pdf)
    signatures = signatures_of(pdf)
    found = sweep(pdf)
    if pdf.is_encrypted:
        found[Reason.DECRYPTED] = 1
    if foreign:
        found[Reason.FOREIGN] = 1
    drop_signatures(pdf)
    # Some readers cannot open a file whose trailer lacks its size, and qpdf may leave it out.
    pdf.trailer[Name.Size] = len(pdf.objects) + 1
    pdf.save(
        Path("served.pdf"),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
        linearize=False,
    )
    if pdf.get_warnings():
        found[Reason.REPAIRED] = 1
    if signatures:
        found[Reason.SIGNED] = len(signatures)
    return {
        "pages": pages,
        "remarks": [remark.as_json() for remark in _remarks(found)],
        "signatures": [signature.as_json() for signature in signatures],
    }


def _count(pdf: Pdf) -> int:
    pages, objects = len(pdf.pages), len(pdf.objects)
    if pages == 0:
        raise Rejected(Reason.NO_PAGES)
    if pages > PAGES:
        raise Rejected(Reason.TOO_MANY_PAGES, pages=pages, limit=PAGES)
    if objects > OBJECTS:
        raise Rejected(Reason.TOO_MANY_OBJECTS, objects=objects, limit=OBJECTS)
    Path("pages").write_text(str(pages), encoding="ascii")
    if pages > SHORT_PAGES:
        allow_processor_seconds(whole_seconds(reading_seconds(pages)))
    return pages


def _refuse_interactive_form(pdf: Pdf) -> None:
    """XFA that has still to be rendered: the pages in the file are a placeholder for what a reader would see."""
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form and bool(pdf.Root.get(Name.NeedsRendering)):
        raise Rejected(Reason.INTERACTIVE_FORM)


def _remarks(found: Counter[Reason]) -> list[Remark]:
    return [
        Remark(reason, {"number": found[reason]} if "%(number)s" in reason.value else {})
        for reason in Reason
        if found[reason]
    ]
