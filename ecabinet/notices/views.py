"""The pages of one's notices and preferences, and of what became of the messages about them."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from ecabinet.notices import preferences, queries, sending_again, telling
from ecabinet.notices.carriers import Trouble
from ecabinet.notices.models import Channel, DeliveryState, Notice
from ecabinet.notices.queries import TROUBLED
from ecabinet.notices.sentences import Kind, Sentence
from ecabinet.pages import local_path
from ecabinet.refusals import N_

bp = Blueprint("account", __name__)
deliveries_bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")
BLUEPRINTS = (bp, deliveries_bp)

CHANNELS = {Channel.EMAIL: N_("E-mail"), Channel.SMS: N_("SMS")}
STATES = {
    DeliveryState.WAITING: (N_("Waits"), ""),
    DeliveryState.SENDING: (N_("Being sent"), ""),
    DeliveryState.SENT: (N_("Sent"), "ok"),
    DeliveryState.FAILED: (N_("Failed"), "no"),
    DeliveryState.UNCERTAIN: (N_("Uncertain"), "warn"),
    DeliveryState.DROPPED: (N_("Needed no more"), ""),
}


@bp.get("/notices", endpoint="notices")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show what the reader should know, newest first."""
    with reading() as session:
        latest = telling.latest(session, actor().person_id or 0)
    shown = [(notice, sentence_of(notice)) for notice in latest]
    return render_template(
        "ecabinet/notices.html",
        notices=shown,
        unread=any(n.read_at is None for n in latest),
        may_read_deliveries=actor().may(Permission.READ_DELIVERIES),
    )


@bp.post("/notices/read")
@requires(SIGNED_IN)
def mark_read() -> ResponseReturnValue:
    """Mark all of the reader's notices as read."""
    with transaction() as session:
        telling.mark_read(session, actor().person_id or 0)
    return redirect(url_for("account.notices"))


@bp.post("/notices/preferences")
@requires(SIGNED_IN)
def prefer() -> ResponseReturnValue:
    """Keep how the reader wants to be reached."""
    phone = forms.text(request.form, "phone", _("Mobile number"), most=40, required=False)
    with transaction() as session:
        preferences.prefer(session, actor(), phone=phone, digest=forms.ticked(request.form, "digest"))
    return redirect(url_for("sign_in.account") + "#messages", HTTPStatus.SEE_OTHER)


@deliveries_bp.get("")
@requires(Permission.READ_DELIVERIES)
def listing() -> ResponseReturnValue:
    """Show what became of the messages to the people of the reader's bodies."""
    everything = request.args.get("show") == "all"
    page = forms.whole_number(request.args, "page", _("Page"), most=100_000) if "page" in request.args else 1
    with reading() as session:
        found = queries.listed(session, actor(), states=() if everything else TROUBLED, page=page)
    return render_template("ecabinet/deliveries.html", page=found, everything=everything)


@deliveries_bp.post("/<int:delivery_id>/again")
@requires(Permission.READ_DELIVERIES)
def send_again(delivery_id: int) -> ResponseReturnValue:
    """Have a message that failed, or may have, sent again."""
    with transaction() as session:
        sending_again.send_again(session, actor(), delivery_id)
    return redirect(local_path(request.form.get("back", ""), url_for("deliveries.listing")), HTTPStatus.SEE_OTHER)


def sentence_of(notice: Notice) -> str:
    """Return a notice as a sentence in the reader's language."""
    sentence: str = _(Sentence[notice.sentence].value, **notice.values)
    return sentence


@deliveries_bp.app_template_global()
def kind_name(kind: Kind) -> str:
    """Return the kind of a notice in the reader's language."""
    name: str = _(kind.value)
    return name


@deliveries_bp.app_template_global()
def way_name(channel: Channel) -> str:
    """Return a way out of the house in the reader's language."""
    name: str = _(CHANNELS[channel])
    return name


@deliveries_bp.app_template_global()
def delivery_state(state: DeliveryState) -> tuple[str, str]:
    """Return where a message stands in the reader's language, and how a pill shows it."""
    name, kind = STATES[state]
    return _(name), kind


@deliveries_bp.app_template_global()
def trouble_sentence(trouble: str) -> str:
    """Return what went wrong with a message in the reader's language."""
    name, _colon, code = trouble.partition(":")
    sentence: str = _(Trouble[name].value, code=code)
    return sentence
