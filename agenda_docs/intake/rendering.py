"""Third step, in a child for each batch: what would stop a reader's viewer must stop here; the text is read for search."""

import re
import sys
import unicodedata
from pathlib import Path

import pypdfium2
from PIL import Image

from agenda_docs.intake.limits import FIRST_PAGE_WIDTH, PIXELS, TEXT_PER_PAGE, THUMBNAIL_WIDTH
from agenda_docs.intake.verdict import Reason, Rejected

Image.preinit()  # once the child is confined, Pillow may not be able to load its parts
_QUALITY = 80
# Control signs, halves of signs, and pdfium's mark for a hyphen at the end of a line; PostgreSQL takes no zero byte.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def run(*, first: int, last: int, cover: bool) -> dict[str, object]:
    """Render the pages from `first` to `last` (counted from 1) of the file on standard input; read their text.

    With `cover`, page 1 is also written to `cover.jpg`.
    """
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    document.init_forms()  # a number, a date and a seal may stand in signature fields, which are drawn only with the form
    if cover:
        _picture(document, 0, FIRST_PAGE_WIDTH).convert("RGB").save(Path("cover.jpg"), "JPEG", quality=_QUALITY)
    return {"texts": [_read_page(document, index) for index in range(first - 1, last)]}


def _read_page(document: pypdfium2.PdfDocument, index: int) -> str:
    _picture(document, index, THUMBNAIL_WIDTH)
    page = document[index]
    text_page = page.get_textpage()
    try:
        return _tidy(text_page.get_text_range())
    finally:
        text_page.close()
        page.close()


def _picture(document: pypdfium2.PdfDocument, index: int, width: int) -> Image.Image:
    try:
        page = document[index]
        across, down = page.get_size()
        scale = min(width / across, (PIXELS / (across * down)) ** 0.5)
        picture: Image.Image = page.render(scale=scale).to_pil()
    except (pypdfium2.PdfiumError, ZeroDivisionError, ValueError, TypeError):
        raise Rejected(Reason.PAGE_FAILS, page=index + 1) from None
    return picture


def _tidy(text: str) -> str:
    """One form for each letter, whatever the program that wrote the PDF used."""
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", text[:TEXT_PER_PAGE].replace("\r\n", "\n")))
