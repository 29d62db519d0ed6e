"""Who may draft a member's answer, and when; without a database."""

from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.conduct import LONGEST_OPINION

LONGEST_NOTE = 2000


class Reason(StrEnum):
    """Why a draft or a comment on it is refused."""

    NOT_OPEN = N_("Answers to this question are not taken now, so there is nothing to draft. What was drafted stays.")
    NEWER_DRAFT = N_(
        "%(person)s has saved a newer draft meanwhile. Nothing of yours was saved; your text still stands in the form. Open the newer draft in another window, then save again."
    )
    NOTHING_WRITTEN = N_("Choose an answer or write some words first.")
    TOO_LONG = N_("A text of the draft is too long: at most %(most)s characters each.")
    NOT_OFFERED = N_("Choose one of the offered answers, or none.")
    COMMENT_MISSING = N_("Write your comment first.")


def check_open(*, is_open: bool) -> None:
    """Refuse to draft what can no longer be sent."""
    if not is_open:
        raise Refused(Reason.NOT_OPEN)


def check_newest(*, based_on: int, newest: int, by: str) -> None:
    """Refuse to write over a draft that the writer has not seen."""
    if based_on != newest:
        raise Refused(Reason.NEWER_DRAFT, person=by)


def check_draft(*, choice: str, options: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Refuse a draft that says nothing, more than an answer can, or something that is not offered; an unfinished one is fine."""
    if choice and choice not in options:
        raise Refused(Reason.NOT_OFFERED)
    if not choice and not any(texts):
        raise Refused(Reason.NOTHING_WRITTEN)
    if any(len(text) > LONGEST_OPINION for text in texts):
        raise Refused(Reason.TOO_LONG, most=LONGEST_OPINION)


def check_comment(text: str) -> None:
    """Refuse a comment without words."""
    if not text:
        raise Refused(Reason.COMMENT_MISSING)
