"""The words of block votes in the reader's language."""

from flask_babel import gettext as _

from ecabinet.refusals import N_
from voting.blocks.rules import BlockState

STATES = {
    BlockState.PREPARED: N_("In preparation"),
    BlockState.ARMED: N_("Shown, not open yet"),
    BlockState.OPEN: N_("Open for voting"),
    BlockState.CLOSED: N_("Voting closed"),
    BlockState.WITHDRAWN: N_("Withdrawn"),
}


def block_state(state: BlockState) -> str:
    """Name where a block stands."""
    return _(STATES[state])
