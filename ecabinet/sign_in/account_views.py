"""One's own account: the password, the passkeys."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from ecabinet.organisation.models import Person
from ecabinet.refusals import Refused
from ecabinet.sign_in import cookies, passkeys, passwords, relying_party, rules, service
from ecabinet.sign_in.blueprint import bp
from ecabinet.sign_in.rules import Reason


@bp.get("/sign-in/account")
@requires(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Show the reader's account, its passkeys, and the form for a new password."""
    with reading() as session:
        person = session.get_one(Person, actor().person_id)
        mine = passkeys.of_person(session, person.id)
    return render_template(
        "sign_in/account.html",
        person=person,
        least=rules.SHORTEST_PASSWORD,
        most=rules.LONGEST_PASSWORD,
        changed="changed" in request.args,
        passkeys=mine,
        passkeys_possible=relying_party.are_possible(),
    )


@bp.post("/sign-in/account/password")
@requires(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the reader's password; the other devices are signed out."""
    who = actor()
    old = passwords.typed(request.form, "old", _("Present password"))
    new = passwords.typed(request.form, "new", _("New password"))
    again = passwords.typed(request.form, "again", _("New password again"))
    with reading() as session:
        rules.check_new_password(new, account=session.get_one(Person, who.person_id).account, again=again)
    if old == new:
        raise Refused(Reason.PASSWORD_SAME)
    with transaction() as session:
        candidate = service.begin_within(session, who, cookies.address())
    is_right = passwords.matches(candidate.password_hash, old)
    new_hash = passwords.hash_of(new) if is_right else ""
    with transaction() as session:
        service.change_password(session, who, candidate, old_is_right=is_right, new_hash=new_hash)
    return redirect(url_for("sign_in.account", changed=""))
