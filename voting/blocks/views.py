"""The pages of block votes: the chair's view of what is contested, the block itself, its one ballot."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet import forms, news
from ecabinet.access import Permission
from ecabinet.answers import sentence_of
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import N_, Refused
from meetings import service as meetings
from voting.blocks import casting, queries, rules, saving, service
from voting.blocks.casting import Answer, BlockBallot
from voting.blocks.rules import Reason
from voting.blocks.words import block_state
from voting.positions import queries as positions

bp = Blueprint("blocks", __name__)
bp.add_app_template_global(block_state, "block_state")

NOT_OPEN_TO_YOU = N_("This item is not open to you, so that you have no ballot on it.")


@bp.get("/meetings/<int:meeting_id>/block")
@requires(Permission.READ_POSITIONS)
def overview(meeting_id: int) -> ResponseReturnValue:
    """Show what is contested and what is not, and offer a block of the uncontested items."""
    with reading() as session:
        number = news.last_number(session, meetings.stream_of(meeting_id))
        return render_template("voting/block_overview.html", number=number, **_overview(session, meeting_id))


@bp.get("/meetings/<int:meeting_id>/block/content")
@requires(Permission.READ_POSITIONS)
def overview_part(meeting_id: int) -> ResponseReturnValue:
    """Return the same without the page around it."""
    with reading() as session:
        return render_template("voting/_block_overview.html", **_overview(session, meeting_id))


@bp.post("/meetings/<int:meeting_id>/block")
@requires(Permission.PREPARE_BLOCK)
def prepare(meeting_id: int) -> ResponseReturnValue:
    """Prepare a block of the items that were chosen."""
    chosen = request.form.getlist("item")[: rules.MOST_ITEMS + 1]
    items = [forms.whole_number({"item": each}, "item", _("Agenda item")) for each in chosen]
    with transaction() as session:
        block = service.prepare(session, actor(), meeting_id, items)
        address = url_for("blocks.page", block_id=block.id)
    return redirect(address)


@bp.get("/blocks/<int:block_id>")
@requires(Permission.READ_QUESTION)
def page(block_id: int) -> ResponseReturnValue:
    """Show a block: its items, where it stands, what came of each."""
    with reading() as session:
        shown = queries.panel(session, actor(), block_id)
        meeting = meetings.meeting_for(session, actor(), shown.meeting_id, Permission.READ_MEETING)
        number = news.last_number(session, meetings.stream_of(meeting.id))
        return render_template("voting/block.html", block=shown, meeting=meeting, number=number)


@bp.get("/blocks/<int:block_id>/panel")
@requires(Permission.READ_QUESTION)
def panel(block_id: int) -> ResponseReturnValue:
    """Return the panel of a block for the live page."""
    with reading() as session:
        shown = queries.panel(session, actor(), block_id)
    return render_template("voting/_block.html", block=shown)


@bp.post("/blocks/<int:block_id>/ballots")
@requires(Permission.CAST_BALLOT)
def cast(block_id: int) -> ResponseReturnValue:
    """Cast the signed-in member's ballots on every item of a block; answered only after their commit."""
    answers = casting.cast(actor(), block_id, _ballot())
    return {
        "ballots": [
            {"question": each.question_id, "item": each.item_id, **each.receipt.as_json()}
            for each in answers
            if each.receipt is not None
        ],
        "refused": [_refusal(each) for each in answers if each.receipt is None],
    }, 201


@bp.post("/blocks/<int:block_id>/arm")
@requires(Permission.CONDUCT_QUESTION)
def arm(block_id: int) -> ResponseReturnValue:
    """Show the block on the tablets."""
    with transaction() as session:
        service.arm(session, actor(), block_id)
    return _to(block_id)


@bp.post("/blocks/<int:block_id>/open")
@requires(Permission.CONDUCT_QUESTION)
def open_block(block_id: int) -> ResponseReturnValue:
    """Open voting on every item of the block."""
    with transaction() as session:
        service.open_block(session, actor(), block_id)
    return _to(block_id)


@bp.post("/blocks/<int:block_id>/items/<int:item_id>/object")
@requires(Permission.CAST_BALLOT)
def object_to(block_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item out of the block by an objection."""
    reason = forms.text(request.form, "reason", _("Reason"), most=rules.LONGEST_REASON, required=False)
    with transaction() as session:
        service.object_to(session, actor(), block_id, item_id, reason)
    return _to(block_id)


@bp.post("/blocks/<int:block_id>/items/<int:item_id>/leave-out")
@requires(Permission.PREPARE_BLOCK)
def leave_out(block_id: int, item_id: int) -> ResponseReturnValue:
    """Leave an item out of the block as an official."""
    with transaction() as session:
        service.leave_out(session, actor(), block_id, item_id)
    return _to(block_id)


@bp.post("/blocks/<int:block_id>/withdraw")
@requires(Permission.PREPARE_BLOCK)
def withdraw(block_id: int) -> ResponseReturnValue:
    """Take back a block that was not opened."""
    with transaction() as session:
        block = service.withdraw(session, actor(), block_id)
        address = url_for("blocks.overview", meeting_id=block.meeting_id)
    return redirect(address)


def _overview(session: Session, meeting_id: int) -> dict[str, object]:
    reader = actor()
    found = positions.overview(session, reader, meeting_id)
    blocks = queries.blocks_of(session, reader, found.meeting)
    return {
        "page": found,
        "candidates": service.candidates(session, reader, found.meeting),
        "blocks": blocks,
        "saved": saving.together(session, blocks),
    }


def _ballot() -> BlockBallot:
    """Read what the tablet sent; nonsense is refused like any other ballot that cannot be told from another."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or any(
        not isinstance(sent.get(name), str | None) for name in ("mark", "choice", "member")
    ):
        raise Refused(Reason.NO_MARK)
    seen = sent.get("seen")
    if not isinstance(seen, dict | None) or any(not isinstance(value, str) for value in (seen or {}).values()):
        raise Refused(Reason.NO_MARK)
    return BlockBallot(
        mark=forms.text(sent, "mark", _("Mark"), most=64, required=False),
        choice=forms.text(sent, "choice", _("Answer"), most=40, required=False),
        member=forms.text(sent, "member", _("Member"), most=20, required=False) or None,
        seen=seen,
    )


def _refusal(answer: Answer) -> dict[str, object]:
    refusal = answer.refusal
    return {
        "question": answer.question_id,
        "item": answer.item_id,
        "error": refusal.reason.name if refusal is not None else "NOT_FOUND",
        "message": sentence_of(refusal) if refusal is not None else _(NOT_OPEN_TO_YOU),
    }


def _to(block_id: int) -> ResponseReturnValue:
    return redirect(url_for("blocks.page", block_id=block_id))
