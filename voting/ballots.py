"""A ballot on its way and its receipt."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from ecabinet.refusals import Refused
from voting.conduct import Reason

SIGNS_IN_A_GROUP = 4


@dataclass(frozen=True)
class Ballot:
    """What a member sends: the mark made on the tablet before the first try, the choice, and words.

    `discuss`: whether the member asks that the matter be discussed in a meeting. `reserved`: an opinion kept on record beside the choice.
    `member`: the membership whose ballot it is, the sender's own where nothing is said. `seen`: the hash of what the page showed.
    `assertion`: what a passkey signed for this very ballot. `in_block`: whether it is one of the ballots of a vote on a whole block.
    """

    cast_id: str
    choice: str
    text: str = ""
    member: str | None = None
    seen: str = field(default="", compare=False)
    assertion: Mapping[str, object] | None = field(default=None, compare=False)
    discuss: bool = False
    reserved: str = ""
    in_block: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Receipt:
    """What a member gets back: the entry, that it is in the tree of a signed checkpoint, and a code to compare with the published box."""

    number: int
    choice: str
    code: str
    entry: str
    checkpoint: str
    path: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return what the tablet is answered."""
        return {
            "number": self.number,
            "choice": self.choice,
            "code": self.code,
            "entry": self.entry,
            "checkpoint": self.checkpoint,
            "path": list(self.path),
        }


@dataclass(frozen=True)
class Line:
    """A member on the frozen roll, who casts for them, and whether a ballot of theirs stands in the box."""

    person_id: int
    membership_id: int
    recused: bool
    has_voted: bool
    proxy: str | None = None

    @property
    def member(self) -> str:
        """The member as the entries name them."""
        return str(self.membership_id)


@dataclass(frozen=True)
class Known:
    """A ballot that is in the box already, or (without a choice) the recall of one."""

    person_id: int | None
    ballot: Ballot
    number: int
    is_recall: bool = False

    def matching(self, person_id: int | None, ballot: Ballot) -> int:
        """Return the number again for the same ballot of the same sender; refuse anything else under its mark."""
        return self._same(person_id, ballot, is_recall=False)

    def matching_recall(self, person_id: int | None, ballot: Ballot) -> int:
        """Return the number again for the same recall of the same sender; refuse anything else under its mark."""
        return self._same(person_id, ballot, is_recall=True)

    def _same(self, person_id: int | None, ballot: Ballot, *, is_recall: bool) -> int:
        if (person_id, ballot, is_recall) != (self.person_id, self.ballot, self.is_recall):
            raise Refused(Reason.SENT_BEFORE)
        return self.number


def code_of(leaf: str) -> str:
    """Return the short form of an entry's hash that a person can compare: 80 bits, sixteen signs in four groups."""
    signs = base64.b32encode(bytes.fromhex(leaf)[:10]).decode()
    return "-".join(signs[start : start + SIGNS_IN_A_GROUP] for start in range(0, len(signs), SIGNS_IN_A_GROUP))
