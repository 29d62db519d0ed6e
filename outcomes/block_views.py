"""Closing a block vote and declaring what passed in it."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import transaction
from ecabinet.gate import actor, requires
from outcomes import blocks
from outcomes.rules import DecisionKind
from outcomes.words import kind_name

bp = Blueprint("block_outcomes", __name__, url_prefix="/blocks")

LONGEST = 10_000


@bp.post("/<int:block_id>/close")
@requires(Permission.CONDUCT_QUESTION)
def close(block_id: int) -> ResponseReturnValue:
    """Close an open block."""
    with transaction() as session:
        blocks.close(session, actor(), block_id)
    return redirect(url_for("blocks.page", block_id=block_id))


@bp.post("/<int:block_id>/declare")
@requires(Permission.DECLARE_OUTCOME)
def declare(block_id: int) -> ResponseReturnValue:
    """Declare everything that passed in a closed block."""
    remark = forms.text(request.form, "remark", _("Remark"), most=LONGEST, required=False)
    with transaction() as session:
        blocks.declare(session, actor(), block_id, kind_shown=kind_name(DecisionKind.ADOPTED), remark=remark)
    return redirect(url_for("blocks.page", block_id=block_id))
