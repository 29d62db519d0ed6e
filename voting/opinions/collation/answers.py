"""When each member answered, read from the entries of a box: never what."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from voting.entries import BALLOTS, EntryKind
from voting.models import RollEntry
from voting.opinions.collation.models import Standing


@dataclass(frozen=True)
class Times:
    """When a member first answered and when last, of the answers that were not taken back."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Answers:
    """The times of a box: by member, and the deadline that was first set."""

    times: dict[str, Times]
    deadline: datetime | None

    def of(self, line: RollEntry) -> Times | None:
        """Return when this member answered; None where they have not."""
        return self.times.get(str(line.membership_id))

    def standing(self, line: RollEntry) -> Standing:
        """Say where this member stands. Late is who first answered after the deadline that was first set, in time that an extension or the grace gave."""
        given = self.of(line)
        if line.recused:
            return Standing.RECUSED
        if given is None:
            return Standing.SILENT
        is_late = self.deadline is not None and given.first > self.deadline
        return Standing.LATE if is_late else Standing.ANSWERED


def answers_in(bodies: Iterable[bytes]) -> Answers:
    """Read the times of a box; an answer that a ruling withdrew or its member recalled is none."""
    entries = [json.loads(body) for body in bodies]
    withdrawn = {entry["entry"] for entry in entries if entry["type"] == EntryKind.WITHDRAWN}
    times: dict[str, Times] = {}
    for entry in entries:
        if entry["type"] == EntryKind.RECALLED:
            times.pop(entry["member"], None)
        elif entry["type"] in BALLOTS and entry["number"] not in withdrawn:
            at = datetime.fromisoformat(entry["at"])
            known = times.get(entry["member"])
            times[entry["member"]] = Times(known.first if known is not None else at, at)
    deadline = entries[0]["deadline"] if entries else None
    return Answers(times, datetime.fromisoformat(deadline) if deadline else None)
