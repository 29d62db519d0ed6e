"""A ballot on its way and its receipt."""

import base64
from dataclasses import dataclass

from ecabinet.refusals import Refused
from voting.conduct import Reason

SIGNS_IN_A_GROUP = 4


@dataclass(frozen=True)
class Ballot:
    """What a member sends: the mark made on the tablet before the first try, the choice, and words."""

    cast_id: str
    choice: str
    text: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a member gets back: the ballot's place in the box, the choice, and a code to compare with the published box."""

    number: int
    choice: str
    code: str

    def as_json(self) -> dict[str, object]:
        """Return what the tablet is answered."""
        return {"number": self.number, "choice": self.choice, "code": self.code}


@dataclass(frozen=True)
class Line:
    """A member on the frozen roll, and whether a ballot of theirs is in the box."""

    person_id: int
    membership_id: int
    recused: bool
    has_voted: bool


@dataclass(frozen=True)
class Known:
    """A ballot that is in the box already."""

    person_id: int | None
    ballot: Ballot
    receipt: Receipt

    def matching(self, person_id: int | None, ballot: Ballot) -> Receipt:
        """Return the receipt again for the same ballot of the same person; refuse anything else under its mark."""
        if (person_id, ballot) != (self.person_id, self.ballot):
            raise Refused(Reason.SENT_BEFORE)
        return self.receipt


def code_of(leaf: str) -> str:
    """Return the short form of an entry's hash that a person can compare: 80 bits, sixteen signs in four groups."""
    signs = base64.b32encode(bytes.fromhex(leaf)[:10]).decode()
    return "-".join(signs[start : start + SIGNS_IN_A_GROUP] for start in range(0, len(signs), SIGNS_IN_A_GROUP))
