"""A result explains itself in one sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given

from tests.voting.made_votes import majority, rule, some_rule, vote
from tests.voting.test_rules_laws import some_vote
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.sentences import outcome_name, render, role_name
from voting.engine.vote import Vote
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
    assert "at least 11/20 of the 4 entitled to vote" in clause("entitled", "55/100", strict=False)
    answered = rule(form="written", criteria=majority("answered"))
    assert "more than half of the 1 who answered" in said(vote(yes=1, passed=True), answered)
    assert "nobody counted towards the majority" in said(vote(abstain=2), rule(criteria=majority("cast")))


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


def test_the_same_result_in_vietnamese() -> None:
    catalogue = Path(__file__).parents[2] / "translations" / "vi" / "rules.po"
    with catalogue.open("rb") as written:
        words = {message.id: message.string for message in read_po(written)}
    decided = decide(vote({"prime_minister": "yes-1"}, yes=13, no=13), MEETING.rule)
    assert render(decided.steps, lambda sentence: str(words[sentence])) == (
        "13/26 thành viên tán thành; cần quá nửa tổng số thành viên (26), tức là từ 14 trở lên; số phiếu ngang nhau "
        "(13–13), thực hiện theo ý kiến mà Thủ tướng đã biểu quyết là tán thành; túc số 18, có mặt 26."
    )


def test_roles_and_outcomes_have_names() -> None:
    assert role_name("prime_minister", english) == "the Prime Minister"
    assert role_name("speaker_of_the_house", english) == "speaker of the house"
    assert {outcome_name(outcome, english) for outcome in Outcome} >= {"Adopted", "Not adopted", "No quorum"}


def test_nothing_decided_is_no_sentence() -> None:
    assert render([], english) == ""


@given(some_vote(), some_rule())
def test_every_result_renders_in_one_sentence(cast: Vote, under: Rule) -> None:
    for passed in (True, False):
        sentence = said(replace(cast, deadline_passed=passed), under, Reference("Charter", "1"))
        assert sentence.endswith(", art. 1.")
        assert "%" not in sentence
