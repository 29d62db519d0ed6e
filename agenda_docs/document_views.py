"""Papers over HTTP: sent in, opened in the reader, fetched byte by byte. Every byte goes through `reading.version_for`."""

from typing import Any, BinaryIO, cast

from flask import Blueprint, current_app, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from agenda_docs import documents, jobs, keeping, pages, receipts, rules, upload
from agenda_docs import reading as readable
from agenda_docs.models import DocumentKind, DocumentVersion
from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.blobs import Blobs
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import Refused

bp = Blueprint("documents", __name__)


@bp.post("/matters/<int:matter_id>/documents")
@requires(Permission.SUBMIT_DOCUMENT)
def submit(matter_id: int) -> ResponseReturnValue:
    """Add a paper to a dossier."""
    title = forms.text(request.form, "title", _("Title of the paper"), most=300)
    kind = forms.choice(request.form, "kind", _("What it is"), DocumentKind)
    restricted = forms.ticked(request.form, "restricted")
    examined = _examined(matter_id)
    with transaction() as session:
        documents.submit(session, actor(), matter_id, title, kind, restricted, examined)
    return _to_matter(matter_id)


@bp.post("/matters/<int:matter_id>/documents/<int:document_id>/versions")
@requires(Permission.SUBMIT_DOCUMENT)
def submit_version(matter_id: int, document_id: int) -> ResponseReturnValue:
    """Add the next version of a paper."""
    examined = _examined(matter_id)
    with transaction() as session:
        documents.submit_version(session, actor(), matter_id, document_id, examined)
    return _to_matter(matter_id)


@bp.post("/matters/<int:matter_id>/documents/<int:document_id>/remove")
@requires(Permission.SUBMIT_DOCUMENT)
def remove(matter_id: int, document_id: int) -> ResponseReturnValue:
    """Take a paper out of its dossier."""
    with transaction() as session:
        documents.remove(session, actor(), matter_id, document_id)
    return _to_matter(matter_id)


def _examined(matter_id: int) -> upload.Examined:
    """Ask first whether the paper may come in at all, then examine it; no transaction is open for these seconds."""
    rules.check_secrecy(is_secret=forms.choice(request.form, "secrecy", _("Secrecy"), rules.Secrecy).is_secret)
    paper = _paper()
    with reading() as session:
        keeping.editable_matter(session, actor(), matter_id, Permission.SUBMIT_DOCUMENT)
    examined = upload.take_in(
        cast(BinaryIO, paper.stream), paper.filename or "", originals=_originals(), blobs=_served()
    )
    with transaction() as session:
        jobs.ask_for_sweep(session)
        if not examined.verdict.accepted:
            documents.record_refusal(session, actor(), matter_id, examined)
    if not examined.verdict.accepted:
        raise examined.verdict.refusal()
    return examined


def _paper() -> FileStorage:
    paper = request.files.get("paper")
    if paper is None or not paper.filename:
        raise Refused(rules.Reason.NO_FILE)
    return paper


@bp.get("/documents/<int:version_id>")
@requires(Permission.READ_DOCUMENT)
def read(version_id: int) -> ResponseReturnValue:
    """Open a paper in the reader; the receipt and the audit row are written with it."""
    with transaction() as session:
        opened = receipts.open_version(session, actor(), version_id)
        followed = pages.following(session, actor(), opened.body_id)
    g.needs_wasm = True
    asked = forms.optional_number(request.args, "page", _("Page")) or opened.place
    place = min(asked, opened.pages)
    return render_template("agenda_docs/reader.html", paper=opened, place=place, **followed)


@bp.get("/documents/<int:version_id>/still")
@requires(Permission.READ_DOCUMENT)
def still(version_id: int) -> ResponseReturnValue:
    """Say that the paper may still be read; when it may not, the 404 takes it off the screen."""
    with reading() as session:
        readable.version_for(session, actor(), version_id)
    return "<br>"


@bp.get("/documents/<int:version_id>/file")
@requires(Permission.READ_DOCUMENT)
def file(version_id: int) -> ResponseReturnValue:
    """Send the paper's bytes, whole or by range."""
    version = _opened(version_id)
    return _send(version.served_sha256, "application/pdf", tag=f"{version.id}-pdf")


@bp.get("/documents/<int:version_id>/first-page")
@requires(Permission.READ_DOCUMENT)
def first_page(version_id: int) -> ResponseReturnValue:
    """Send the picture of the first page, which the reader shows at once."""
    version = _opened(version_id)
    return _send(version.first_page_sha256, "image/jpeg", tag=f"{version.id}-jpeg")


@bp.post("/documents/<int:version_id>/place")
@requires(Permission.READ_DOCUMENT)
def place(version_id: int) -> ResponseReturnValue:
    """Remember the page the reader is on."""
    with transaction() as session:
        receipts.keep_place(session, actor(), version_id, _page_told(request.get_json(silent=True)))
    return "", 204


@bp.post("/documents/<int:version_id>/confirm")
@requires(Permission.SUBMIT_DOCUMENT)
def confirm(version_id: int) -> ResponseReturnValue:
    """Confirm the pages of a file that was changed when it was checked."""
    with transaction() as session:
        _version, _document, matter = readable.version_for(session, actor(), version_id)
        documents.confirm(session, actor(), version_id)
    return _to_matter(matter.id)


def _opened(version_id: int) -> DocumentVersion:
    """The version, if the actor may read it; who fetches bytes without opening the reader leaves a receipt all the same."""
    with reading() as session:
        version, _document, _matter = readable.version_for(session, actor(), version_id)
        was_opened = receipts.was_opened(session, actor(), version_id)
    if not was_opened:
        with transaction() as session:
            receipts.open_version(session, actor(), version_id)
    return version


def _send(sha256: str, kind: str, *, tag: str) -> Response:
    answer = send_file(_served().path(sha256), mimetype=kind, conditional=True, etag=tag, last_modified=None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page_told(told: Any) -> int:  # noqa: ANN401 - whatever was sent
    page = told.get("page") if isinstance(told, dict) else None
    return forms.whole_number({"page": str(page)}, "page", _("Page"))


def _originals() -> Blobs:
    config: Config = current_app.extensions["config"]
    return Blobs(config.originals)


def _served() -> Blobs:
    config: Config = current_app.extensions["config"]
    return Blobs(config.blobs)


def _to_matter(matter_id: int) -> Response:
    return redirect(url_for("agenda_docs.matter", matter_id=matter_id))
