"""Choosing among persons or options: what is offered, how it is counted, and that the chair says what was chosen."""

import json
from collections.abc import Callable

import pytest

from ecabinet.database import reading, transaction
from ecabinet.refusals import Refused
from outcomes import contents, rules
from outcomes import service as outcomes
from outcomes.rules import DecisionKind, Details
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, casts, closed, question
from tests.world import MEMBERS, PEOPLE, World
from voting import choosing, entries, preparing, queries, results
from voting.choosing import Reason
from voting.conduct import Procedure
from voting.engine.result import Outcome
from voting.models import Question

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
OPTIONS = "Hà Nội\n  Đà   Nẵng \n\nCần Thơ"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def prepared(room: Room, secretary: Persona, options: str = OPTIONS) -> int:
    with transaction() as session:
        return preparing.prepare(
            session,
            secretary.actor(),
            item_id=room.item_id,
            text="Chọn nơi tổ chức",
            procedure=Procedure.CHOICE,
            options=options,
        ).id


def counted(room: Room, secretary: Persona, persona: People) -> int:
    """Three choose Đà Nẵng, one Hà Nội, one abstains, one is silent."""
    question_id = rooms.put(prepared(room, secretary), secretary.actor())
    for key, choice in zip(MEMBERS, ("option:2", "option:2", "option:2", "option:1", "abstain"), strict=False):
        casts(persona(key), question_id, choice)
    closed(question_id, secretary.actor())
    return question_id


def declares(chair: Persona, question_id: int, kind: DecisionKind, chosen: str) -> None:
    with transaction() as session:
        outcomes.declare(
            session, chair.actor(), question_id, kind, Details("Chọn Đà Nẵng"), kind_shown="", chosen=chosen
        )


def test_options_stand_one_a_line_and_blank_lines_do_not_count() -> None:
    assert choosing.labels_from(OPTIONS) == ["Hà Nội", "Đà Nẵng", "Cần Thơ"]
    assert choosing.options_of(["a", "b", "c"]) == ("option:1", "option:2", "option:3")
    assert choosing.named(["a", "b"]) == {"option:1": "a", "option:2": "b"}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", Reason.NUMBER_OF_OPTIONS),
        ("Chỉ một", Reason.NUMBER_OF_OPTIONS),
        ("\n".join(str(number) for number in range(21)), Reason.NUMBER_OF_OPTIONS),
        ("A\n" + "x" * 201, Reason.OPTION_TOO_LONG),
        ("Hà Nội\nHà  nội", Reason.OPTION_TWICE),
    ],
)
def test_too_few_too_many_too_long_or_equal_options_are_refused(written: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        choosing.labels_from(written)
    assert refused.value.reason is reason


def test_twenty_options_are_allowed_and_the_longest_text() -> None:
    assert len(choosing.labels_from("\n".join(f"{number:0>200}" for number in range(20)))) == 20


def test_options_without_choosing_are_refused() -> None:
    assert choosing.labels_for("", is_choice=False) == []
    with pytest.raises(Refused, match="OPTIONS_WITHOUT_CHOICE"):
        choosing.labels_for("A\nB", is_choice=False)


def test_the_ballot_offers_each_option_and_to_abstain_and_nothing_else(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = rooms.put(prepared(room, secretary), secretary.actor())
    with reading() as session:
        panel = queries.panel(session, chair.actor(), question_id)
    assert panel.options == ("option:1", "option:2", "option:3", "abstain")
    assert panel.labels == ("Hà Nội", "Đà Nẵng", "Cần Thơ")
    for wrong in ("yes", "option:0", "option:4", "option:"):
        with pytest.raises(Refused, match="NOT_OFFERED"):
            casts(chair, question_id, wrong)


def test_the_box_says_what_was_offered_in_which_words_and_that_no_rule_decides(room: Room, secretary: Persona) -> None:
    question_id = rooms.put(prepared(room, secretary), secretary.actor())
    opening = json.loads(bodies(question_id)[0])
    assert opening["options"] == ["option:1", "option:2", "option:3", "abstain"]
    assert opening["labels"] == {"option:1": "Hà Nội", "option:2": "Đà Nẵng", "option:3": "Cần Thơ"}
    assert opening["rule"]["rule"] is None
    assert entries.check_chain(bodies(question_id)) is None


@pytest.mark.both_databases
def test_the_ballots_that_stand_are_counted_for_each_option(room: Room, secretary: Persona, persona: People) -> None:
    rooms.bar(room, MEMBERS[5])
    question_id = counted(room, secretary, persona)
    figures = {
        "members": 6,
        "ballots": 5,
        "abstain": 1,
        "recused": 1,
        "options": {"option:1": 1, "option:2": 3, "option:3": 0},
    }
    last = json.loads(bodies(question_id)[-1])
    assert (last["outcome"], last["figures"], last["steps"], last["missing"]) == ("counted", figures, [], [])
    assert question(question_id).outcome == "counted"


def test_the_result_names_who_chose_what(room: Room, secretary: Persona, persona: People) -> None:
    question_id = counted(room, secretary, persona)
    with reading() as session:
        shown = results.result(session, secretary.actor(), question_id)
    assert shown is not None
    assert shown.outcome is Outcome.COUNTED
    assert {choice: len(members) for choice, members in shown.groups.items()} == {
        "option:1": 1,
        "option:2": 3,
        "option:3": 0,
        "abstain": 1,
    }
    assert [member.name for member in shown.missing] == [PEOPLE[MEMBERS[5]][1]]
    assert shown.had_most("option:2")
    assert not shown.had_most("option:1")


def test_the_chair_declares_which_option_was_chosen_beside_the_count(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = counted(room, secretary, persona)
    declares(chair, question_id, DecisionKind.ADOPTED, "option:2")
    declared = question(question_id)
    assert (declared.outcome, declared.declared) == ("counted", "option:2")


@pytest.mark.parametrize(
    ("kind", "chosen", "reason"),
    [
        (DecisionKind.ADOPTED, "", rules.Reason.NOT_CHOSEN),
        (DecisionKind.ADOPTED, "option:4", rules.Reason.NOT_CHOSEN),
        (DecisionKind.ADOPTED, "none", rules.Reason.CHOSEN_MEANS_ADOPTED),
        (DecisionKind.NOT_ADOPTED, "option:1", rules.Reason.CHOSEN_MEANS_ADOPTED),
    ],
)
def test_a_declaration_that_does_not_say_what_was_chosen_or_contradicts_itself_is_refused(
    kind: DecisionKind, chosen: str, reason: rules.Reason
) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_chosen(kind, chosen, ("option:1", "option:2"), choosing.NONE)
    assert refused.value.reason is reason


def test_none_of_the_options_may_be_declared() -> None:
    rules.check_chosen(DecisionKind.NOT_ADOPTED, "none", ("option:1", "option:2"), choosing.NONE)
    assert rules.declared_outcome(DecisionKind.NOT_ADOPTED, "counted", "none") == "none"


def test_the_archive_has_the_words_of_the_options_and_the_count(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = counted(room, secretary, persona)
    with reading() as session:
        kept = contents._result(session, session.get_one(Question, question_id))
    assert kept["options"] == {"option:1": "Hà Nội", "option:2": "Đà Nẵng", "option:3": "Cần Thơ"}
    assert kept["result"]["figures"]["options"]["option:2"] == 3
