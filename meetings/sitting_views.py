"""The controls of a running meeting."""

from flask.typing import ResponseReturnValue

from ecabinet.access import Permission
from ecabinet.database import transaction
from ecabinet.gate import actor, requires
from meetings import sitting
from meetings.blueprint import bp, to_meeting


@bp.post("/meetings/<int:meeting_id>/start")
@requires(Permission.CONDUCT_MEETING)
def start(meeting_id: int) -> ResponseReturnValue:
    """Start the meeting."""
    with transaction() as session:
        sitting.start(session, actor(), meeting_id)
    return to_meeting(meeting_id)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/call")
@requires(Permission.CONDUCT_MEETING)
def call_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Call an item."""
    with transaction() as session:
        sitting.call_item(session, actor(), item_id)
    return to_meeting(meeting_id)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/done")
@requires(Permission.CONDUCT_MEETING)
def item_done(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Mark the current item as done."""
    with transaction() as session:
        sitting.item_done(session, actor(), item_id)
    return to_meeting(meeting_id)
