"""The pages of units and positions."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import options, shown, units
from ecabinet.organisation.blueprint import bp
from ecabinet.organisation.models import Position, Unit
from ecabinet.refusals import NotFound


@bp.get("/units", endpoint="units")
@requires(Permission.MANAGE_PEOPLE)
def tree() -> ResponseReturnValue:
    """Show the tree of units; who manages people of some units only sees those."""
    who = actor()
    with reading() as session:
        managed = units.managed_units(session, who)
        rows = [row for row in shown.unit_tree(session) if row.id in managed]
        choices = options.units(session)
    return render_template(
        "organisation/units.html", units=rows, options=choices, may_change=who.may(Permission.MANAGE_UNITS)
    )


@bp.post("/units")
@requires(Permission.MANAGE_UNITS)
def add_unit() -> ResponseReturnValue:
    """Add a unit."""
    code, name, parent_id = _unit_form()
    with transaction() as session:
        unit = units.add_unit(session, actor(), code=code, name=name, parent_id=parent_id)
    return redirect(url_for("organisation.unit", unit_id=unit.id))


@bp.get("/units/<int:unit_id>")
@requires(Permission.MANAGE_PEOPLE)
def unit(unit_id: int) -> ResponseReturnValue:
    """Show a unit with its positions and who holds them."""
    who = actor()
    with reading() as session:
        found = session.get(Unit, unit_id)
        if found is None or unit_id not in units.managed_units(session, who):
            raise NotFound
        positions = session.scalars(select(Position).where(Position.unit_id == unit_id).order_by(Position.title)).all()
        posts = shown.posts(session, unit_id=unit_id)
        choices = [option for option in options.units(session) if option[0] != unit_id]
    return render_template(
        "organisation/unit.html",
        unit=found,
        positions=positions,
        posts=posts,
        options=choices,
        may_change=who.may(Permission.MANAGE_UNITS),
    )


@bp.post("/units/<int:unit_id>")
@requires(Permission.MANAGE_UNITS)
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Rename a unit or hang it elsewhere."""
    code, name, parent_id = _unit_form()
    with transaction() as session:
        units.change_unit(session, actor(), unit_id, code=code, name=name, parent_id=parent_id)
    return redirect(url_for("organisation.unit", unit_id=unit_id))


@bp.post("/units/<int:unit_id>/close")
@requires(Permission.MANAGE_UNITS)
def close_unit(unit_id: int) -> ResponseReturnValue:
    """Close a unit."""
    with transaction() as session:
        units.close_unit(session, actor(), unit_id)
    return redirect(url_for("organisation.units"))


@bp.post("/units/<int:unit_id>/positions")
@requires(Permission.MANAGE_PEOPLE)
def add_position(unit_id: int) -> ResponseReturnValue:
    """Add a position to a unit."""
    title = forms.text(request.form, "title", _("Title"), most=200)
    with transaction() as session:
        units.add_position(session, actor(), unit_id, title)
    return redirect(url_for("organisation.unit", unit_id=unit_id))


def _unit_form() -> tuple[str, str, int | None]:
    return (
        forms.text(request.form, "code", _("Reference code"), most=40),
        forms.text(request.form, "name", _("Name"), most=200),
        forms.optional_number(request.form, "parent", _("Belongs to")),
    )
