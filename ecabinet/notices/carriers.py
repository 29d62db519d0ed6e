"""What carries a message out of the house: what it is given, and what it may answer."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ecabinet.refusals import N_


class Trouble(StrEnum):
    """What went wrong with a message, in words that repeat nothing of it."""

    NOT_REACHED = N_("The server could not be reached.")
    PUT_OFF = N_("The server put it off (answer %(code)s).")
    REFUSED = N_("The server refused it (answer %(code)s).")
    REDIRECTED = N_("The server pointed elsewhere, which is not followed (answer %(code)s).")
    NO_ANSWER = N_("The connection broke before the server had confirmed it.")
    BAD_ADDRESS = N_("Nothing can be sent to this address.")
    NOT_WRITTEN = N_("The file could not be written.")
    STOPPED = N_("The program stopped while it was being handed over.")
    BROKEN = N_("It could not be handed over; the log of the server says why.")


class Fate(StrEnum):
    """What becomes of a message that was not carried: tried again, given up, or nobody knows whether it went out."""

    AGAIN = "again"
    NEVER = "never"
    UNKNOWN = "unknown"


class NotCarried(Exception):  # noqa: N818 - the outbox says what becomes of it
    """A message that was not handed over, or perhaps was."""

    def __init__(self, trouble: Trouble, fate: Fate, code: int | None = None) -> None:
        super().__init__(trouble.name)
        self.fate = fate
        self.trouble = trouble.name if code is None else f"{trouble.name}:{code}"


@dataclass(frozen=True)
class Message:
    """One message as it leaves the house; the same key is the same message."""

    key: str
    recipient: str
    subject: str
    text: str


@dataclass(frozen=True)
class Carrier:
    """Hands a message over, or raises `NotCarried`. `is_idempotent`: the same message handed over twice arrives once."""

    carry: Callable[[Message], None]
    is_idempotent: bool


def into_folder(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole or not at all; the same name again is the same file."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = folder / f".{name}.unfinished"
        unfinished.write_bytes(content)
        unfinished.replace(folder / name)
    except OSError as error:
        raise NotCarried(Trouble.NOT_WRITTEN, Fate.AGAIN) from error
