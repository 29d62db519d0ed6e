"""Documents sent to a browser as files."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Response
from gevent import get_hub, monkey

from ecabinet.exports.document import Document
from ecabinet.exports.papers import PDF, as_pdf
from ecabinet.exports.spreadsheets import CSV, XLSX, as_csv, as_xlsx
from ecabinet.refusals import NotFound


class Form(NamedTuple):
    """One form of a document: how it is written, and what a browser is told it is."""

    write: Callable[[Document], bytes]
    mimetype: str


FORMS = {"xlsx": Form(as_xlsx, XLSX), "csv": Form(as_csv, CSV), "pdf": Form(as_pdf, PDF)}


def form_of(kind: str, *offered: str) -> Form:
    """Return the form of this name; raise `NotFound` where it is not one of those offered."""
    if kind not in offered:
        raise NotFound
    return FORMS[kind]


def send(document: Document, form: Form, name: str) -> Response:
    """Return the answer that hands a document out under a file name of plain letters. It is written in a real thread, so that everybody else's requests go on."""
    is_shared = monkey.is_module_patched("threading")
    content = get_hub().threadpool.apply(form.write, (document,)) if is_shared else form.write(document)
    answer = Response(content, content_type=form.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
