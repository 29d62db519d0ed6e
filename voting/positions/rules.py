"""Where a member may stand on an item before it is called, and what makes an item contested: values in, a refusal or a value out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ecabinet.refusals import N_, Refused

LONGEST = 2000


class PositionKind(StrEnum):
    """Where a member stands on an item; `withdrawn` takes back what was said before."""

    NO_OBJECTION = "no_objection"
    COMMENT = "comment"
    OBJECT = "object"
    SPEAK = "speak"
    CONFLICT = "conflict"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a position is refused."""

    NO_VOTE_HERE = N_(
        "Only members with a vote in this body say where they stand. A deputy or a guest speaks in the room."
    )
    NO_DOSSIER = N_("This item has no dossier, so there is nothing to take a position on. Speak to the chair about it.")
    NOT_ON_AGENDA = N_("This item is no longer on the published agenda. Reload the page.")
    ITEM_CALLED = N_("“%(title)s” has been called or put to the vote. Say in the room where you stand.")
    NOT_OFFERED = N_("Choose one of the offered positions.")
    COMMENT_MISSING = N_("Write your comment, or choose “no objection”.")
    OBJECTION_MISSING = N_("Write in a few words what you object to.")
    CONFLICT_MISSING = N_("Write in a few words why you have a conflict of interest.")
    TOO_LONG = N_("Your text is too long: at most %(most)s characters.")
    CONFLICT_STANDS = N_(
        "You have a conflict of interest on this item, so you take no position on it. Only the secretariat can end it."
    )
    NOTHING_SAID = N_("There is nothing to take back: you have said nothing on this item.")
    NOTHING_CHOSEN = N_("There is no item left whose papers you have opened and on which you have said nothing.")
    NOT_READ = N_("Open the papers of “%(title)s” first, or say on the item itself where you stand.")
    SAID_MEANWHILE = N_("You have said meanwhile where you stand on “%(title)s”. Reload the page; nothing was changed.")


NEEDS_WORDS = {
    PositionKind.COMMENT: Reason.COMMENT_MISSING,
    PositionKind.OBJECT: Reason.OBJECTION_MISSING,
    PositionKind.CONFLICT: Reason.CONFLICT_MISSING,
}
OFFERED = (
    PositionKind.NO_OBJECTION,
    PositionKind.COMMENT,
    PositionKind.OBJECT,
    PositionKind.SPEAK,
    PositionKind.CONFLICT,
)
CONTESTS = frozenset({PositionKind.OBJECT, PositionKind.SPEAK})
# Consent is to the papers one had; what was said against an item stands until it is taken back.
HOLDS_FOR_NEWER_PAPERS = CONTESTS | {PositionKind.CONFLICT}


def check_words(kind: PositionKind, text: str) -> None:
    """Refuse a position that is not offered, one that needs words and has none, and too many words."""
    if kind not in OFFERED:
        raise Refused(Reason.NOT_OFFERED)
    if not text and kind in NEEDS_WORDS:
        raise Refused(NEEDS_WORDS[kind])
    if len(text) > LONGEST:
        raise Refused(Reason.TOO_LONG, most=LONGEST)


def words_kept(kind: PositionKind, text: str) -> str:
    """Return the words that are kept: a bare “no objection” has none."""
    return "" if kind is PositionKind.NO_OBJECTION else text


def check_may_say(*, title: str, has_vote: bool, has_dossier: bool, is_published: bool, is_open: bool) -> None:
    """Refuse a position of somebody without a vote, and on an item that is not published or was called."""
    if not has_vote:
        raise Refused(Reason.NO_VOTE_HERE)
    if not has_dossier:
        raise Refused(Reason.NO_DOSSIER)
    if not is_published:
        raise Refused(Reason.NOT_ON_AGENDA)
    if not is_open:
        raise Refused(Reason.ITEM_CALLED, title=title)


def check_rest(*, title: str, was_read: bool, has_said: bool) -> None:
    """Refuse to fill “no objection” in where the member has not opened every paper, or has said something already."""
    if has_said:
        raise Refused(Reason.SAID_MEANWHILE, title=title)
    if not was_read:
        raise Refused(Reason.NOT_READ, title=title)


def counting(kind: PositionKind | None, *, is_barred: bool, is_older: bool) -> PositionKind | None:
    """Return what a member's last word counts as now; None where they have said nothing that holds.

    `is_older`: it was said on papers that the agenda has replaced since.
    """
    if is_barred:
        return PositionKind.CONFLICT
    if kind in (None, PositionKind.WITHDRAWN, PositionKind.CONFLICT):  # a conflict that the secretariat has ended
        return None
    return None if is_older and kind not in HOLDS_FOR_NEWER_PAPERS else kind


@dataclass(frozen=True)
class Counts:
    """How many members stand where on one item; `silent` have said nothing that holds."""

    by_kind: Mapping[PositionKind, int]
    silent: int
    was_taken_out: bool = False  # of a block, by an objection

    @property
    def members(self) -> int:
        """How many members there are."""
        return sum(self.by_kind.values()) + self.silent

    @property
    def is_contested(self) -> bool:
        """Whether somebody objects or wishes to speak; a comment or a conflict of interest alone does not contest an item."""
        return self.was_taken_out or any(self.by_kind[kind] for kind in CONTESTS)


def count(kinds: Iterable[PositionKind | None], *, was_taken_out: bool = False) -> Counts:
    """Count where the members stand."""
    found = Counter(kinds)
    return Counts({kind: found[kind] for kind in OFFERED}, found[None], was_taken_out)
