"""`./run tally`: a vote a line in, an answer a line out; what is wrong is named, and the other lines are decided all the same."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.voting.made_lines import answered, ballots, error, outcome
from voting import tally_file
from voting.engine.vote_line import answer

HALF: dict[str, Any] = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
MAJORITY = {"criteria": [HALF]}
ONE = {"min_yes": 1}
GOOD = {"vote_id": "one", "rule": "plain/majority_of_all", "electorate": {"a": {}}, "ballots": {"a": "yes"}}
ROOT = Path(__file__).parents[2]


def said_of(text: str) -> dict[str, Any]:
    return answer(text.encode())


def test_an_answer_has_the_outcome_the_figures_and_the_reasons_in_english() -> None:
    said = said_of(json.dumps({**GOOD, "rule": "viet_nam/meeting"}))
    assert list(said) == ["vote_id", "outcome", "figures", "why"]
    assert said["why"].startswith(
        "1 of 1 members approved; more than half of all 1 was needed, that is 1; quorum 1, present 1;"
    )
    assert "191/2026/NĐ-CP" in said["why"]


def test_a_rule_may_be_named_or_written_out() -> None:
    assert outcome("plain/majority_of_all", "abc", ballots=ballots(yes="ab")) == "pass"
    assert outcome(MAJORITY, "abc", ballots=ballots(yes="ab")) == "pass"
    assert "“plain/acclamation”" in error("plain/acclamation", "abc")


@pytest.mark.parametrize("missing", ["rule", "electorate"])
def test_a_vote_says_its_rule_and_its_roll(missing: str) -> None:
    said = answer(json.dumps({key: GOOD[key] for key in GOOD if key != missing}).encode())
    assert said == {"vote_id": "one", "error": f"The entry “{missing}” is missing. Add it."}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"7",
        b'{"vote_id": "a"',
        b"\xff",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "nonsense", "a list", "a number", "cut", "no UTF-8", "NaN", "infinite", "deep", "endless number"],
)
def test_a_line_that_cannot_be_read_has_no_vote_id(line: bytes) -> None:
    said = answer(line)
    assert (said["vote_id"], "outcome" in said, bool(said["error"])) == (None, False, True)


def test_a_vote_id_is_any_text_and_nothing_else() -> None:
    assert answer(json.dumps({**GOOD, "vote_id": ""}).encode())["vote_id"] == ""
    assert answer(json.dumps({**GOOD, "vote_id": 7}).encode())["vote_id"] is None
    assert "vote_id" in str(answer(b"{}")["error"])


@pytest.mark.parametrize("number", ["1.0", "1.5", "1e3", "2E0", "-0.0"])
def test_a_point_or_exponent_anywhere_in_the_line_is_an_error_that_names_the_number(number: str) -> None:
    whole = json.dumps(GOOD)
    for planted in (whole[:-1] + f', "remark": {number}}}', whole[:-1] + f', "remark": [{{"deep": {number}}}]}}'):
        said = said_of(planted)
        assert (said["vote_id"], number in str(said["error"])) == ("one", True)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"ballots": {"a": "yes"}', '"ballots": {"a": "yes", "a": "no"}', "a"),
        ('"electorate": {"a": {}}', '"electorate": {"b": {}, "a": {}, "a": {}}', "a"),
        ('"electorate": {"a": {}}', '"electorate": {"a": {"w": "1", "w": "1"}}', "w"),
        ('"ballots"', '"remark": {"y": 1, "x": 1, "x": 1}, "ballots"', "x"),
    ],
)
def test_a_key_that_stands_twice_is_an_error_that_names_it(old: str, new: str, named: str) -> None:
    said = str(said_of(json.dumps(GOOD).replace(old, new))["error"])
    assert said == f"The entry “{named}” stands twice in the same place. Remove one."


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_makes_the_line_unreadable_wherever_it_stands(constant: str) -> None:
    said = said_of(json.dumps(GOOD)[:-1] + f', "remark": {constant}}}')
    assert said == {"vote_id": None, "error": "The line is not one JSON object in UTF-8."}


def test_unknown_keys_are_passed_over_at_the_top_of_a_vote_only() -> None:
    assert outcome(MAJORITY, "a", ballots=ballots(yes="a"), remark={"x": [1, None]}) == "pass"
    assert outcome({**MAJORITY, "remark": 1}, "a") == "error"
    assert outcome(MAJORITY, {"size": 1}, counts={"remark": 1}) == "error"
    tallies = {"people": {"yes": "1", "no": "1", "total": "2", "remark": "1"}}
    assert outcome(MAJORITY, "a", tallies=tallies) == "error"


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ({"ballots": {"z": "yes"}}, "z"),
        ({"roles": {"chair": "z"}}, "z"),
        ({"veto_holders": ["z"]}, "z"),
        ({"substitutes": ["z"]}, "z"),
        ({"classified": {"z": "yes"}}, "z"),
        ({"ballots": {"a": "maybe"}}, "maybe"),
        ({"ballots": {"a": "option:1"}}, "option:1"),
        ({"ballots": {"a": None}}, "a"),
        ({"ballots": {"a": ["yes"]}}, "a"),
        ({"ballots": ["a"]}, "ballots"),
        ({"ballots": None}, "ballots"),
        ({"roles": {"chair": ""}}, "chair"),
        ({"roles": {"chair": 1}}, "chair"),
        ({"roles": None}, "roles"),
        ({"veto_holders": "a"}, "veto_holders"),
        ({"attending": [1]}, "attending"),
        ({"substitutes": None}, "substitutes"),
        ({"classified": {"a": "other"}}, "other"),
        ({"classified": {"a": None}}, "a"),
        ({"classified": {"a": ["yes"]}}, "a"),
        ({"proxies": {"a": None}}, "proxies"),
        ({"proxies": None}, "proxies"),
        ({"tallies": {"people": {"yes": "1", "no": "1"}}}, "total"),
        ({"tallies": {"people": {"yes": 1, "no": "1", "total": "2"}}}, "yes"),
        ({"tallies": {"people": {"yes": "-1", "no": "1", "total": "2"}}}, "yes"),
        ({"tallies": {"people": "1"}}, "people"),
        ({"deadline_passed": None}, "deadline_passed"),
        ({"deadline_passed": 1}, "deadline_passed"),
    ],
)
def test_what_is_wrong_with_a_vote_is_named(entries: dict[str, object], named: str) -> None:
    assert f"“{named}”" in error(MAJORITY, "abc", **entries)


@pytest.mark.parametrize("weight", [1, None, "", "-1", "1e2", "1,5", True, {}])
def test_a_weight_is_a_decimal_text(weight: object) -> None:
    said = error(MAJORITY, {"a": {"population": weight}})
    assert said == f"The entry “population” cannot have the value “{weight}”. Correct it."


@pytest.mark.parametrize("electorate", [None, [], "abc", 3, {"a": None}, {"a": "1"}])
def test_a_roll_is_a_table_of_members_and_their_weights(electorate: object) -> None:
    assert "error" in answer(json.dumps({**GOOD, "electorate": electorate}).encode())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"vote_id": 7}, "“vote_id” cannot have the value “7”"),
        ({"rule": 7}, "“rule” cannot have the value “7”"),
        ({"electorate": 7}, "“electorate” cannot have the value “7”"),
        ({"tallies": 7}, "“tallies” cannot have the value “7”"),
        ({"tallies": {"people": 7}}, "“people” cannot have the value “7”"),
        ({"tallies": {"people": {"yes": "1", "no": "1"}}}, "“total” is missing"),
        ({"tallies": {"people": {"remark": "1"}}}, "“remark” that is not known"),
        ({"proxies": {"a": 7}}, "“proxies” cannot have the value “7”"),
        ({"classified": {"a": "other"}}, "“a” cannot have the value “other”"),
        ({"roles": {"chair": 7}}, "“chair” cannot have the value “7”"),
        ({"roles": 7}, "“roles” cannot have the value “7”"),
        ({"classified": 7}, "“classified” cannot have the value “7”"),
        ({"ballots": {"a": "maybe"}}, "“a” cannot have the value “maybe”"),
        ({"attending": 7}, "“attending” cannot have the value “7”"),
        ({"deadline_passed": 7}, "“deadline_passed” cannot have the value “7”"),
    ],
)
def test_what_is_wrong_is_named_with_its_value(changed: dict[str, object], named: str) -> None:
    assert named in str(said_of(json.dumps({**GOOD, **changed}))["error"])


@pytest.mark.parametrize("rule", [None, 1, [], {}])
def test_a_rule_is_a_name_or_a_table(rule: object) -> None:
    assert outcome(rule, "a") == "error"


def test_a_role_may_be_vacant() -> None:
    assert outcome(MAJORITY, "a", ballots=ballots(yes="a"), roles={"chair": None}) == "pass"


def test_a_forbidden_abstention_is_an_error_and_the_choice_abstain_only() -> None:
    forbidden = {**ONE, "abstention": "forbidden"}
    assert outcome(forbidden, "ab", ballots=ballots(yes="a", abstain="b")) == "error"
    assert outcome(forbidden, "ab", ballots=ballots(yes="a", present_not_voting="b")) == "pass"


def test_the_written_form_says_whether_its_deadline_has_passed() -> None:
    written = {**ONE, "form": "written"}
    assert "deadline" in error(written, "a", ballots=ballots(yes="a"))
    assert outcome(written, "a", ballots=ballots(yes="a"), deadline_passed=True) == "pass"
    assert outcome(written, "a", ballots=ballots(yes="a"), deadline_passed=False) == "open"
    assert outcome(ONE, "a", ballots=ballots(yes="a"), deadline_passed=False) == "pass"


def test_an_explicit_silence_in_a_meeting_is_absence_and_explicit_absence_in_writing_is_no_silence() -> None:
    assert answered(ONE, "ab", ballots=ballots(yes="a", silent="b"))["figures"]["absent"] == 1
    consent = {**MAJORITY, "form": "written", "silence": "consent"}
    assert outcome(consent, "ab", ballots=ballots(yes="a", absent="b"), deadline_passed=True) == "fail"
    assert outcome(consent, "ab", ballots=ballots(yes="a", silent="b"), deadline_passed=True) == "pass"
    assert outcome(consent, "ab", ballots=ballots(yes="a"), deadline_passed=True) == "pass"


def test_silence_objections_and_early_close_mean_nothing_in_a_meeting() -> None:
    meeting = {**MAJORITY, "silence": "consent", "objections": ["no"], "early_close": True}
    assert outcome(meeting, "abc", ballots=ballots(yes="a", no="b")) == "fail"
    assert outcome({**MAJORITY, "silence": "objection_stops"}, "abc", ballots=ballots(yes="ab", no="c")) == "pass"
    assert outcome({"silence": "objection_stops"}, "a") == "error"


def test_an_objection_stops_at_once_and_is_what_the_rule_calls_one() -> None:
    stops = {"form": "written", "silence": "objection_stops"}
    for passed in (False, True):
        assert outcome(stops, "ab", ballots=ballots(no="a"), deadline_passed=passed) == "objected"
    assert outcome(stops, "ab", ballots=ballots(other="a"), deadline_passed=True) == "pass"
    wider = {**stops, "objections": ["no", "other"]}
    read: dict[str, Any] = {"ballots": ballots(other="a"), "deadline_passed": True}
    assert outcome(wider, "ab", **read) == "objected"
    assert outcome(wider, "ab", classified={"a": "neither"}, **read) == "objected"
    assert outcome(wider, "ab", classified={"a": "yes"}, **read) == "pass"
    assert outcome({**stops, "objections": []}, "ab", ballots=ballots(no="a"), deadline_passed=True) == "pass"


def test_the_silent_are_no_yes_where_an_objection_stops() -> None:
    stops = {**MAJORITY, "form": "written", "silence": "objection_stops"}
    assert outcome(stops, "abc", ballots=ballots(yes="a"), deadline_passed=True) == "fail"


def test_a_member_recused_is_never_cast_or_answered() -> None:
    written = {"form": "written", "recused_leave": []}
    for base in ("cast", "answered"):
        rule = {**written, "criteria": [{**HALF, "base": base}]}
        assert outcome(rule, "abc", ballots=ballots(yes="a", recused="bc"), deadline_passed=True) == "pass"
    present = {"recused_leave": [], "criteria": [{**HALF, "base": "present"}]}
    assert outcome(present, "abc", ballots=ballots(yes="a", recused="bc")) == "fail"


def test_consent_makes_the_silent_a_yes_in_every_base() -> None:
    for base in ("all", "entitled", "present", "cast", "answered"):
        rule = {"form": "written", "silence": "consent", "criteria": [{**HALF, "base": base}]}
        assert outcome(rule, "abc", ballots=ballots(no="a"), deadline_passed=True) == "pass"


def test_a_file_is_answered_line_by_line_and_a_bad_line_makes_the_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "votes.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\nnonsense\n{json.dumps({**GOOD, 'vote_id': 'ba'})}", "utf-8")
    assert tally_file.main([str(file)]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["vote_id"], line.get("outcome")) for line in lines] == [("one", "pass"), (None, None), ("ba", "pass")]
    file.write_text(json.dumps(GOOD) + "\n", "utf-8")
    assert tally_file.main([str(file)]) == 0


def test_the_command_names_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tally_file.main([]) == tally_file.EXIT_WRONG_USE
    assert "./run tally FILE.jsonl" in capsys.readouterr().err
    assert tally_file.main([str(tmp_path / "nothing.jsonl")]) == tally_file.EXIT_WRONG_USE
    assert "nothing.jsonl" in capsys.readouterr().err


def test_the_program_needs_nothing_of_the_web_and_ends_with_its_code(tmp_path: Path) -> None:
    file = tmp_path / "votes.jsonl"
    file.write_text("nonsense\n", "utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "voting.tally_file", str(file)], cwd=ROOT, capture_output=True, check=False
    )
    assert (ended.returncode, json.loads(ended.stdout)["vote_id"], ended.stderr) == (1, None, b"")
