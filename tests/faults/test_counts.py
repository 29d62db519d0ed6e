"""Three programs, written apart from one page, count the same random boxes in the same way."""

from dataclasses import replace

import pytest

from tests.faults.counts import count_three_times
from voting import rules
from voting.engine.result import Reference, Result
from voting.engine.rule import Rule
from voting.engine.vote import Vote

BOXES = 300
FEWER = 60


def test_application_checker_and_third_tally_count_random_boxes_alike() -> None:
    finding, outcomes = count_three_times(BOXES)
    assert finding.holds, finding
    assert outcomes.keys() >= {"pass", "fail", "no_quorum", "tie", "objected", "suspended", "counted", "annulled"}


def test_random_boxes_find_that_the_recused_are_left_in_every_base(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = rules.decide

    def forgetful(vote: Vote, rule: Rule, reference: Reference | None = None) -> Result:
        return decide(vote, replace(rule, recused_leave=frozenset()), reference)

    monkeypatch.setattr(rules, "decide", forgetful)
    finding, _outcomes = count_three_times(FEWER)
    assert finding.wrong, finding
