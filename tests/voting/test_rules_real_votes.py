"""Real votes with independently recorded outcomes."""

import json
from pathlib import Path
from typing import Any

import pytest

from voting.engine.rule import Choice
from voting.engine.rule_book import rule_named
from voting.engine.vote import Vote
from voting.rules import Outcome, decide

VOTES = Path(__file__).parents[2].parent / "shared" / "data" / "votes"


def recorded(name: str) -> list[dict[str, Any]]:
    path = VOTES / name
    if not path.exists():
        pytest.skip(f"the collection of real votes is not here: {name}")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_city_assembly_decides_by_the_majority_of_all_its_members() -> None:
    plain = rule_named("plain/majority_of_all").rule
    differences = []
    for each in recorded("brno.jsonl"):
        ballots = {member: Choice(choice) for member, choice in each["ballots"].items()}
        counted = decide(Vote(tuple(ballots), ballots), plain).outcome
        if (counted is Outcome.PASS) is not (each["recorded_outcome"] == "pass"):
            differences.append((each["vote_id"], counted, each["recorded_outcome"]))
    assert differences == []


def test_the_first_paperless_session_of_the_government_of_viet_nam() -> None:
    (each,) = recorded("vietnam_cabinet.jsonl")
    ballots = {f"{choice}-{n}": Choice(choice) for choice, count in each["counts"].items() for n in range(count)}
    assert len(ballots) == each["n_members"]
    decided = decide(Vote(tuple(ballots), ballots), rule_named("viet_nam/meeting").rule)
    assert (decided.outcome, decided.figures.yes) == (Outcome.PASS, 25)
