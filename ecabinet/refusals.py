"""The one way to say no: a closed set of reasons, each a sentence that the person asking can read and act on."""

from enum import StrEnum


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext extraction knows
    """Mark a sentence for translation and return it unchanged."""
    return sentence


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A command that was understood and is not allowed now.

    `reason` is a member of a package's `Reason`; its value is the English sentence, with `%(name)s` placeholders that `values` fill.
    """

    def __init__(self, reason: StrEnum, **values: object) -> None:
        """Refuse for this reason."""
        super().__init__(reason.name)
        self.reason = reason
        self.values = values


class NotFound(Exception):  # noqa: N818
    """There is no such thing, or the actor may not know that there is."""


class Forbidden(Exception):  # noqa: N818
    """The actor's roles do not carry this permission."""


class StepUpNeeded(Exception):  # noqa: N818
    """The actor is signed in, but must show a second factor again before this command."""
