"""Real votes with independently recorded outcomes, put into the form of `./run tally`: one function a source."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from voting.engine.vote_line import answer

VOTES = Path(__file__).parents[2].parent / "shared" / "data" / "votes"
DEPUTIES = 200
CHAMBER = {82: "resolution", 101: "majority_of_all", 120: "constitutional"}
SECURITY_COUNCIL = {"unsc_7_of_11_veto": "substance_before_1966", "unsc_9_of_15_veto": "substance"}


@dataclass(frozen=True)
class RealVote:
    """A vote as a line for the engine, and the outcome its source has recorded."""

    line: Mapping[str, Any]
    recorded: str

    @property
    def vote_id(self) -> str:
        """The source's own name of the vote."""
        return str(self.line["vote_id"])


@dataclass(frozen=True)
class Compared:
    """A source held against the engine: how many votes, and the outcome of each where it is another than the recorded one."""

    votes: int
    differing: Mapping[str, str]


def outcome_of(line: Mapping[str, Any]) -> str:
    """Decide a line; an error is an outcome of its own."""
    return str(answer(json.dumps(line).encode()).get("outcome", "error"))


def compared(votes: Iterable[RealVote]) -> Compared:
    """Hold recorded outcomes, which are pass or fail, against those of the engine: all but pass count as fail, an error as neither."""
    found = [(vote, outcome_of(vote.line)) for vote in votes]
    return Compared(
        len(found), {vote.vote_id: outcome for vote, outcome in found if _recorded_as(outcome) != vote.recorded}
    )


def _recorded_as(outcome: str) -> str:
    return outcome if outcome in ("pass", "error") else "fail"


def under(rule: object, votes: Iterable[RealVote]) -> Iterator[RealVote]:
    """The same votes under another rule."""
    return (RealVote({**vote.line, "rule": rule}, vote.recorded) for vote in votes)


def recorded(name: str) -> list[dict[str, Any]]:
    """Read a source; skip the test where the collection is not there."""
    path = VOTES / name
    if not path.exists():
        pytest.skip(f"the collection of real votes is not here: {name}")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def brno() -> Iterator[RealVote]:
    """City assembly of Brno: each member's ballot, the absent too."""
    for each in recorded("brno.jsonl"):
        yield RealVote(
            {
                "vote_id": each["vote_id"],
                "rule": "czech_municipality/resolution",
                "electorate": {member: {} for member in each["ballots"]},
                "ballots": each["ballots"],
            },
            each["recorded_outcome"],
        )


def czech_chamber() -> Iterator[RealVote]:
    """Czech Chamber of Deputies: counts; who was registered present is given, who did not press a key did not vote.

    Where the record's threshold is not that of those present, it says which majority the Constitution asked for.
    """
    for each in recorded("cz_chamber_counts.jsonl"):
        counts = {key: each["counts"][key] for key in ("yes", "no", "abstain")}
        shown = each["threshold_shown"] if each["rule"] == "shown_threshold" else 82
        yield RealVote(
            {
                "vote_id": each["vote_id"],
                "rule": f"czech_chamber/{CHAMBER[shown]}",
                "electorate": {"size": DEPUTIES},
                "counts": {
                    **counts,
                    "present_not_voting": each["counts"]["not_voting"],
                    "present": each["n_present"],
                },
            },
            each["recorded_outcome"],
        )


def swiss() -> Iterator[RealVote]:
    """Swiss people and cantons: the people as a tally, the cantons as members with a weight of one or a half."""
    for each in recorded("swiss_double_majority.jsonl"):
        people = {"yes": each["people_yes"], "no": each["people_no"], "total": each["people_yes"] + each["people_no"]}
        rule = "people" if each["rule"] == "people_only" else "people_and_cantons"
        yield RealVote(
            {
                "vote_id": each["vote_id"],
                "rule": f"swiss_popular_vote/{rule}",
                "electorate": {canton: {"cantons": str(each["weights"].get(canton, 1))} for canton in each["ballots"]},
                "ballots": each["ballots"],
                "tallies": {"people": {key: str(amount) for key, amount in people.items()}},
            },
            each["recorded_outcome"],
        )


def security_council() -> Iterator[RealVote]:
    """UN Security Council, failed drafts: who took no part is not named in the source and stands in the roll as a number."""
    for each in recorded("unsc_failed_drafts.jsonl"):
        members = [*each["ballots"], *each["veto_holders"]]
        nameless = [f"not named {n}" for n in range(each["n_members"] - len(set(members)))]
        yield RealVote(
            {
                "vote_id": each["vote_id"],
                "rule": f"un_security_council/{SECURITY_COUNCIL[each['rule']]}",
                "electorate": {member: {} for member in [*members, *nameless]},
                "ballots": each["ballots"],
                "veto_holders": each["veto_holders"],
            },
            each["recorded_outcome"],
        )


def viet_nam() -> Iterator[RealVote]:
    """First paperless session of the Government of Viet Nam: counts."""
    for each in recorded("vietnam_cabinet.jsonl"):
        line = {
            "vote_id": each["vote_id"],
            "rule": "viet_nam/meeting",
            "electorate": {"size": each["n_members"]},
            "counts": each["counts"],
        }
        yield RealVote(line, each["recorded_outcome"])


def edge_cases() -> Iterator[RealVote]:
    """Cases at the edge, each with its rule and whatever the source says of it in words of its own."""
    for each in recorded("edge_cases.jsonl"):
        yield RealVote({"vote_id": each["id"], **_edge(each)}, each["expected"])


def _edge(each: Mapping[str, Any]) -> dict[str, object]:
    said = {key: count for key, count in each.get("counts", {}).items() if key in PLAIN}
    line: dict[str, object] = {"electorate": {"size": each.get("n_members", each.get("present"))}, "counts": said}
    if "yes_population_pct" in each:
        share = each["yes_population_pct"]
        line["tallies"] = {"population": {"yes": str(share), "no": str(100 - share), "total": "100"}}
    return {key: value for key, value in {**line, **EDGES[each["id"]]}.items() if value is not None}


PLAIN = ("yes", "no", "abstain", "absent")
PRIME_MINISTER_YES = {"role_ballots": {"prime_minister": "yes"}}
SEVENTEEN = [f"member {n}" for n in range(17)]
TEN_AWAY = [f"away {n}" for n in range(10)]
QUORUM_ELEVEN = {
    "criteria": [{"measure": "heads", "base": "cast", "fraction": "1/2", "strict": True}],
    "quorum": {"at_least": 11},
    "recused_leave": ["present", "entitled"],
}

EDGES: dict[str, dict[str, object]] = {
    "vn-tie-pm-yes": {"rule": "viet_nam/meeting", **PRIME_MINISTER_YES},
    "vn-tie-pm-no": {"rule": "viet_nam/meeting", "role_ballots": {"prime_minister": "no"}},
    "vn-plurality-not-enough": {"rule": "viet_nam/meeting"},
    "vn-not-a-tie": {"rule": "viet_nam/meeting", **PRIME_MINISTER_YES},
    "vn-form-silence": {
        "rule": "viet_nam/opinion_form",
        "counts": {"yes": 9, "no": 6, "silent": 12},
        "deadline_passed": True,
    },
    "vn-form-early-close": {"rule": "viet_nam/opinion_form", "deadline_passed": False},
    "vn-deputy-attends": {
        "rule": "viet_nam/meeting",
        "electorate": {member: {} for member in [*SEVENTEEN, *TEN_AWAY]},
        "counts": None,
        "ballots": dict.fromkeys(SEVENTEEN, "yes"),
        "substitutes": TEN_AWAY[:4],
    },
    "ch-3-2-2": {"rule": "swiss_federal_council/decision"},
    "ch-2-1-4": {"rule": "swiss_federal_council/decision"},
    "ch-2-2-chair": {"rule": "swiss_federal_council/decision", "role_ballots": {"chair": "yes"}},
    "ch-election-tie": {"rule": "swiss_federal_council/election"},
    "eu-unanimity-abstain": {"rule": "eu_council/unanimity"},
    "eu-unanimity-absent": {"rule": "eu_council/unanimity", "counts": {"yes": 25, "absent": 2}},
    "eu-qmv-14": {"rule": "eu_council/qualified"},
    "eu-qmv-blocking3": {"rule": "eu_council/qualified"},
    "eu-qmv-abstain": {"rule": "eu_council/qualified"},
    "eu-simple-13": {"rule": "eu_council/simple"},
    "eu-proxy-two": {
        "rule": "eu_council/simple",
        "electorate": {"A": {}, "B": {}, "C": {}},
        "counts": None,
        "ballots": {"A": "yes", "B": "yes", "C": "yes"},
        "proxies": {"A": "C", "B": "C"},
    },
    "unsc-8-0-7": {"rule": "un_security_council/substance"},
    "unsc-14-1-0-us": {"rule": "un_security_council/substance", "vetoes": ["United States"]},
    "unsc-procedural": {"rule": "un_security_council/procedure", "vetoes": ["one", "two", "three"]},
    "unsc-p5-abstain": {"rule": "un_security_council/substance"},
    "ronr-1-0-20": {"rule": QUORUM_ELEVEN},
    "ronr-majority-present": {"rule": "roberts_rules/majority_of_present"},
    "cz-quorum": {"rule": "czech_chamber/resolution", "counts": {"yes": 53, "abstain": 4, "present": 58}},
    "nyc-land-use": {"rule": "plain/majority_of_all"},
}
