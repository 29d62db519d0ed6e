"""The verifier's count: each place of the rule's vocabulary on a box whose outcome is reckoned here by hand."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.outcomes.made_boxes import (
    Box,
    Entry,
    Fault,
    circumstances,
    criterion,
    faults_of,
    line,
    quorum,
    rewritten,
    roll,
    rule,
)

HALF = criterion("all")


def closed(counted_by: Entry, ballots: Mapping[str, str], lines: list[Entry], **so: Any) -> Entry:
    """Cast ballots ("3" or, by a proxy, "3<5"), close the box, check that it is whole, and return what was counted."""
    deadline = {"deadline_passed": True} if counted_by["form"] == "written" else {}
    box = Box(counted_by=counted_by, lines=lines)
    for who, choice in ballots.items():
        member, _, by = who.partition("<")
        box.cast(member, choice, by=by or member)
    box.close(circumstances(**deadline | so))
    assert faults_of(box) == []
    said: Entry = json.loads(box.entries[-1])
    return said


def outcome(counted_by: Entry, ballots: Mapping[str, str] | str, lines: list[Entry] | int = 0, **so: Any) -> str:
    """Return the outcome; ballots may be written as one letter a member: y n a o, and - for none."""
    cast = ballots if isinstance(ballots, Mapping) else cast_by_letters(ballots)
    on_roll = roll(lines or len(ballots)) if isinstance(lines, int) else lines
    said: str = closed(counted_by, cast, on_roll, **so)["outcome"]
    return said


def cast_by_letters(letters: str) -> dict[str, str]:
    """Read "yn-": the first member yes, the second no, the third nothing."""
    words = {"y": "yes", "n": "no", "a": "abstain", "o": "other"}
    return {str(number): words[letter] for number, letter in enumerate(letters, start=1) if letter != "-"}


# Figures, and who counts as what.


def test_everybody_is_counted_once_by_what_they_did() -> None:
    lines = roll(10, line("7", recused=True), line("8", substituted=True), line("9", proxy="10"))
    ballots = {**cast_by_letters("ynaooo"), "9<10": "yes"}
    so: Entry = {"present": ["7", "8"], "classified": {"5": "yes", "6": "no", "1": "no"}}
    said = closed(rule(proxies_per_member=1), ballots, lines, **so)
    assert said["figures"] == {
        "members": 10,
        "yes": 3,  # members 1 and 9, and 5 as read
        "no": 2,
        "abstain": 1,
        "other": 1,
        "present_not_voting": 1,  # member 10 cast for 9 and for nobody else
        "absent": 1,
        "recused": 1,
        "silent": 0,
        "deemed_yes": 0,
        "present": 8,
        "represented": 1,
        "measures": {},
    }
    assert said["missing"] == ["10", "8"]  # as texts are sorted
    assert said["outcome"] == "pass"


def test_the_last_ballot_that_was_not_withdrawn_counts() -> None:
    box = Box()
    box.cast("1", "no")
    box.cast("1", "yes")
    third = box.cast("1", "no")
    box.withdraw(third)
    only = box.cast("2", "no")
    box.withdraw(only)
    box.close()
    said = json.loads(box.entries[-1])
    assert (said["outcome"], said["figures"]["yes"], said["figures"]["no"], said["missing"]) == (
        "pass",
        1,
        0,
        ["2", "3"],
    )
    assert faults_of(box) == []


def test_a_member_who_votes_after_their_proxy_is_not_represented_and_the_other_way_round() -> None:
    lines = roll(2, line("1", proxy="2"))
    by_proxy = closed(rule(proxies_per_member=1), {"1": "no", "1<2": "yes", "2": "yes"}, lines)["figures"]
    oneself = closed(rule(proxies_per_member=1), {"1<2": "yes", "1": "no"}, lines)["figures"]
    assert (by_proxy["represented"], by_proxy["yes"]) == (1, 2)
    assert (oneself["represented"], oneself["no"], oneself["absent"], oneself["present_not_voting"]) == (0, 1, 1, 0)


def test_a_correction_is_counted_in_its_own_circumstances() -> None:
    box = Box(counted_by=rule(quorum=quorum(at_least=2)))
    box.cast("1", "yes")
    box.close(circumstances(present=["2"]))
    box.correct(circumstances())
    assert [json.loads(entry)["outcome"] for entry in box.entries[-2:]] == ["pass", "no_quorum"]
    assert faults_of(box) == []
    turned = rewritten(box, lambda entries: entries[-1].update(outcome="pass"))
    assert faults_of(turned) == [
        ("recount", {"box": "7", "number": 3, "what": "outcome", "said": '"pass"', "counted": '"no_quorum"'})
    ]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"outcome": "fail"}, {"outcome"}),
        ({"missing": []}, {"missing"}),
        ({"missing": None}, {"missing"}),
        ({"missing": ["3", "2"]}, {"missing"}),
        ({"figures": {"yes": True}}, {"yes"}),
        ({"figures": {"no": 1}}, {"no"}),
        ({"figures": {"more": None}}, {"more"}),
        ({"figures": {"measures": []}}, {"measures"}),
    ],
)
def test_a_result_that_the_ballots_do_not_give_is_named(fields: Entry, what: object) -> None:
    box = Box()
    box.cast("1", "yes")
    box.close()

    def turn(entries: list[Entry]) -> None:
        figures = {**entries[-1]["figures"], **fields.get("figures", {})}
        entries[-1].update({**fields, "figures": figures})

    found = faults_of(rewritten(box, turn))
    assert {code for code, _ in found} == {"recount"}
    assert {str(values["what"]).removeprefix("figures.") for _, values in found} == what


def test_a_figure_that_is_left_out_is_named() -> None:
    box = Box()
    box.close()
    ((code, values),) = faults_of(rewritten(box, lambda entries: entries[-1]["figures"].pop("yes")))
    assert (code, values["what"], values["said"], values["counted"]) == ("recount", "figures.yes", "", "0")


def test_a_turned_ballot_no_longer_gives_the_result() -> None:
    box = Box()
    box.cast("1", "yes")
    box.close()
    found = faults_of(rewritten(box, lambda entries: entries[1].update(choice="no")))
    assert {values["what"] for _, values in found} == {"outcome", "figures.yes", "figures.no"}


# Criteria: bases, fractions, weights.


@pytest.mark.parametrize(
    ("base", "ballots", "expected"),
    [
        ("all", "yynn----", "fail"),
        ("all", "yyyyy---", "pass"),
        ("all", "yyyy----", "fail"),
        ("cast", "yyna----", "pass"),
        ("cast", "yynn----", "fail"),
        ("cast", "aa------", "fail"),
        ("present", "yyao----", "fail"),
        ("present", "yyyao---", "pass"),
        ("entitled", "yyyy----", "fail"),
    ],
)
def test_a_majority_is_of_its_base(base: str, ballots: str, expected: str) -> None:
    assert outcome(rule(criteria=[criterion(base)]), ballots) == expected


@pytest.mark.parametrize(("strict", "expected"), [(True, "fail"), (False, "pass")])
def test_more_than_is_not_at_least(strict: bool, expected: str) -> None:  # noqa: FBT001 - a table of two
    assert outcome(rule(criteria=[criterion("all", "2/3", strict=strict)]), "yyyyn-") == expected


@pytest.mark.parametrize(
    ("leave", "all_", "entitled", "present"),
    [([], 6, 6, 4), (["present"], 6, 6, 3), (["entitled"], 6, 5, 4), (["all"], 5, 5, 4), (["quorum"], 6, 6, 4)],
)
def test_the_recused_leave_what_the_rule_says(leave: list[str], all_: int, entitled: int, present: int) -> None:
    lines = roll(6, line("4", recused=True))
    for base, size in (("all", all_), ("entitled", entitled), ("present", present)):
        for yes in (2, 3):
            so = outcome(
                rule(criteria=[criterion(base, f"3/{size}", strict=False)], recused_leave=leave),
                "yyynnn"[3 - yes : 6 - yes],
                lines,
            )
            assert so == ("pass" if yes >= 3 else "fail")


def test_who_answered_is_a_base_in_writing() -> None:
    written = rule(form="written", criteria=[criterion("answered")])
    assert outcome(written, "ya--") == "fail"
    assert outcome(written, "y---") == "pass"
    assert outcome({**written, "silence": "consent"}, "nn---") == "pass"


def weighted(*weights: str) -> list[Entry]:
    return [line(str(number), weights={"people": weight}) for number, weight in enumerate(weights, start=1)]


def test_a_weight_is_counted_exactly_and_shown_as_decimals() -> None:
    people = rule(criteria=[criterion("all", "1/2"), criterion("all", "65/100", measure="people", strict=False)])
    lines = weighted("0.10", "0.20", "0.35", "0.3500")
    assert outcome(people, "yyy-", lines) == "pass"
    said = closed(people, cast_by_letters("yy-n"), lines)
    assert said["outcome"] == "fail"
    assert said["figures"]["measures"] == {"people": {"yes": "0.3", "no": "0.35", "total": "1"}}
    assert closed(people, {}, weighted("10", "20.005"))["figures"]["measures"]["people"] == {
        "yes": "0",
        "no": "0",
        "total": "30.005",
    }


@pytest.mark.parametrize("base", ["all", "entitled"])
@pytest.mark.parametrize(("waiver", "expected"), [(None, "fail"), (4, "pass"), (3, "fail")])
def test_a_criterion_is_waived_where_too_few_stand_against_it(waiver: object, expected: str, base: str) -> None:
    people = criterion(base, "65/100", measure="people", strict=False, waived_if_blockers_below=waiver)
    lines = weighted("1", "1", "1", "1", "1", "50", "50", "50")
    assert outcome(rule(criteria=[HALF, people]), "yyyyyna-", lines) == expected


@pytest.mark.parametrize(
    ("fraction", "plus", "blockers", "expected"),
    [
        ("35/100", 0, 1, "fail"),  # 40 of 100 is more than 35: one is enough to block
        ("35/100", 1, 1, "pass"),  # one more is needed: two
        ("40/100", 0, 1, "pass"),  # 40 is not more than 40: the heaviest two
        ("40/100", 0, 2, "fail"),
        ("1/1", 0, 5, "pass"),  # no number of them has more than everything: five and one
    ],
)
def test_the_fewest_who_outweigh_a_fraction_are_enough_to_block(
    fraction: str, plus: int, blockers: int, expected: str
) -> None:
    waiver = {"fewest_over": {"measure": "people", "fraction": fraction}, "plus": plus}
    never = criterion("all", "1/1", measure="people", waived_if_blockers_below=waiver)
    lines = weighted("10", "20", "40", "15", "15")
    assert outcome(rule(criteria=[never]), "y" * (5 - blockers) + "n" * blockers, lines) == expected


def test_a_base_of_nothing_fails_its_criterion_waived_or_not() -> None:
    assert (
        outcome(
            rule(criteria=[criterion("all", measure="people", waived_if_blockers_below=9)]), "yy", weighted("0", "0")
        )
        == "fail"
    )
    assert outcome(rule(criteria=[criterion("cast", strict=False)], tie={"side_of": "chair"}), "aa") == "fail"


# Least number of yes, blocks, vetoes, who has to approve.


@pytest.mark.parametrize(("ballots", "expected"), [("yyyy", "pass"), ("yyy-", "fail")])
def test_the_least_number_of_yes(ballots: str, expected: str) -> None:
    assert outcome(rule(criteria=[], min_yes=4), ballots) == expected


@pytest.mark.parametrize(
    ("changes", "ballots", "expected"),
    [
        ({"no_blocks": True}, "yyn", "fail"),
        ({"no_blocks": True}, "yya", "pass"),
        ({"absence_blocks": True}, "yy-", "fail"),
        ({"absence_blocks": True}, "yya", "pass"),
        ({"absence_blocks": True, "form": "written"}, "yy-", "fail"),
        ({"absence_blocks": True, "form": "written", "silence": "absent"}, "yy-", "fail"),
        ({"absence_blocks": True, "form": "written", "silence": "consent"}, "yy-", "pass"),
        ({"absence_blocks": True, "form": "written", "silence": "objection_stops"}, "yy-", "pass"),
    ],
)
def test_one_no_or_one_who_took_no_part_stops_it(changes: Entry, ballots: str, expected: str) -> None:
    assert outcome(rule(**changes), ballots) == expected


def test_who_is_represented_is_not_absent() -> None:
    unanimous = rule(criteria=[], no_blocks=True, absence_blocks=True, proxies_per_member=1)
    assert outcome(unanimous, {"1<2": "yes"}, roll(2, line("1", proxy="2"))) == "pass"


@pytest.mark.parametrize(
    ("veto", "ballots", "expected"),
    [
        ("none", "nyy", "pass"),
        ("final", "nyy", "fail"),
        ("final", "ayy", "pass"),
        ("final", "-yy", "pass"),
        ("final", "oyy", "fail"),
        ("suspensive", "nyy", "suspended"),
        ("suspensive", "nny", "fail"),
        ("suspensive", "yyy", "pass"),
    ],
)
def test_a_veto_is_a_no_of_who_has_one(veto: str, ballots: str, expected: str) -> None:
    lines = roll(3, line("1", veto=True))
    assert outcome(rule(veto=veto), ballots, lines, classified={"1": "no"}) == expected


def test_a_rule_may_name_that_of_the_second_vote() -> None:
    assert outcome(rule(veto="suspensive", second_vote="stricter"), "yyy") == "pass"


@pytest.mark.parametrize(("ballots", "expected"), [("yyn", "pass"), ("ayy", "fail"), ("-yy", "fail")])
def test_who_has_to_approve_says_yes(ballots: str, expected: str) -> None:
    assert outcome(rule(must_approve=["chancellor"]), ballots, roll(3, line("1", "chancellor"))) == expected


def test_nobody_approves_for_a_vacant_role_nor_by_silence() -> None:
    assert outcome(rule(must_approve=["chancellor"]), "yyy") == "fail"
    silent = rule(form="written", silence="consent", must_approve=["chancellor"])
    assert outcome(silent, "-yy", roll(3, line("1", "chancellor"))) == "fail"


# Silence, objections, the deadline.


@pytest.mark.parametrize(("silence", "expected"), [("consent", "pass"), ("not_a_yes", "fail"), ("absent", "fail")])
def test_silence_after_the_deadline(silence: str, expected: str) -> None:
    said = closed(rule(form="written", silence=silence, criteria=[HALF]), cast_by_letters("yn---"), roll(5))
    assert said["outcome"] == expected
    deemed = 3 if silence == "consent" else 0
    assert (said["figures"]["deemed_yes"], said["figures"]["yes"]) == (deemed, 1 + deemed)
    assert said["figures"]["silent"] == 3 - deemed


@pytest.mark.parametrize(
    ("ballots", "passed", "expected"),
    [
        ("n--", False, "objected"),
        ("n--", True, "objected"),
        ("y--", False, "open"),
        ("y--", True, "fail"),
        ("yy-", True, "pass"),
    ],
)
def test_one_objection_stops_it_before_the_deadline_too(ballots: str, passed: bool, expected: str) -> None:  # noqa: FBT001
    stops = rule(form="written", silence="objection_stops", criteria=[criterion("all")])
    assert outcome(stops, ballots, deadline_passed=passed) == expected


def test_an_objection_is_what_the_rule_calls_one_after_it_was_read() -> None:
    stops = rule(form="written", silence="objection_stops", criteria=[], objections=["abstain", "other"])
    assert outcome(stops, "n--") == "pass"
    assert outcome(stops, "a--") == "objected"
    assert outcome(stops, "o--") == "objected"
    assert outcome(stops, "o--", classified={"1": "yes"}) == "pass"


def test_before_the_deadline_it_is_open_unless_all_have_answered() -> None:
    written = rule(form="written", silence="consent", early_close=True)
    lines = roll(3, line("3", recused=True))
    said = closed(written, {"1": "yes"}, lines, deadline_passed=False)
    assert (said["outcome"], said["figures"]["silent"], said["figures"]["deemed_yes"]) == ("open", 1, 0)
    assert outcome(written, "yy", lines, deadline_passed=False) == "pass"
    assert outcome({**written, "early_close": False}, "yy", lines, deadline_passed=False) == "open"


def test_in_a_meeting_silence_objections_and_early_close_mean_nothing() -> None:
    assert outcome(rule(silence="objection_stops", early_close=True, criteria=[HALF]), "yyn") == "pass"
    assert closed(rule(silence="consent"), {}, roll(2))["figures"]["absent"] == 2


# Quorum.


@pytest.mark.parametrize(
    ("wanted", "ballots", "present", "expected"),
    [
        (quorum(fraction="2/3"), "yy----", [], "no_quorum"),
        (quorum(fraction="2/3"), "yy----", ["3", "4"], "pass"),
        (quorum(fraction="2/3", strict=True), "yyyy--", [], "no_quorum"),
        (quorum(fraction="2/3", strict=True), "yyyyy-", [], "pass"),
        (quorum(at_least=3), "yy----", [], "no_quorum"),
        (quorum(at_least=3), "yya---", [], "pass"),
        (quorum(fraction="1/2", at_least=4), "yya---", [], "no_quorum"),
    ],
)
def test_a_quorum_is_a_fraction_or_a_number_or_both(
    wanted: Entry, ballots: str, present: list[str], expected: str
) -> None:
    assert outcome(rule(quorum=wanted), ballots, present=present) == expected


def test_silence_that_counts_as_a_yes_is_in_no_quorum() -> None:
    written = rule(form="written", silence="consent", quorum=quorum(at_least=2))
    said = closed(written, {"1": "yes"}, roll(3))
    assert (said["outcome"], said["figures"]["yes"], said["figures"]["deemed_yes"]) == ("no_quorum", 3, 2)


@pytest.mark.parametrize(
    ("leave", "expected"), [([], "pass"), (["quorum"], "no_quorum"), (["quorum", "entitled"], "pass")]
)
def test_the_recused_are_in_the_quorum_or_not(leave: list[str], expected: str) -> None:
    lines = roll(3, line("3", recused=True))
    half = rule(quorum=quorum(of="entitled", fraction="1/2"), recused_leave=leave)
    assert outcome(half, "y", lines) == expected


@pytest.mark.parametrize(("counted", "expected"), [(True, "pass"), (False, "no_quorum")])
def test_substitutes_and_the_represented_count_only_where_the_rule_says_so(counted: bool, expected: str) -> None:  # noqa: FBT001
    standing_in = rule(quorum=quorum(at_least=2, substitutes=counted))
    assert outcome(standing_in, "y", roll(2, line("2", substituted=True)), present=["2"]) == expected
    by_proxy = rule(quorum=quorum(at_least=2, represented=counted), proxies_per_member=1)
    assert outcome(by_proxy, {"1<2": "yes", "2": "yes"}, roll(2, line("1", proxy="2"))) == expected


def test_a_substituted_member_who_votes_from_afar_is_counted() -> None:
    assert outcome(rule(quorum=quorum(at_least=2)), "yy", roll(2, line("2", substituted=True))) == "pass"


def test_those_whom_the_quorum_requires_have_to_be_there() -> None:
    required = rule(quorum=quorum(at_least=1, roles=["chair"], attending=["state_secretary"]))
    lines = roll(3, line("1", "chair"))
    assert outcome(required, "yy-", lines, attending=["state_secretary"]) == "pass"
    assert outcome(required, "-yy", lines, attending=["state_secretary"]) == "no_quorum"
    assert outcome(required, "yy-", lines) == "no_quorum"
    assert outcome(required, "yy-", roll(3), attending=["state_secretary"]) == "no_quorum"


def test_a_role_may_be_required_and_yet_leave_both_sides_and_the_least_number() -> None:
    estonia = rule(quorum=quorum(fraction="1/2", at_least=2, except_roles=["pm"], roles=["pm"]))
    lines = roll(5, line("1", "pm"))
    assert outcome(estonia, "yyy--", lines) == "pass"
    assert outcome(estonia, "yy---", lines) == "no_quorum"


# Ties.


@pytest.mark.parametrize(
    ("tie", "ballots", "expected"),
    [
        ("fails", "yynn", "fail"),
        ({"side_of": "chair"}, "yynn", "pass"),
        ({"side_of": "chair"}, "nyyn", "fail"),
        ({"side_of": "chair"}, "ayn-", "tie"),
        ({"side_of": "chair"}, "-yn-", "tie"),
        ({"side_of": "chair"}, "yynnn", "fail"),
        ({"counts_double": "chair"}, "yynn", "pass"),
        ({"counts_double": "chair"}, "nnyy", "fail"),
    ],
)
def test_a_tie_is_settled_by_the_role_that_the_rule_names(tie: object, ballots: str, expected: str) -> None:
    lines = roll(len(ballots), line("1", "chair"))
    assert outcome(rule(tie=tie), ballots, lines) == expected


def test_a_tie_hangs_where_the_role_is_vacant_or_silent_though_silence_is_consent() -> None:
    assert outcome(rule(tie={"side_of": "chair"}), "yn") == "tie"
    silent = rule(form="written", silence="consent", criteria=[HALF], tie={"side_of": "chair"})
    assert outcome(silent, "-ynn", roll(4, line("1", "chair"))) == "tie"


@pytest.mark.parametrize(
    "changes",
    [{"strict": False, "fraction": "3/5"}, {"fraction": "3/5"}],
)
def test_only_a_strict_half_can_be_tied(changes: Entry) -> None:
    lines = roll(2, line("1", "chair"))
    assert outcome(rule(criteria=[criterion(**changes)], tie={"side_of": "chair"}), "yn", lines) == "fail"


@pytest.mark.parametrize(("when", "expected"), [("yes_is_half_of_base", "fail"), ("yes_equals_no", "pass")])
def test_what_a_tie_is(when: str, expected: str) -> None:
    lines = roll(5, line("1", "chair"))
    assert outcome(rule(criteria=[HALF], tie={"side_of": "chair"}, tie_when=when), "yynn-", lines) == expected


def test_a_tie_in_a_weight_is_in_that_weight() -> None:
    people = rule(criteria=[criterion(measure="people")], tie={"side_of": "chair"})
    lines = [line("1", "chair", weights={"people": "3.5"}), *weighted("0", "1.5", "2.0")[1:]]
    assert outcome(people, "ynn", lines) == "pass"


@pytest.mark.parametrize(("counts", "expected"), [(True, "pass"), (False, "fail")])
def test_a_double_vote_counts_towards_the_least_number_or_not(counts: bool, expected: str) -> None:  # noqa: FBT001
    swiss = rule(min_yes=3, tie={"counts_double": "chair"}, double_counts_for_min_yes=counts)
    lines = roll(4, line("1", "chair"))
    assert outcome(swiss, "yynn", lines) == expected
    assert outcome(swiss, "yy--", lines) == "fail"
    hanging = outcome(swiss, "ayynn", roll(5, line("1", "chair")))
    assert hanging == ("tie" if counts else "fail")


def test_every_other_condition_still_has_to_hold_in_a_tie() -> None:
    both = rule(criteria=[criterion(), criterion("all", "3/4")], tie={"side_of": "chair"})
    lines = roll(4, line("1", "chair"))
    assert outcome(both, "yynn", lines) == "fail"
    assert outcome(rule(min_yes=3, tie={"side_of": "chair"}), "yynn", lines) == "fail"
    assert outcome(rule(min_yes=3, tie={"side_of": "chair"}), "ayn-", lines) == "fail"


def decided(ballots: str, *, who: str = "decider", **changes: object) -> Entry:
    counted_by = rule(tie={"decides": "decider"}, **changes)
    return closed(counted_by, cast_by_letters(ballots), roll(len(ballots), line("1", who, veto=True)))


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [("yyn", "pass"), ("nyn", "fail"), ("nyyn", "pass"), ("ayn", "tie"), ("-yn", "tie")],
)
def test_a_role_that_decides_votes_only_in_a_tie(ballots: str, expected: str) -> None:
    assert decided(ballots)["outcome"] == expected


def test_a_role_that_decides_stands_among_those_who_did_not_vote() -> None:
    figures = decided("yyn")["figures"]
    assert (figures["yes"], figures["no"], figures["present_not_voting"], figures["present"]) == (1, 1, 1, 3)
    assert decided("nyy", no_blocks=True)["outcome"] == "pass"
    assert decided("ayn")["figures"]["abstain"] == 1


def test_a_role_that_decides_may_veto_and_object() -> None:
    assert decided("nyy", veto="final")["outcome"] == "fail"
    stops = rule(form="written", silence="objection_stops", criteria=[], tie={"decides": "decider"})
    assert outcome(stops, "nyy", roll(3, line("1", "decider"))) == "objected"
    assert closed(stops, {"1": "no"}, roll(3, line("1", "decider")))["figures"]["present_not_voting"] == 1


def test_the_yes_that_decides_is_one_more_towards_the_least_number() -> None:
    assert decided("yyn", min_yes=2)["outcome"] == "pass"
    assert decided("yyn", min_yes=3)["outcome"] == "fail"
    assert decided("-yn", min_yes=2)["outcome"] == "tie"
    assert decided("yy", min_yes=2)["outcome"] == "fail"  # no tie, and nothing to decide


def test_a_silence_that_became_a_yes_is_set_aside_too() -> None:
    consent = rule(form="written", silence="consent", tie={"decides": "decider"})
    figures = closed(consent, cast_by_letters("-n-"), roll(3, line("1", "decider")))["figures"]
    assert (figures["yes"], figures["deemed_yes"], figures["present_not_voting"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "named",
    [
        {"must_approve": ["decider"]},
        {"quorum": quorum(at_least=1, roles=["decider"])},
        {"quorum": quorum(at_least=1, except_roles=["decider"])},
    ],
)
def test_a_role_that_the_rule_names_elsewhere_votes_like_everyone(named: Entry) -> None:
    assert decided("yn", **named)["outcome"] == "pass"
    assert decided("yn", min_yes=2, **named)["outcome"] == "fail"
    assert decided("yn", **named)["figures"]["yes"] == 1


# Rules that nobody can count by.


def refused(counted_by: Entry) -> list[Fault]:
    box = Box(counted_by=counted_by)
    box.annul()
    return faults_of(box)


def without(counted_by: Entry, name: str) -> Entry:
    return {key: value for key, value in counted_by.items() if key != name}


WAIVER = {"fewest_over": {"measure": "heads", "fraction": "1/2"}, "plus": 0}


@pytest.mark.parametrize(
    ("counted_by", "what"),
    [
        (without(rule(), "tie"), "tie"),
        (rule(more=True), "more"),
        (rule(second_vote="x"), "second_vote"),
        (rule(veto="final", second_vote="x"), "second_vote"),
        (rule(veto="suspensive", second_vote=None), "second_vote"),
        (rule(veto="perhaps"), "veto"),
        (rule(form="letter"), "form"),
        (rule(form=None), "form"),
        (rule(criteria={}), "criteria"),
        (rule(criteria=["half"]), "criteria"),
        (rule(criteria=[{}]), "criteria"),
        (rule(criteria=[criterion(measure=1)]), "criteria"),  # type: ignore[arg-type] # wrong on purpose
        (rule(criteria=[criterion("some")]), "criteria"),
        (rule(criteria=[criterion(fraction="1/0")]), "criteria"),
        (rule(criteria=[criterion(fraction="0.5")]), "criteria"),
        (rule(criteria=[criterion(strict=1)]), "criteria"),
        (rule(criteria=[criterion("answered")]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below=-1)]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below="4")]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below={})]), "criteria"),
        (rule(criteria=[criterion("present", waived_if_blockers_below=WAIVER)]), "criteria"),
        (rule(criteria=[criterion("cast", waived_if_blockers_below=4)]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below={**WAIVER, "plus": None})]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below={**WAIVER, "fewest_over": []})]), "criteria"),
        (rule(criteria=[criterion("all", waived_if_blockers_below={**WAIVER, "fewest_over": {}})]), "criteria"),
        (rule(criteria=[]), "criteria"),
        (rule(criteria=[], silence="objection_stops"), "criteria"),
        (rule(min_yes="3"), "min_yes"),
        (rule(no_blocks=0), "no_blocks"),
        (rule(must_approve="chair"), "must_approve"),
        (rule(quorum="half"), "quorum"),
        (rule(quorum={"fraction": "2/3"}), "quorum"),
        (rule(quorum=quorum()), "quorum"),
        (rule(quorum=quorum(fraction="2")), "quorum"),
        (rule(quorum=quorum(at_least=None)), "quorum"),
        (rule(quorum=quorum(at_least=1, of="present")), "quorum"),
        (rule(tie="chance"), "tie"),
        (rule(tie={"chance": "chair"}), "tie"),
        (rule(tie={"side_of": 1}), "tie"),
        (rule(tie={}), "tie"),
        (rule(tie_when="never"), "tie_when"),
        (rule(objections=["perhaps"]), "objections"),
        (rule(recused_leave=["room"]), "recused_leave"),
        (rule(recused_leave="all"), "recused_leave"),
        (rule(proxies_per_member=True), "proxies_per_member"),
    ],
)
def test_a_rule_that_nobody_can_count_by_is_named(counted_by: Entry, what: str) -> None:
    assert refused(counted_by) == [("rule", {"box": "7", "number": 0, "what": what})]


@pytest.mark.parametrize(
    "counted_by",
    [
        rule(criteria=[], no_blocks=True),
        rule(criteria=[], form="written", silence="objection_stops"),
        rule(criteria=[criterion("all", waived_if_blockers_below=WAIVER)]),
        rule(quorum=quorum(at_least=0, fraction="1/2")),
    ],
)
def test_a_rule_that_one_can_count_by_passes(counted_by: Entry) -> None:
    assert refused(counted_by) == []


def test_where_all_but_one_or_all_are_needed_to_outweigh_a_fraction() -> None:
    lines = [line(str(number), weights={"area": "1"}) for number in range(1, 5)]

    def waived(fraction: str, blockers: int) -> bool:
        waiver = {"fewest_over": {"measure": "area", "fraction": fraction}, "plus": 0}
        whole = criterion("all", "1/1", strict=False, waived_if_blockers_below=waiver)
        letters = "y" * (4 - blockers) + "n" * blockers
        return outcome(rule(criteria=[whole]), cast_by_letters(letters), lines) == "pass"

    assert [waived("1/2", blockers) for blockers in (2, 3)] == [True, False]  # three of four are more than a half
    assert [waived("3/4", blockers) for blockers in (3, 4)] == [True, False]
    assert waived("1/1", 4)


def test_who_is_excepted_from_a_quorum_need_not_be_there() -> None:
    excepting = quorum(fraction="1/1", except_roles=["chair", "mayor"])
    lines = roll(4, line("1", "chair"), line("2", "mayor"))
    assert outcome(rule(quorum=excepting), "--yy", lines) == "pass"
    assert outcome(rule(quorum=excepting), "yyy-", lines) == "no_quorum"


def test_where_all_are_recused_a_fraction_of_the_entitled_is_there() -> None:
    lines = [line("1", recused=True), line("2", recused=True)]
    assert outcome(rule(quorum=quorum(of="entitled", fraction="1/2")), "--", lines) == "fail"
    assert outcome(rule(quorum=quorum(of="entitled", fraction="1/2", at_least=1)), "--", lines) == "no_quorum"


@pytest.mark.parametrize(("leave", "present"), [([], 3), (["all"], 3), (["entitled", "quorum"], 3), (["present"], 2)])
def test_the_recused_are_among_those_present_unless_they_leave_them(leave: list[str], present: int) -> None:
    lines = roll(4, line("3", recused=True))
    said = closed(rule(recused_leave=leave), cast_by_letters("yn--"), lines)
    assert said["figures"]["present"] == present


def test_each_field_that_a_rule_has_too_many_or_too_few_is_named() -> None:
    changed = {name: value for name, value in rule(more=1).items() if name != "tie"}
    box = Box()
    box.annul()
    turned = rewritten(box, lambda entries: entries[0]["rule"].update(rule=changed))
    assert faults_of(turned) == [("rule", {"box": "7", "number": 0, "what": "more, tie"})]
