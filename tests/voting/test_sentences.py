"""A result explains itself in one sentence."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings

from tests.voting.made_votes import majority, rule, vote
from tests.voting.test_rules_laws import asked
from voting.engine.names import fraction_name, measure_name, role_name, role_names
from voting.engine.result import StepKind
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.sentences import OUTCOMES, PLAIN, SPOKEN, outcome_name, render
from voting.engine.vote import Counts, Tally, Vote
from voting.rules import Outcome, Reference, decide

MEETING = rule_named("viet_nam/meeting")
OPINION_FORM = rule_named("viet_nam/opinion_form")


def english(sentence: str) -> str:
    return sentence


def said(cast: Vote, under: Rule, reference: Reference | None = None) -> str:
    return render(decide(cast, under, reference).steps, english)


def test_a_majority_of_all_with_its_quorum() -> None:
    assert said(vote(yes=14, no=10, absent=3), MEETING.rule) == (
        "14 of 27 members approved; more than half of all 27 was needed, that is 14; quorum 18, present 24."
    )


@pytest.mark.parametrize(
    ("holder", "clause"),
    [
        ("yes-1", "13 to 13: the side of the Prime Minister, who approved, decides"),
        ("no-1", "13 to 13: the side of the Prime Minister, who rejected, decides"),
        (None, "13 to 13: nobody holds the role of the Prime Minister, which decides"),
    ],
)
def test_a_tie_names_whose_side_decides(holder: str | None, clause: str) -> None:
    assert clause in said(vote({"prime_minister": holder}, yes=13, no=13), MEETING.rule)


def test_a_tie_that_nobody_broke_says_so() -> None:
    sentence = said(vote({"prime_minister": "abstain-1"}, yes=13, no=12, abstain=1), MEETING.rule)
    assert (
        "exactly half approved: the side of the Prime Minister decides, who neither approved nor rejected" in sentence
    )


def test_a_tie_under_other_rules() -> None:
    assert "2 to 2: a tie does not pass" in said(vote(yes=2, no=2), rule())
    double = rule_named("swiss_federal_council/decision").rule
    sentence = said(vote({"chair": "yes-1"}, yes=2, no=2, absent=3), double)
    assert "2 to 2: the vote of the chair, who approved, counts double" in sentence
    assert "the rule asks for at least 3 approvals, and there were 3" in sentence
    against = said(vote({"chair": "no-1"}, yes=2, no=2, absent=3), double)
    assert "the vote of the chair, who rejected, counts double" in against
    assert "and there were only 2" in against


def test_the_article_and_what_silence_meant_are_stated() -> None:
    cast = vote(yes=9, no=6, silent=12, passed=True)
    sentence = said(cast, OPINION_FORM.rule, OPINION_FORM.reference())
    assert sentence == (
        "21 of 27 members approved; more than half of all 27 was needed, that is 14; silence counted as agreement: 12; "
        "rule: 191/2026/NĐ-CP, art. 3(3), 17."
    )


@pytest.mark.parametrize(
    ("silence", "clause"),
    [
        ("not_a_yes", "silent, not counted as agreement: 1"),
        ("absent", "silent, counted as absent: 1"),
        ("objection_stops", "silent, so without objection: 1"),
    ],
)
def test_every_meaning_of_silence_has_its_words(silence: str, clause: str) -> None:
    assert clause in said(vote(yes=2, silent=1, passed=True), rule(form="written", silence=silence))


def test_recusals_deputies_and_other_opinions_are_stated() -> None:
    members = ("a", "b", "c", "d", "e", "f")
    ballots = {"a": Choice.YES, "b": Choice.OTHER, "c": Choice.OTHER, "d": Choice.OTHER, "e": Choice.RECUSED}
    classified = {"b": Choice.YES, "c": Choice.NO}
    cast = Vote(members, ballots, substitutes=frozenset({"f"}), classified=classified)
    sentence = said(cast, rule())
    assert "recused: 1" in sentence
    assert "attended by a deputy without a vote: 1" in sentence
    assert "other opinions read as approval: 1, as rejection: 1, as neither: 1" in sentence
    assert "recused and left out of all members: 1" in said(cast, rule(recused_leave=["all"]))


def test_no_quorum_is_the_sentence_where_there_is_none() -> None:
    assert said(vote(yes=17, absent=10), MEETING.rule) == "No quorum: 18 had to be present, and 17 were."
    written = rule(form="written", quorum={"at_least": 2, "roles": ["chair"]})
    assert said(vote(yes=1, silent=2, passed=True), written).startswith(
        "No quorum without the chair; no quorum: 2 had to answer, and 1 did"
    )


def test_a_required_role_that_is_away_is_named_where_the_number_is_reached() -> None:
    away = said(vote({"chair": "absent-1"}, yes=3, absent=1), rule(quorum={"at_least": 2, "roles": ["chair"]}))
    assert away == "No quorum without the chair; quorum 2, present 3."


def test_open_and_objected_say_what_is_awaited_and_what_stopped() -> None:
    silence = rule(form="written", criteria=[], silence="objection_stops")
    assert said(vote(silent=3, yes=1, passed=False), silence) == (
        "1 of 4 members have answered and the deadline has not passed."
    )
    assert said(vote(no=1, silent=3, passed=False), silence) == (
        "Objections: 1, and one is enough to stop this procedure."
    )


def test_blocks_are_stated() -> None:
    blocks = rule(criteria=[], no_blocks=True, absence_blocks=True)
    sentence = said(vote(yes=2, no=1, absent=1), blocks)
    assert "rejections: 1, and one is enough to stop this question" in sentence
    assert "took no part: 1, and all members have to take part" in sentence


def test_each_base_and_fraction_has_its_words() -> None:
    def clause(base: str, fraction: str, *, strict: bool) -> str:
        return said(vote(yes=2, no=1, abstain=1), rule(criteria=majority(base, fraction, strict=strict)))

    assert "at least two thirds of the 4 present was needed, that is 3" in clause("present", "2/3", strict=False)
    assert "more than three fifths of the 3 who approved or rejected" in clause("cast", "3/5", strict=True)
    assert "at least 55 % of the 4 entitled to vote" in clause("entitled", "55/100", strict=False)
    assert "at least 3/7 of all 4" in clause("all", "3/7", strict=False)
    assert "all 4 had to approve" in clause("all", "1/1", strict=False)
    answered = rule(form="written", criteria=majority("answered"))
    assert "more than half of the 1 who answered" in said(vote(yes=1, passed=True), answered)
    assert "nobody counted towards the majority" in said(vote(abstain=2), rule(criteria=majority("cast")))


def weighed(base: str, *, strict: bool, **entries: object) -> Rule:
    """Make a rule that counts the population."""
    criterion = {"measure": "population", "base": base, "fraction": "65/100", "strict": strict}
    return rule(criteria=[{**criterion, **entries}])


@pytest.mark.parametrize(
    ("base", "strict", "clause"),
    [
        ("all", False, "members with at least 65 % of the population were needed, that is 65 of 100"),
        ("all", True, "members with more than 65 % of the population were needed, that is more than 65 of 100"),
        ("entitled", False, "of the population of those entitled to vote were needed"),
        ("present", False, "of the population of those present were needed"),
        ("cast", False, "of the population of those who approved or rejected were needed"),
    ],
)
def test_a_weight_names_its_measure_and_a_percentage(base: str, strict: bool, clause: str) -> None:  # noqa: FBT001
    cast = replace(vote(yes=1, no=2), weights={"yes-1": people(48.5), "no-1": people(50), "no-2": people(1.5)})
    sentence = said(cast, weighed(base, strict=strict))
    assert clause in sentence
    assert "and those who approved have 48.5" in sentence


def people(millions: float) -> dict[str, Fraction]:
    return {"population": Fraction(str(millions))}


def test_a_measure_without_words_shows_its_own_name() -> None:
    cast = replace(vote(yes=2), weights={member: {"paid_in_shares": Fraction(3)} for member in ("yes-1", "yes-2")})
    criterion = {"measure": "paid_in_shares", "base": "all", "fraction": "1/2", "strict": True}
    assert "members with more than half of the paid in shares were needed" in said(cast, rule(criteria=[criterion]))


def test_too_few_blockers_are_stated() -> None:
    cast = replace(vote(yes=1, no=1), weights={"yes-1": people(10), "no-1": people(90)})
    sentence = said(cast, weighed("all", strict=False, waived_if_blockers_below=4))
    assert "it counts as reached all the same: 1 did not approve, and fewer than 4 cannot block" in sentence


def test_figures_counted_elsewhere_are_named() -> None:
    cast = replace(vote(yes=2), tallies={"people": Tally(Fraction(70), Fraction(30), Fraction(200))})
    sentence = said(cast, rule_named("swiss_popular_vote/people").rule)
    assert "votes of the people: 70 of 100 in favour, and more than half was needed" in sentence
    assert "counted elsewhere: votes of the people" in sentence
    at_least = rule(criteria=[{"measure": "people", "base": "all", "fraction": "1/3", "strict": False}])
    assert "votes of the people: 70 of 200 in favour, and at least one third was needed" in said(cast, at_least)


def test_a_veto_and_an_objection_that_suspends_are_stated() -> None:
    cast = replace(vote(yes=9, no=1), veto_holders=frozenset({"no-1"}))
    final = rule_named("un_security_council/substance").rule
    assert "vetoes: 1, and one is enough to stop this question" in said(cast, final)
    clause = "objections that suspend: 1, so there has to be a second vote"
    assert said(cast, rule(veto="suspensive")).endswith(f"{clause}.")
    named = rule(veto="suspensive", second_vote="germany/second_vote")
    assert f"{clause}, by the rule “germany/second_vote”" in said(cast, named)


def test_whose_approval_is_needed_is_stated() -> None:
    needed = rule(must_approve=["chancellor", "chair"])
    with_both = said(vote({"chancellor": "yes-1", "chair": "yes-2"}, yes=2), needed)
    assert "approved, as is needed: the Chancellor, the chair" in with_both
    without = said(vote({"chancellor": "no-1", "chair": "yes-2"}, yes=2, no=1), needed)
    assert "did not approve, though that is needed: the Chancellor" in without


def test_who_votes_only_on_a_tie_is_stated() -> None:
    decides = rule(criteria=majority("cast"), tie={"decides": "chair"}, min_yes=3)
    sentence = said(vote({"chair": "yes-3"}, yes=3, no=2), decides)
    assert "2 to 2: the vote of the chair, who approved, decides" in sentence
    assert "and there were 3; the vote that settled the tie is one of these" in sentence
    assert "the chair votes only to settle a tie, and is counted among those present who did not vote" in sentence
    assert "the vote of the chair, who rejected, decides" in said(vote({"chair": "no-3"}, yes=2, no=3), decides)
    away = said(vote({"chair": "absent-1"}, yes=3, no=3, absent=1), decides)
    assert "3 to 3: the vote of the chair decides, who neither approved nor rejected" in away


def test_who_was_represented_is_stated() -> None:
    cast = replace(vote(yes=3), proxies={"yes-1": "yes-2"})
    plain = rule(proxies_per_member=1)
    assert "represented by another member: 1" in said(cast, plain)
    strict = rule(proxies_per_member=1, quorum={"at_least": 2})
    assert "represented by another member, and not counted for the quorum: 1" in said(cast, strict)


def test_a_presence_that_was_handed_in_is_stated() -> None:
    cast = Vote(size=9, counts=Counts({Choice.YES: 4}, present=7))
    assert "how many were present is taken from the record: 7" in said(cast, rule(criteria=majority("present")))


def test_an_unusual_tie_condition_is_stated() -> None:
    switch = rule(tie={"side_of": "chair"}, tie_when="yes_equals_no")
    sentence = said(vote({"chair": "yes-1"}, yes=10, no=10, abstain=7), switch)
    assert "as many approvals as rejections is a tie under this rule" in sentence


def test_every_sentence_goes_through_the_translator() -> None:
    seen: list[str] = []

    def marked(sentence: str) -> str:
        seen.append(sentence)
        return f"⟦{sentence}⟧"

    rendered = render(decide(vote(yes=14, no=10, absent=3), MEETING.rule, Reference("Charter", "")).steps, marked)
    assert rendered.startswith("⟦")
    assert rendered.endswith("⟧")
    assert "⟦rule: Charter⟧" in rendered
    assert len(seen) > 5


def vietnamese() -> dict[str, str]:
    catalogue = Path(__file__).parents[2] / "translations" / "vi" / "rules.po"
    with catalogue.open("rb") as written:
        return {str(message.id): str(message.string) for message in read_po(written)}


WORDS = vietnamese()


def test_the_same_result_in_vietnamese() -> None:
    decided = decide(vote({"prime_minister": "yes-1"}, yes=13, no=13), MEETING.rule)
    assert render(decided.steps, lambda sentence: WORDS[sentence]) == (
        "13/26 thành viên tán thành; cần quá nửa tổng số thành viên (26), tức là từ 14 trở lên; số phiếu ngang nhau "
        "(13–13), thực hiện theo ý kiến mà Thủ tướng đã biểu quyết là tán thành; túc số 18, có mặt 26."
    )


def test_a_weight_in_vietnamese() -> None:
    cast = replace(vote(yes=1, no=1), weights={"yes-1": people(10), "no-1": people(90)})
    decided = decide(cast, weighed("all", strict=False, waived_if_blockers_below=4))
    assert render(decided.steps, lambda sentence: WORDS[sentence]) == (
        "1/2 thành viên tán thành; cần các thành viên đại diện ít nhất 65% tổng dân số, tức là 65/100; các thành viên tán thành "
        "có 10; vẫn coi là đạt: có 1 thành viên không tán thành, trong khi dưới 4 thành viên thì không thể ngăn cản."
    )


def test_roles_and_outcomes_have_names() -> None:
    assert role_name("prime_minister", english) == "the Prime Minister"
    assert role_name("speaker_of_the_house", english) == "speaker of the house"
    assert {outcome_name(outcome, english) for outcome in Outcome} >= {"Adopted", "Not adopted", "No quorum"}


def test_nothing_decided_is_no_sentence() -> None:
    assert render([], english) == ""


@settings(max_examples=80, deadline=None)
@given(asked())
def test_every_result_renders_in_one_sentence_in_both_languages(both: tuple[Vote, Rule]) -> None:
    cast, under = both
    for passed in (True, False):
        steps = decide(replace(cast, deadline_passed=passed), under, Reference("Charter", "1")).steps
        sentence = render(steps, english)
        assert sentence.endswith(", art. 1.")
        assert "%(" not in sentence
        assert "%(" not in render(steps, lambda words: WORDS[words])


def test_every_kind_of_step_has_its_words() -> None:
    assert set(StepKind) == set(PLAIN) | set(SPOKEN)
    assert set(Outcome) == set(OUTCOMES)


def test_what_has_words_is_called_by_them_and_the_rest_by_its_own_name() -> None:
    assert (
        role_names(["chair", "state_secretary", "lord_mayor"], str.upper)
        == "THE CHAIR, THE STATE SECRETARY, lord mayor"
    )
    assert measure_name("population", str.upper) == "POPULATION"
    assert measure_name("cantons", english) == "votes of the cantons"
    assert measure_name("area_of_land", str.upper) == "area of land"


def test_a_fraction_is_said_in_words_or_in_per_cent_or_as_it_is_written() -> None:
    said = {fraction: fraction_name(fraction, english) for fraction in ("2/4", "55/100", "1/1", "4/7", "6/9")}
    assert said == {"2/4": "half", "55/100": "55 %", "1/1": "100 %", "4/7": "4/7", "6/9": "two thirds"}
    assert fraction_name("1/2", str.upper) == "HALF"
