"""The words of positions in the reader's language."""

from flask_babel import gettext as _

from ecabinet.refusals import N_
from voting.positions.rules import PositionKind

KINDS = {
    PositionKind.NO_OBJECTION: N_("No objection"),
    PositionKind.COMMENT: N_("No objection, with a comment"),
    PositionKind.OBJECT: N_("Objection"),
    PositionKind.SPEAK: N_("Wishes to speak"),
    PositionKind.CONFLICT: N_("Conflict of interest"),
    PositionKind.WITHDRAWN: N_("Position taken back"),
}
SILENT = N_("Nothing said yet")


def position_name(kind: PositionKind | None) -> str:
    """Name a position; none is somebody who has said nothing."""
    return _(SILENT) if kind is None else _(KINDS[kind])
