"""A new phone in place of a lost one: the reset code, the picture to scan, the first code."""

import segno
from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from ecabinet import forms
from ecabinet.database import reading, transaction
from ecabinet.gate import PUBLIC, requires
from ecabinet.organisation.models import Person
from ecabinet.refusals import Refused
from ecabinet.sign_in import cookies, passwords, queries, resets, rules
from ecabinet.sign_in.blueprint import bp
from ecabinet.sign_in.rules import Reason

OPENED = "opened reset"  # in the signed cookie of this browser


@bp.get("/sign-in/phone")
@requires(PUBLIC)
def replace_phone() -> ResponseReturnValue:
    """Ask for account, password and the code that two officials gave."""
    return render_template("sign_in/replace_phone.html", least=rules.SHORTEST_PASSWORD)


@bp.post("/sign-in/phone")
@requires(PUBLIC)
def open_reset() -> ResponseReturnValue:
    """Take the reset code; it works once."""
    account = forms.text(request.form, "account", _("Account"), most=120).lower()
    password = passwords.typed(request.form, "password", _("Password"))
    code = forms.text(request.form, "code", _("Reset code"), most=40)
    with transaction() as transacting:
        replacement = resets.begin(transacting, cookies.origin(account))
    new_hash = None
    if replacement.password_is_new:
        rules.check_new_password(password, account=account)
        new_hash = passwords.hash_of(password)
    is_right = new_hash is None and passwords.matches(replacement.candidate.password_hash, password)
    with transaction() as transacting:
        session[OPENED] = resets.open_with(
            transacting, replacement, code=code, password_is_right=is_right, new_hash=new_hash
        )
    return redirect(url_for("sign_in.new_phone"))


@bp.get("/sign-in/phone/new")
@requires(PUBLIC)
def new_phone() -> ResponseReturnValue:
    """Show the new secret as a picture and as text."""
    with reading() as transacting:
        reset = queries.opened_reset(transacting, session.get(OPENED, 0))
        if reset is None or reset.new_secret is None:
            raise Refused(Reason.RESET_IS_OVER)
        account = transacting.get_one(Person, reset.person_id).account
    picture = segno.make(passwords.provisioning_address(reset.new_secret, account), error="m", micro=False)
    return render_template(
        "sign_in/new_phone.html",
        picture=Markup(picture.svg_inline(scale=6, dark="#000", light="#fff", border=4)),  # noqa: S704 - drawn by us
        secret=reset.new_secret,
        account=account,
    )


@bp.post("/sign-in/phone/new")
@requires(PUBLIC)
def prove_phone() -> ResponseReturnValue:
    """Take the new phone's first code; from now on only this phone counts."""
    code = forms.text(request.form, "code", _("Code"), most=20)
    with transaction() as transacting:
        resets.replace(transacting, session.get(OPENED, 0), code)
    session.pop(OPENED, None)
    return redirect(url_for("sign_in.page"))
