"""The pages of voting rules: what each rulebook says and where it comes from, and for administrators writing a new or corrected one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import NotFound
from voting import rule_shelf
from voting.models import WrittenRulebook

bp = Blueprint("rulebooks", __name__, url_prefix="/voting-rules")


@bp.get("")
@requires(Permission.READ_RULES)
def index() -> ResponseReturnValue:
    """List every rulebook in force today, each rule with its source and what it asks for, and every version that was written."""
    today = clock.today()
    with reading() as session:
        books, written = rule_shelf.books(session, today), rule_shelf.written(session)
        names = organisation.person_names(session)
    language = str(get_locale())
    return render_template(
        "voting/rulebooks.html",
        books={name: books[name] for name in sorted(books, key=lambda name: books[name].title(language))},
        later={name: rows for name, rows in written.items() if name not in books},
        written=written,
        names=names,
        language=language,
        may_write=actor().may(Permission.WRITE_RULES),
    )


@bp.get("/new")
@requires(Permission.WRITE_RULES)
def new() -> ResponseReturnValue:
    """Ask for a rulebook's text; the text that stands is there to be corrected."""
    name = forms.text(request.args, "book", _("Name of the rulebook"), most=40, required=False)
    with reading() as session:
        text = rule_shelf.text_of(session, name)
    return render_template("voting/rulebook_new.html", name=name, text=text, today=clock.today())


@bp.post("")
@requires(Permission.WRITE_RULES)
def write() -> ResponseReturnValue:
    """Keep a new or corrected rulebook."""
    name = forms.text(request.form, "name", _("Name of the rulebook"), most=40)
    toml = forms.text(request.form, "toml", _("Text in TOML"), most=rule_shelf.LONGEST)
    effective_on = forms.day(request.form, "effective_on", _("In force from"))
    with transaction() as session:
        kept = rule_shelf.write(
            session, actor(), name=name, toml=toml.replace("\r\n", "\n") + "\n", effective_on=effective_on
        )
    return redirect(url_for("rulebooks.version", version_id=kept.id))


@bp.get("/versions/<int:version_id>")
@requires(Permission.READ_RULES)
def version(version_id: int) -> ResponseReturnValue:
    """Show one version of a rulebook as it was written."""
    with reading() as session:
        row = session.get(WrittenRulebook, version_id)
        names = organisation.person_names(session)
    if row is None:
        raise NotFound
    return render_template(
        "voting/rulebook.html",
        row=row,
        book=rule_shelf.parsed(row.name, row.toml),
        writer=names[row.written_by_id],
        language=str(get_locale()),
        may_write=actor().may(Permission.WRITE_RULES),
    )
