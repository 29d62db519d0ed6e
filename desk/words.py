"""The closed sets of words that the desk's templates ask for, in the reader's language."""

from collections.abc import Callable

from ecabinet.notices.views import sentence_of
from meetings import words
from outcomes.words import kind_name

GLOBALS: dict[str, Callable[..., str]] = {
    "item_kind_name": words.item_kind,
    "item_state_name": words.item_state,
    "meeting_state_name": words.meeting_state,
    "decision_kind_name": kind_name,
    "notice_sentence": sentence_of,
}
