"""Receipts looked up later, and the proof that a box which a tablet saw before was only continued."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import actor, requires
from ecabinet.refusals import NotFound
from voting import service
from voting.proof import receipts

LONGEST_NUMBER = 9
bp = Blueprint("receipts", __name__, url_prefix="/questions")


@bp.get("/<int:question_id>/ballots/<int:number>/receipt")
@requires(Permission.READ_QUESTION)
def receipt(question_id: int, number: int) -> ResponseReturnValue:
    """Return the receipt of a ballot to whose it is, and of the opening and the closing entry to whoever reads the question."""
    with reading() as session:
        question = service.question_for(session, actor(), question_id, Permission.READ_QUESTION)
        receipts.check_may_look_up(session, actor(), question, number)
        return receipts.of_entry(session, question_id, number).as_json()


@bp.get("/<int:question_id>/consistency")
@requires(Permission.READ_QUESTION)
def consistency(question_id: int) -> ResponseReturnValue:
    """Return the proof that the box of one size was continued to another."""
    old_size, new_size = _size("from"), _size("to")
    with reading() as session:
        service.question_for(session, actor(), question_id, Permission.READ_QUESTION)
        return {"path": receipts.continuation(session, question_id, old_size, new_size)}


def _size(name: str) -> int:
    given = request.args.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise NotFound
    return int(given)
