"""What people read for the closed sets of words of this package."""

from flask_babel import gettext as _

from outcomes.rules import DecisionKind


def kind_name(kind: DecisionKind) -> str:
    """Return what became of a matter, in the reader's language."""
    return {
        DecisionKind.ADOPTED: _("Adopted"),
        DecisionKind.ADOPTED_WITHOUT_VOTE: _("Adopted without a vote"),
        DecisionKind.ADOPTED_WITH_CHANGES: _("Adopted with changes"),
        DecisionKind.NOT_ADOPTED: _("Not adopted"),
        DecisionKind.DEFERRED: _("Deferred"),
        DecisionKind.WITHDRAWN: _("Withdrawn"),
        DecisionKind.NOTED: _("Noted"),
        DecisionKind.REPORTED: _("Reported decision"),
    }[kind]
