"""The page of the audit log: who did what, when. It shows deeds, never the content of papers or ballots."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from ecabinet import forms
from ecabinet.access import Actor, Permission
from ecabinet.audit import AuditEntry, Tag
from ecabinet.audit_words import WORDS
from ecabinet.database import reading
from ecabinet.gate import actor, requires
from ecabinet.organisation.models import Body, Person

bp = Blueprint("audit", __name__)
BLUEPRINTS = (bp,)
A_PAGE = 100


@dataclass(frozen=True)
class Deed:
    """One line of the log."""

    id: int
    at: datetime
    person: str | None
    what: str
    body: str | None
    subject: str


@bp.get("/audit")
@requires(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    """Show the log of the reader's bodies, newest first; `before` goes on from an entry, `deed` shows one kind only."""
    before = forms.optional_number(request.args, "before", _("Entry"))
    deed = request.args.get("deed", "")
    with reading() as session:
        deeds = deeds_for(session, actor(), before=before, deed=deed)
    kinds = sorted(((tag.value, _(words)) for tag, words in WORDS.items()), key=lambda kind: str(kind[1]))
    return render_template(
        "ecabinet/audit.html", deeds=deeds[:A_PAGE], deed=deed, kinds=kinds, has_more=len(deeds) > A_PAGE
    )


def deeds_for(session: Session, reader: Actor, *, before: int | None, deed: str) -> list[Deed]:
    """Return one page of the log, and one line more where it goes on."""
    query = (
        select(AuditEntry, Person.name, Body.name)
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .outerjoin(Body, Body.id == AuditEntry.body_id)
        .where(_may_see(reader))
        .order_by(AuditEntry.id.desc())
        .limit(A_PAGE + 1)
    )
    query = query.where(AuditEntry.id < before) if before is not None else query
    query = query.where(AuditEntry.tag == deed) if deed in list(Tag) else query
    return [_deed(entry, person, body) for entry, person, body in session.execute(query)]


def _may_see(reader: Actor) -> ColumnElement[bool]:
    """What belongs to a body is seen by those who read its log; signing in and people, which belong to none, by administrators."""
    of_bodies = AuditEntry.body_id.in_(reader.bodies_where(Permission.READ_AUDIT))
    of_nobody = AuditEntry.body_id.is_(None) if reader.may(Permission.MANAGE_UNITS) else false()
    return of_bodies | of_nobody


def _deed(entry: AuditEntry, person: str | None, body: str | None) -> Deed:
    words = WORDS[Tag(entry.tag)] if entry.tag in list(Tag) else entry.tag
    return Deed(entry.id, entry.at, person, str(_(words)), body, f"{entry.subject_kind} {entry.subject_id}")
