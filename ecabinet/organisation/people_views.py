"""The pages of people and their posts."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.notices import rules
from ecabinet.organisation import options, people, queries, shown, units
from ecabinet.organisation.blueprint import bp, last_day, period, role_name


@bp.get("/people", endpoint="people")
@requires(Permission.MANAGE_PEOPLE)
def listing() -> ResponseReturnValue:
    """Show the people whom the reader manages, with the posts they hold."""
    who = actor()
    wanted = forms.text(request.args, "q", _("Name"), most=100, required=False).casefold()
    with reading() as session:
        managed = shown.managed_people(
            session, units.managed_units(session, who), everyone=who.may(Permission.MANAGE_UNITS)
        )
        choices = options.positions(session, units.managed_units(session, who))
    found = [row for row in managed if wanted in row.name.casefold() or wanted in row.account.casefold()]
    return render_template("organisation/people.html", people=found, wanted=wanted, positions=choices)


@bp.post("/people")
@requires(Permission.MANAGE_PEOPLE)
def add_person() -> ResponseReturnValue:
    """Add a person with a first post."""
    config: Config = current_app.extensions["config"]
    account, name, email = _person_form()
    position_id = forms.whole_number(request.form, "position", _("Position"))
    with transaction() as session:
        person = people.add_person(
            session, actor(), account=account, name=name, email=email, language=config.language, position_id=position_id
        )
    return redirect(url_for("organisation.person", person_id=person.id))


@bp.get("/people/<int:person_id>")
@requires(Permission.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show a person: account, posts, roles."""
    who = actor()
    with reading() as session:
        found = people.person_for(session, who, person_id)
        posts = shown.posts(session, person_id=person_id)
        roles = shown.role_rows(session, person_id=person_id)
        positions = options.positions(session, units.managed_units(session, who))
        bodies = {body.id: body.name for body in queries.bodies(session)}
        body_of = shown.bodies_of_roles(session, person_id)
    return render_template(
        "organisation/person.html",
        person=found,
        posts=posts,
        roles=roles,
        positions=positions,
        body_of={role: bodies[body] for role, body in body_of.items()},
        role_name=role_name,
        today=clock.today(),
        is_self=who.person_id == person_id,
    )


@bp.post("/people/<int:person_id>")
@requires(Permission.MANAGE_PEOPLE)
def change_person(person_id: int) -> ResponseReturnValue:
    """Change what a person is called."""
    account, name, email = _person_form()
    phone = rules.mobile_number(forms.text(request.form, "phone", _("Mobile number"), most=40, required=False))
    with transaction() as session:
        people.change_person(session, actor(), person_id, account=account, name=name, email=email, phone=phone)
    return redirect(url_for("organisation.person", person_id=person_id))


@bp.post("/people/<int:person_id>/departure")
@requires(Permission.MANAGE_PEOPLE)
def depart(person_id: int) -> ResponseReturnValue:
    """Record that a person leaves."""
    left_on = forms.day(request.form, "left_on", _("First day away"))
    with transaction() as session:
        people.depart(session, actor(), person_id, left_on)
    return redirect(url_for("organisation.people"))


@bp.post("/people/<int:person_id>/posts")
@requires(Permission.MANAGE_PEOPLE)
def add_post(person_id: int) -> ResponseReturnValue:
    """Give a person a post."""
    position_id = forms.whole_number(request.form, "position", _("Position"))
    starts_on, ends_on = period(request.form)
    acting = forms.ticked(request.form, "acting")
    with transaction() as session:
        people.add_post(
            session, actor(), person_id, position_id=position_id, acting=acting, starts_on=starts_on, ends_on=ends_on
        )
    return redirect(url_for("organisation.person", person_id=person_id))


@bp.post("/people/<int:person_id>/posts/<int:post_id>/end")
@requires(Permission.MANAGE_PEOPLE)
def end_post(person_id: int, post_id: int) -> ResponseReturnValue:
    """End a post."""
    last = last_day(request.form)
    with transaction() as session:
        people.end_post(session, actor(), post_id, last)
    return redirect(url_for("organisation.person", person_id=person_id))


def _person_form() -> tuple[str, str, str | None]:
    return (
        forms.text(request.form, "account", _("Account"), most=120),
        forms.text(request.form, "name", _("Name"), most=200),
        "".join(forms.text(request.form, "email", _("E-mail"), most=200, required=False).split()) or None,  # one line
    )
