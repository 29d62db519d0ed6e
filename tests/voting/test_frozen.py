"""What was frozen with a question is read back as it was: the question, its answers and papers, its rule, who may vote."""

from dataclasses import replace

import pytest

from ecabinet.database import reading
from tests.voting import bare
from tests.voting import room as rooms
from tests.voting.room import Room
from tests.world import World
from voting import entries, frozen
from voting.conduct import Procedure
from voting.engine.rule import Form
from voting.engine.rule_book import rule_named
from voting.engine.vote import RollMember
from voting.entries import Paper
from voting.frozen import Frozen
from voting.models import RollEntry

LABELS = ("Hà Nội", "Đà Nẵng")


@pytest.fixture(scope="session")
def engine() -> str:
    """No database differs from another in what is asked here."""
    return "sqlite"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def read(question_id: int) -> Frozen:
    with reading() as session:
        return frozen.frozen_of(session, question_id)


def test_a_question_in_the_room_and_one_in_writing_are_each_read_back_whole(room: Room) -> None:
    in_room, in_writing = bare.ask(room), bare.ask(room, form=Form.WRITTEN, named=rule_named("eu_council/silence"))
    expected = Frozen(
        question_id=in_room,
        body_id=room.world.body_id,
        matter_id=room.matter_id,
        item_id=room.item_id,
        meeting_id=room.meeting_id,
        block_id=None,
        form=Form.MEETING,
        procedure=Procedure.VOTE,
        text="Thông qua?",
        options=("yes", "no", "abstain", "other"),
        labels={},
        papers=(Paper("31", 4, "ab" * 32),),
        named=bare.RULE,
        closes_at=bare.ENDS_AT,
    )
    assert read(in_room) == expected
    assert read(in_room).rule == bare.RULE.rule
    written = read(in_writing)
    assert (written.question_id, written.form, written.item_id, written.meeting_id) == (
        in_writing,
        Form.WRITTEN,
        None,
        None,
    )
    assert written.named == rule_named("eu_council/silence")


def test_where_members_choose_the_options_and_their_words_are_those_of_the_question(room: Room) -> None:
    chosen = read(bare.ask(room, procedure=Procedure.CHOICE, labels=LABELS))
    assert chosen.options == ("option:1", "option:2", "abstain")
    assert chosen.labels == {"option:1": "Hà Nội", "option:2": "Đà Nẵng"}
    assert read(bare.ask(room, procedure=Procedure.VOTE, labels=LABELS)).labels == {}


def test_what_was_shown_is_the_text_the_answers_their_words_and_the_papers_in_a_language(room: Room) -> None:
    what = read(bare.ask(room, procedure=Procedure.CHOICE, labels=LABELS))
    shown = {"text": what.text, "options": what.options, "labels": what.labels, "papers": what.papers}
    assert what.seen("en") == entries.seen_of(language="en", **shown)  # type: ignore[arg-type] # each as it is there
    assert what.seen("en") != what.seen("vi")
    changed = [replace(what, text="?"), replace(what, options=()), replace(what, labels={}), replace(what, papers=())]
    assert len({each.seen("en") for each in (what, *changed)}) == 5


def test_the_recused_are_not_among_those_who_may_vote_and_each_question_has_its_own_roll(room: Room) -> None:
    three = ("health_minister", "finance_minister", "justice_minister")
    some = bare.ask(room, members=three, of_lines={"finance_minister": {"recused": True}})
    others, nobody = bare.ask(room), bare.ask(room, members=())
    with reading() as session:
        assert [frozen.entitled_count(session, each) for each in (some, others, nobody)] == [2, 6, 0]


def test_a_line_of_the_roll_is_a_member_as_the_rules_count_them() -> None:
    line = RollEntry(
        membership_id=7,
        name="Bộ trưởng",
        roles=["chair"],
        recused=True,
        substituted=True,
        weights={"population": "1.5"},
        proxy="8",
        veto=True,
    )
    assert frozen.roll_member(line) == RollMember(
        "7",
        "Bộ trưởng",
        ("chair",),
        recused=True,
        substituted=True,
        weights={"population": "1.5"},
        proxy="8",
        veto=True,
    )
    usual = RollEntry(membership_id=7, name="Bộ trưởng", roles=[], recused=False, substituted=False)
    assert frozen.roll_member(usual) == RollMember("7", "Bộ trưởng")
