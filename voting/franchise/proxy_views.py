"""The page of a meeting's proxies: who casts for whom."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from voting.franchise import proxies

bp = Blueprint("proxies", __name__, url_prefix="/meetings/<int:meeting_id>/proxies")

LONGEST = 500


@bp.get("")
@requires(Permission.GIVE_PROXY)
def page(meeting_id: int) -> ResponseReturnValue:
    """Show who casts for whom, and the form that lets another member cast."""
    with reading() as session:
        shown = proxies.page_of(session, actor(), meeting_id)
    return render_template("voting/proxies.html", proxies=shown)


@bp.post("")
@requires(Permission.GIVE_PROXY)
def give(meeting_id: int) -> ResponseReturnValue:
    """Let one member cast for another."""
    member = forms.whole_number(request.form, "member", _("Member"))
    holder = forms.whole_number(request.form, "holder", _("Who casts for them"))
    reason = forms.text(request.form, "reason", _("Reason"), most=LONGEST, required=False)
    evidence = forms.text(
        request.form, "evidence", _("Where the member's word for it is kept"), most=LONGEST, required=False
    )
    with transaction() as session:
        proxies.give(
            session, actor(), meeting_id, membership_id=member, holder_id=holder, reason=reason, evidence=evidence
        )
    return redirect(url_for("proxies.page", meeting_id=meeting_id))


@bp.post("/<int:proxy_id>/end")
@requires(Permission.GIVE_PROXY)
def end(meeting_id: int, proxy_id: int) -> ResponseReturnValue:
    """End a proxy."""
    with transaction() as session:
        proxies.end(session, actor(), meeting_id, proxy_id)
    return redirect(url_for("proxies.page", meeting_id=meeting_id))
