"""The words of messages that leave the house: that something waits, and where to sign in. No title, no content, no classification."""

from collections import Counter
from collections.abc import Sequence

from ecabinet.notices.sentences import Kind
from ecabinet.refusals import N_
from ecabinet.translation import translated

SUBJECT = N_("Something waits for you in e-Cabinet")
TEXT = N_("Something waits for you in e-Cabinet. Sign in to see it: %(address)s")
DAY_SUBJECT = N_("What waits for you in e-Cabinet today")
DAY_TEXT = N_("So many things wait for you in e-Cabinet: %(number)s. Sign in to see them: %(address)s")


def of_one(language: str, home: str) -> tuple[str, str]:
    """Return subject and text of the message that says something waits."""
    return translated(language, SUBJECT), translated(language, TEXT) % {"address": home}


def of_a_day(language: str, home: str, kinds: Sequence[Kind]) -> tuple[str, str]:
    """Return subject and text of the one message of a day: how many things wait, and of which kind."""
    counted = Counter(kinds)
    lines = [f"{translated(language, kind)}: {counted[kind]}" for kind in Kind if counted[kind]]
    text = translated(language, DAY_TEXT) % {"number": len(kinds), "address": home}
    return translated(language, DAY_SUBJECT), "\n".join([text, "", *lines])
