"""Reading rules and rulebooks: what is unknown, wrong or missing is refused by name."""

import pytest

from ecabinet.refusals import Refused
from tests.voting.made_votes import majority
from voting.engine.parsing import RULE_KEYS, Reason, parse_rule, rule_as_json
from voting.engine.rule import Rule, TieKind


def refusal(raw: dict[str, object]) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_rule(raw)
    return caught.value


def test_a_rule_that_says_only_its_majority_has_the_defaults() -> None:
    parsed = parse_rule({"criteria": majority("all")})
    assert (parsed.tie.kind, parsed.quorum, parsed.recused_leave) == (TieKind.FAILS, None, Rule.recused_leave)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"min_yes": 1, "majority": "half"}, "majority"),
        ({"criteria": [{**majority("all")[0], "of": "all"}]}, "of"),  # type: ignore[dict-item]
        ({"min_yes": 1, "quorum": {"fraction": "1/2", "half": True}}, "half"),
    ],
)
def test_an_unknown_key_is_named(raw: dict[str, object], key: str) -> None:
    refused = refusal(raw)
    assert (refused.reason, refused.values["key"]) == (Reason.UNKNOWN_KEY, key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("form", "letter"),
        ("form", ["meeting"]),
        ("criteria", "half"),
        ("criteria", ["half"]),
        ("min_yes", -1),
        ("min_yes", True),
        ("min_yes", 2.0),
        ("min_yes", "3"),
        ("no_blocks", 1),
        ("quorum", "half"),
        ("tie", "chair"),
        ("tie", {"side_of": ""}),
        ("tie", {"side_of": "chair", "counts_double": "chair"}),
        ("tie_when", "never"),
        ("abstention", "frowned upon"),
        ("silence", "consents"),
        ("objections", ["maybe"]),
        ("objections", "no"),
        ("objections", ["no", "no"]),
        ("recused_leave", ["room"]),
        ("form", None),
        ("criteria", None),
        ("min_yes", None),
        ("min_yes", 2**53),
        ("no_blocks", None),
        ("tie", None),
        ("tie", {"decides": ""}),
        ("tie", {"decides": None}),
        ("veto", "absolute"),
        ("veto", None),
        ("must_approve", "chair"),
        ("must_approve", ["chair", "chair"]),
        ("must_approve", [""]),
        ("proxies_per_member", -1),
        ("second_vote", ""),
        ("recused_leave", None),
    ],
)
def test_a_wrong_value_is_named(key: str, value: object) -> None:
    refused = refusal({"no_blocks": True, key: value})
    assert (refused.reason, refused.values["key"]) == (Reason.WRONG_VALUE, key)
    assert refused.values["value"] in (value, *(value if isinstance(value, list) else ()))


@pytest.mark.parametrize("fraction", ["0/2", "3/2", "1/0", "0.5", "1", 0.5, "½", "１/２", "1/2 ", f"1/{'9' * 5000}"])
def test_a_fraction_is_exact_and_no_more_than_the_whole(fraction: object) -> None:
    raw = {"measure": "heads", "base": "all", "fraction": fraction, "strict": True}
    refused = refusal({"criteria": [raw]})
    assert (refused.reason, refused.values["key"]) == (Reason.WRONG_VALUE, "fraction")
    assert str(refused.values["value"])[:9] == str(fraction)[:9]  # a long one is not said in full


def test_a_number_goes_as_far_as_every_program_reads_it_exactly() -> None:
    assert parse_rule({"min_yes": 2**53 - 1}).min_yes == 2**53 - 1


def test_those_who_answered_are_a_base_of_the_written_form_only() -> None:
    assert refusal({"criteria": majority("answered")}).values == {"key": "base", "value": "answered"}
    assert parse_rule({"form": "written", "criteria": majority("answered")}).criteria


@pytest.mark.parametrize("missing", ["measure", "base", "fraction", "strict"])
def test_a_criterion_says_everything(missing: str) -> None:
    whole = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
    refused = refusal({"criteria": [{key: whole[key] for key in whole if key != missing}]})
    assert (refused.reason, refused.values["key"]) == (Reason.MISSING_KEY, missing)


def test_a_quorum_needs_a_number_and_is_taken_of_all_or_of_the_entitled() -> None:
    missing = refusal({"min_yes": 1, "quorum": {"strict": True}})
    assert (missing.reason, missing.values) == (Reason.MISSING_KEY, {"key": "quorum.fraction"})
    cast = refusal({"min_yes": 1, "quorum": {"fraction": "1/2", "of": "cast"}})
    assert cast.values == {"key": "of", "value": "cast"}


def criterion(**changed: object) -> dict[str, object]:
    return {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True, **changed}


@pytest.mark.parametrize(
    "waiver",
    [
        -1,
        "4",
        True,
        [4],
        {"plus": 1},
        {"fewest_over": None},
        {"fewest_over": {"measure": "population"}},
        {"fewest_over": {"measure": "", "fraction": "35/100"}},
        {"fewest_over": {"measure": "population", "fraction": "0.35"}},
        {"fewest_over": {"measure": "population", "fraction": "35/100", "of": "all"}},
        {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": -1},
        {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": None},
        {"fewest_over": {"measure": "population", "fraction": "35/100"}, "minus": 1},
    ],
)
def test_a_waiver_is_nothing_a_number_or_the_fewest_over_a_share(waiver: object) -> None:
    refusal({"criteria": [criterion(waived_if_blockers_below=waiver)]})
    assert parse_rule({"criteria": [criterion(waived_if_blockers_below=None)]}).criteria[0].waiver is None


@pytest.mark.parametrize(
    ("changed", "key", "value"),
    [
        ({"measure": ""}, "measure", ""),
        ({"base": "some"}, "base", "some"),
        ({"strict": 1}, "strict", 1),
        ({"waived_if_blockers_below": -1}, "waived_if_blockers_below", -1),
        ({"base": "cast", "waived_if_blockers_below": 4}, "waived_if_blockers_below", 4),
        ({"waived_if_blockers_below": {"fewest_over": 7}}, "fewest_over", 7),
        ({"waived_if_blockers_below": {"fewest_over": {"measure": 7, "fraction": "1/2"}}}, "measure", 7),
    ],
)
def test_what_is_wrong_in_a_criterion_is_named(changed: dict[str, object], key: str, value: object) -> None:
    refused = refusal({"criteria": [criterion(**changed)]})
    assert (refused.reason, refused.values) == (Reason.WRONG_VALUE, {"key": key, "value": value})


@pytest.mark.parametrize("base", ["present", "cast", "answered"])
def test_a_waiver_goes_with_all_or_the_entitled_only(base: str) -> None:
    refused = refusal({"form": "written", "criteria": [criterion(base=base, waived_if_blockers_below=4)]})
    assert refused.values["key"] == "waived_if_blockers_below"
    parse_rule({"criteria": [criterion(base="entitled", waived_if_blockers_below=4)]})


def test_a_second_vote_goes_with_a_suspensive_veto_is_optional_and_never_null() -> None:
    suspensive = {"min_yes": 1, "veto": "suspensive"}
    assert parse_rule({**suspensive, "second_vote": "a/b"}).second_vote == "a/b"
    assert parse_rule(suspensive).second_vote == ""
    assert "second_vote" not in rule_as_json(parse_rule(suspensive))
    assert parse_rule({"min_yes": 1, "second_vote": "a/b"}) == parse_rule({"min_yes": 1})
    assert refusal({**suspensive, "second_vote": None}).values["key"] == "second_vote"
    assert refusal({"min_yes": 1, "second_vote": None}).values["key"] == "second_vote"


def test_a_rule_is_frozen_with_every_key_and_reads_back_the_same() -> None:
    over = {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 1}
    raw = {
        "criteria": [criterion(measure="population", waived_if_blockers_below=over), criterion()],
        "must_approve": ["chancellor"],
        "veto": "suspensive",
        "second_vote": "germany/second_vote",
        "quorum": {"fraction": "2/3", "at_least": 3, "represented": True, "attending": ["clerk"]},
        "tie": {"decides": "chair"},
        "abstention": "forbidden",
        "proxies_per_member": 2,
        "recused_leave": [],
    }
    parsed = parse_rule(raw)
    frozen = rule_as_json(parsed)
    assert parse_rule(frozen) == parsed
    assert set(frozen) == RULE_KEYS
    assert set(rule_as_json(parse_rule({"min_yes": 1}))) == RULE_KEYS - {"second_vote"}
    assert [each["waived_if_blockers_below"] for each in frozen["criteria"]] == [  # type: ignore[union-attr,index,call-overload] # a list of tables
        {"fewest_over": {"measure": "population", "fraction": "7/20"}, "plus": 1},
        None,
    ]


def test_a_quorum_is_frozen_with_the_numbers_it_was_given() -> None:
    for given in ({"fraction": "1/2"}, {"at_least": 4}):
        parsed = parse_rule({"min_yes": 1, "quorum": given})
        frozen = rule_as_json(parsed)["quorum"]
        assert isinstance(frozen, dict)
        assert {key: frozen[key] for key in ("fraction", "at_least") if key in frozen} == given
        assert parse_rule(rule_as_json(parsed)) == parsed


def test_a_rule_knows_the_weights_and_the_role_that_only_decides() -> None:
    over = {"fewest_over": {"measure": "cantons", "fraction": "35/100"}}
    weighed = parse_rule({"criteria": [criterion(measure="population", waived_if_blockers_below=over), criterion()]})
    assert weighed.weights() == ("population", "cantons")
    decides = {"min_yes": 1, "tie": {"decides": "chair"}}
    assert parse_rule(decides).decider == "chair"
    assert parse_rule({**decides, "must_approve": ["chair"]}).decider is None
    assert parse_rule({**decides, "tie": {"side_of": "chair"}}).decider is None


def test_a_rule_without_a_condition_is_refused() -> None:
    assert refusal({}).reason is Reason.DECIDES_NOTHING
    assert refusal({"silence": "objection_stops"}).reason is Reason.DECIDES_NOTHING
    assert parse_rule({"form": "written", "silence": "objection_stops"}).objection_stops


def nested(depth: int) -> list[object]:
    found: list[object] = []
    for _level in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("value", [10**5000, nested(100_000)], ids=["digits", "nested"])
def test_a_wrong_value_that_python_cannot_write_is_refused_all_the_same(value: object) -> None:
    refused = refusal({"min_yes": value})
    assert (refused.reason, refused.values) == (Reason.WRONG_VALUE, {"key": "min_yes", "value": "…"})


def test_of_a_wrong_value_that_is_long_only_the_beginning_is_said() -> None:
    said = str(refusal({"min_yes": "x" * 5000}).values["value"])
    assert said.startswith("xxx")
    assert said.endswith("…")
    assert len(said) < 1000
