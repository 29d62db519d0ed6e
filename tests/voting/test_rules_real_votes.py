"""Real votes with independently recorded outcomes: how many, and which differ. `docs/votes-compared.md` says why; its figures are held here."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.voting.real_votes import (
    EDGES,
    RealVote,
    brno,
    compared,
    czech_chamber,
    edge_cases,
    outcome_of,
    recorded,
    security_council,
    swiss,
    under,
    viet_nam,
)
from voting.engine.vote_line import answer

DOCUMENT = Path(__file__).parents[2] / "docs" / "votes-compared.md"
IMPOSSIBLE = "czpsp-78694"  # more deputies counted than the Chamber has
# What the source says in its own words, where that is no outcome of the engine.
IN_OTHER_WORDS = {
    "vn-plurality-not-enough": ("fail", "no_quorum"),
    "vn-not-a-tie": ("undefined-in-text", "fail"),
    "vn-deputy-attends": ("no quorum", "no_quorum"),
    "eu-proxy-two": ("reject second", "error"),
    "cz-quorum": ("fail", "no_quorum"),
}
VOTES_CAST = {"measure": "heads", "base": "cast", "fraction": "1/2", "strict": True}


@pytest.mark.parametrize(
    ("source", "votes", "differing"),
    [
        (brno, 1113, {}),
        (czech_chamber, 1391, {IMPOSSIBLE: "error"}),
        (swiss, 682, {}),
        (security_council, 53, {}),
        (viet_nam, 1, {}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_recorded_vote_comes_out_as_recorded_but_those_that_differ_by_name(
    source: Callable[[], Iterator[RealVote]], votes: int, differing: dict[str, str]
) -> None:
    found = compared(source())
    assert (found.votes, found.differing) == (votes, differing)


def test_every_case_at_the_edge_comes_out_as_its_source_expects() -> None:
    cases = list(edge_cases())
    assert {case.vote_id for case in cases} == set(EDGES)
    assert len(cases) == 26
    found = {case.vote_id: (case.recorded, outcome_of(case.line)) for case in cases}
    assert {case: both for case, both in found.items() if len(set(both)) == 2} == IN_OTHER_WORDS


def test_the_one_vote_that_cannot_be_decided_counts_more_deputies_than_there_are() -> None:
    (vote,) = (vote for vote in czech_chamber() if vote.vote_id == IMPOSSIBLE)
    counts = vote.line["counts"]
    assert sum(counts[choice] for choice in ("yes", "no", "abstain", "present_not_voting")) == 350
    assert counts["yes"] + counts["no"] == counts["present"] == 184
    assert outcome_of({**vote.line, "counts": {**counts, "abstain": 0}}) == vote.recorded == "fail"


def test_where_the_sources_contradict_themselves() -> None:
    chamber = recorded("cz_chamber_counts.jsonl")
    elsewhere = {each["vote_id"] for each in chamber if sum(each["counts"].values()) != each["n_present"]}
    assert elsewhere == {IMPOSSIBLE, "czpsp-81709"}
    council = recorded("unsc_failed_drafts.jsonl")
    incomplete = {
        each["vote_id"]: each["n_members"] - len(each["ballots"])
        for each in council
        if len(each["ballots"]) != each["n_members"]
    }
    assert incomplete == {"unsc-fail-05": 1, "unsc-fail-15": 7}
    assert sum(each["declared_invalid"] for each in chamber) == 89


def test_votes_cast_in_place_of_the_right_base_let_pass_what_failed() -> None:
    """The quorum stays as it is; only those of whom a majority is needed are others."""
    assembly = under({"criteria": [VOTES_CAST], "quorum": {"fraction": "1/2", "strict": True}}, map(in_numbers, brno()))
    wrong = compared(assembly).differing
    assert (len(wrong), set(wrong.values())) == (36, {"pass"})
    chamber = under({"criteria": [VOTES_CAST], "quorum": {"fraction": "1/3"}}, czech_chamber())
    wrong = compared(chamber).differing
    assert Counter(wrong.values()) == {"pass": 191, "error": 1}
    assert sum(vote.recorded == "fail" for vote in brno()) == 41
    assert sum(vote.recorded == "fail" for vote in czech_chamber()) == 643


def test_people_and_cantons_disagree_now_and_then() -> None:
    of_people_alone = compared(under("swiss_popular_vote/people", swiss()))
    assert len(of_people_alone.differing) == 10
    double = [vote for vote in swiss() if vote.line["rule"].endswith("people_and_cantons")]
    assert len(double) == 473


def test_the_first_paperless_session_of_viet_nam_passes_with_twenty_five_of_twenty_seven() -> None:
    (vote,) = viet_nam()
    line = answer(json.dumps(vote.line).encode())
    assert line["outcome"] == "pass"
    assert str(line["why"]).startswith("25 of 27 members approved; more than half of all 27 was needed, that is 14;")


def test_the_document_has_these_figures() -> None:
    said = DOCUMENT.read_text("utf-8")
    for figure in ("1,113", "1,391", "682", "53", "26", "1,390", "36 of 1,113", "191 of 1,390", IMPOSSIBLE):
        assert figure in said
    for case in IN_OTHER_WORDS:
        assert case in said


def in_numbers(vote: RealVote) -> RealVote:
    """The same vote without names."""
    heads = Counter(vote.line["ballots"].values())
    line = {key: vote.line[key] for key in ("vote_id", "rule")}
    return RealVote({**line, "electorate": {"size": heads.total()}, "counts": dict(heads)}, vote.recorded)
