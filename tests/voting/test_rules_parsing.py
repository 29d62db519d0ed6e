"""Reading rules and rulebooks: what is unknown, wrong or not supported yet is refused by name."""

import pytest

from ecabinet.refusals import Refused
from tests.voting.made_votes import majority
from voting.engine import rule_book
from voting.engine.parsing import Reason, parse_rule
from voting.engine.rule import Rule, TieKind
from voting.engine.rule_book import NamedRule, named_rule_from_json, named_rules, parse_rulebook, rule_named

BOOK = """
titles = { en = "A club" }
[rules.vote]
titles = { en = "Vote" }
source = "made for a test"
established = "seen"
[rules.vote.rule]
min_yes = 2
"""


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
    ],
)
def test_a_wrong_value_is_named(key: str, value: object) -> None:
    refused = refusal({"no_blocks": True, key: value})
    assert (refused.reason, refused.values["key"]) == (Reason.WRONG_VALUE, key)


@pytest.mark.parametrize("fraction", ["0/2", "3/2", "1/0", "0.5", "1", 0.5, "½", "１/２", "1/2 ", f"1/{'9' * 5000}"])
def test_a_fraction_is_exact_and_no_more_than_the_whole(fraction: object) -> None:
    raw = {"measure": "heads", "base": "all", "fraction": fraction, "strict": True}
    assert refusal({"criteria": [raw]}).reason is Reason.WRONG_VALUE


def test_those_who_answered_are_a_base_of_the_written_form_only() -> None:
    assert refusal({"criteria": majority("answered")}).values == {"key": "base", "value": "answered"}
    assert parse_rule({"form": "written", "criteria": majority("answered")}).criteria


@pytest.mark.parametrize("missing", ["measure", "base", "fraction", "strict"])
def test_a_criterion_says_everything(missing: str) -> None:
    whole = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
    refused = refusal({"criteria": [{key: whole[key] for key in whole if key != missing}]})
    assert (refused.reason, refused.values["key"]) == (Reason.MISSING_KEY, missing)


def test_a_quorum_needs_a_number_and_is_taken_of_all_or_of_the_entitled() -> None:
    assert refusal({"min_yes": 1, "quorum": {"strict": True}}).reason is Reason.MISSING_KEY
    assert refusal({"min_yes": 1, "quorum": {"fraction": "1/2", "of": "cast"}}).values["key"] == "of"


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"veto": "final"}, "veto"),
        ({"must_approve": ["chancellor"]}, "must_approve"),
        ({"proxies_per_member": 1}, "proxies_per_member"),
        ({"tie": {"decides": "chair"}}, "decides"),
        ({"quorum": {"fraction": "1/2", "represented": True}}, "represented"),
        ({"criteria": [{"measure": "population", "base": "all", "fraction": "65/100", "strict": False}]}, "measure"),
        (
            {"criteria": [{**majority("all")[0], "waived_if_blockers_below": 4}]},  # type: ignore[dict-item]
            "waived_if_blockers_below",
        ),
    ],
)
def test_what_is_not_supported_yet_is_refused_and_not_passed_over(raw: dict[str, object], key: str) -> None:
    refused = refusal({"min_yes": 1, **raw})
    assert (refused.reason, refused.values["key"]) == (Reason.NOT_SUPPORTED, key)


def test_what_is_not_supported_may_stand_at_the_value_that_changes_nothing() -> None:
    harmless = {"veto": "none", "must_approve": [], "proxies_per_member": 0, "second_vote": "x"}
    assert parse_rule({"min_yes": 1, **harmless}) == parse_rule({"min_yes": 1})


def test_a_rule_without_a_condition_is_refused() -> None:
    assert refusal({}).reason is Reason.DECIDES_NOTHING
    assert refusal({"silence": "objection_stops"}).reason is Reason.DECIDES_NOTHING
    assert parse_rule({"form": "written", "silence": "objection_stops"}).objection_stops


@pytest.mark.parametrize("named", named_rules(), ids=lambda named: named.name)
def test_every_rule_on_the_shelf_is_titled_in_both_languages_and_survives_being_frozen(named: NamedRule) -> None:
    assert named.title("vi") != named.title("en")
    assert named.title("fr") == named.title("en")
    assert named.source
    assert named_rule_from_json(named.as_json()) == named


def test_an_opinion_form_of_viet_nam_takes_two_to_five_working_days() -> None:
    form = rule_named("viet_nam/opinion_form")
    assert (form.least_working_days, form.most_working_days) == (2, 5)


def test_a_rule_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(Refused) as caught:
        rule_named("viet_nam/acclamation")
    assert caught.value.reason is rule_book.Reason.NO_SUCH_RULE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("titles = { en", "heading = { en"), rule_book.Reason.UNKNOWN_ENTRY),
        (("source =", "sauce ="), rule_book.Reason.UNKNOWN_ENTRY),
        (('"seen"', '"rumour"'), rule_book.Reason.WRONG_ENTRY),
        (('source = "made for a test"', "source = 3"), rule_book.Reason.WRONG_ENTRY),
        (('{ en = "Vote" }', '{ vi = "Vote" }'), rule_book.Reason.WRONG_ENTRY),
        (("established", "least_working_days = 0\nestablished"), rule_book.Reason.WRONG_ENTRY),
        (("[rules.vote.rule]\nmin_yes = 2", ""), rule_book.Reason.WRONG_ENTRY),
        (("[rules.vote]", "[rules.vote"), rule_book.Reason.WRONG_ENTRY),
    ],
)
def test_a_damaged_rulebook_is_refused(change: tuple[str, str], reason: object) -> None:
    assert parse_rulebook("club", BOOK).rules["vote"].rule.min_yes == 2
    with pytest.raises(Refused) as caught:
        parse_rulebook("club", BOOK.replace(*change))
    assert caught.value.reason is reason
