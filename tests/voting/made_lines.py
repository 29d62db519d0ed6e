"""Votes as they are written for `./run tally`, and what is answered."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from voting.engine.vote_line import answer

Roll = Mapping[str, object] | Iterable[str]


def answered(rule: object, electorate: Roll, **entries: object) -> dict[str, Any]:
    """Decide a vote; the roll may be a text of one-letter names."""
    roll = electorate if isinstance(electorate, Mapping) else {member: {} for member in electorate}
    line = {"vote_id": "v", "rule": rule, "electorate": roll, **entries}
    return answer(json.dumps(line).encode())


def outcome(rule: object, electorate: Roll, **entries: object) -> str:
    """Return the outcome of a vote, or `error`."""
    return str(answered(rule, electorate, **entries).get("outcome", "error"))


def error(rule: object, electorate: Roll, **entries: object) -> str:
    """Return the error of a vote."""
    return str(answered(rule, electorate, **entries)["error"])


def ballots(**members: str) -> dict[str, str]:
    """Return ballots by choice, of members with one-letter names: `ballots(yes="abc", no="d")`."""
    return {member: choice for choice, named in members.items() for member in named}
