"""Explanation and reception: the comments made at the close, and the answers of the agency in charge."""

import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from agenda_docs import reading as dossiers
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.answered import let_agency_read, played
from tests.voting.room import Room
from tests.world import World
from voting.opinions.reception import queries, rules, service
from voting.opinions.reception.models import CommentAnswer, OpinionComment
from voting.opinions.reception.queries import Table
from voting.opinions.reception.rules import Reason, Step

People = Callable[[str], Persona]
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government)
    let_agency_read(room)
    return room


def table(who: Persona, question_id: int) -> Table:
    with reading() as session:
        return queries.table(session, who.actor(), question_id)


def answers(
    who: Persona, comment_id: int, step: Step, words: str = "Đã sửa.", place: str = "Điều 5", *, seen: int = 0
) -> None:
    actor = who.actor()
    with transaction() as session:
        service.answer(session, actor, comment_id, step, words=words, place=place, seen=seen)


def returns(who: Persona, comment_id: int, reason: str, *, seen: int) -> None:
    actor = who.actor()
    with transaction() as session:
        service.send_back(session, actor, comment_id, reason, seen=seen)


def told(person_id: int) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Notice.sentence).where(Notice.person_id == person_id)))


@pytest.mark.parametrize(
    ("words", "points"),
    [
        ("", []),
        ("Đồng ý.", [("", "Đồng ý.")]),
        ("Điều 5 khoản 2: sửa", [("Điều 5 khoản 2", "Điều 5 khoản 2: sửa")]),
        ("Article 5 (2) is unclear", [("Article 5 (2)", "Article 5 (2) is unclear")]),
        ("Điều hành tốt hơn", [("", "Điều hành tốt hơn")]),
        ("Mục tiêu 3 cao", [("", "Mục tiêu 3 cao")]),
        ("Chương IV: bỏ\n\nKết luận", [("Chương IV", "Chương IV: bỏ"), ("", "Kết luận")]),
        ("Điều 5: sửa\n- một\n- hai", [("Điều 5", "Điều 5: sửa\n- một\n- hai")]),
        ("Điều 5 bỏ\nChung\nđiều 5 thêm", [("Điều 5", "Điều 5 bỏ\nđiều 5 thêm"), ("", "Chung")]),
        ("Khoản 2 Điều 5 sửa\nĐiều 5 khoản 2 thêm", [("Khoản 2 Điều 5", "Khoản 2 Điều 5 sửa\nĐiều 5 khoản 2 thêm")]),
    ],
)
def test_words_fall_into_the_points_they_begin_with(words: str, points: Sequence[tuple[str, str]]) -> None:
    assert rules.points_of(words) == points


@pytest.mark.parametrize("gap", [" ", "\u00a0", ", ", " ,"])
def test_a_label_among_thousands_of_spaces_is_read_at_once(gap: str) -> None:
    before = time.process_time()
    assert rules.label_of("Điều 5" + gap * 3980 + "x") == "Điều 5"
    assert (
        time.process_time() - before < 0.5
    )  # it took four seconds and more when every way to share them out was tried


def test_points_stand_in_the_order_of_the_text() -> None:
    labels = ["", "Phụ lục I", "Điều 12", "Điều 5 điểm b", "Điều 5", "Chương II", "Điều 5 khoản 1", "Điều 5a"]
    ordered = sorted(labels, key=lambda label: rules.order_of(rules.key_of(label)))
    assert ordered == [
        "Chương II",
        "Điều 5",
        "Điều 5 khoản 1",
        "Điều 5 điểm b",
        "Điều 5a",
        "Điều 12",
        "Phụ lục I",
        "",
    ]


def test_the_close_makes_one_row_of_every_point(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    rows = [(row.name, row.point, row.is_reserved) for row in table(officer, question_id).rows]
    assert rows == [
        ("Bộ trưởng Bộ Y tế", "", False),
        ("Bộ trưởng Bộ Y tế", "Điều 5 khoản 2", False),
        ("Bộ trưởng Bộ Y tế", "Phụ lục II", False),
        ("Bộ trưởng Bộ Tài chính", "Khoản 2 Điều 5", False),
        ("Bộ trưởng Bộ Tài chính", "", True),
        ("Bộ trưởng Bộ Nội vụ", "", False),
    ]
    # Who agreed without a word has no row, and the agency in charge is told, not another.
    assert "COMMENTS_TO_ANSWER" in told(room.world.person("officer"))
    assert "COMMENTS_TO_ANSWER" not in told(room.world.person("finance_officer"))


def test_every_version_of_an_answer_stays_and_the_table_knows_when_it_is_complete(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    first, *others = table(officer, question_id).rows
    answers(officer, first.id, Step.EXPLAINED, "Không cần sửa.", "")
    returns(secretary, first.id, "Nêu rõ căn cứ.", seen=1)
    assert table(officer, question_id).answered == 0
    assert "COMMENT_SENT_BACK" in told(room.world.person("officer"))
    answers(officer, first.id, Step.PARTLY, "Sửa một phần.", "Điều 1", seen=2)
    for row in others:
        assert "COMMENTS_ANSWERED" not in told(room.world.person("secretary"))
        answers(officer, row.id, Step.ACCEPTED)
    found = table(secretary, question_id)
    assert found.is_complete
    assert [(step.step, step.words) for step in found.rows[0].steps] == [
        (Step.EXPLAINED, "Không cần sửa."),
        (Step.SENT_BACK, "Nêu rõ căn cứ."),
        (Step.PARTLY, "Sửa một phần."),
    ]
    assert "COMMENTS_ANSWERED" in told(room.world.person("secretary"))


@sqlite_alone
def test_an_answer_to_an_older_version_is_refused_and_names_who_answered(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    comment = table(officer, question_id).rows[0].id
    answers(officer, comment, Step.ACCEPTED)
    with pytest.raises(Refused) as refused:
        answers(officer, comment, Step.EXPLAINED, seen=0)
    assert refused.value.reason is Reason.CHANGED_MEANWHILE
    assert refused.value.values["name"] == "Chuyên viên Bộ Y tế"


@pytest.mark.parametrize(
    ("step", "words", "place", "reason"),
    [
        (Step.SENT_BACK, "x", "x", Reason.NOT_AN_ANSWER),
        (Step.EXPLAINED, "", "x", Reason.WORDS_MISSING),
        (Step.ACCEPTED, "x", "", Reason.PLACE_MISSING),
        (Step.PARTLY, "x", "", Reason.PLACE_MISSING),
    ],
)
def test_an_answer_says_what_it_has_to(step: Step, words: str, place: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_answer(step, words, place)
    assert refused.value.reason is reason


@sqlite_alone
def test_only_the_agency_in_charge_answers_and_only_the_secretariat_returns(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    comment = table(officer, question_id).rows[0].id
    with pytest.raises(Refused) as refused:
        answers(secretary, comment, Step.EXPLAINED)
    assert refused.value.reason is Reason.NOT_YOUR_UNIT
    with pytest.raises(NotFound):
        answers(persona("finance_officer"), comment, Step.EXPLAINED)
    with pytest.raises(Forbidden):
        answers(persona("finance_minister"), comment, Step.EXPLAINED)
    with pytest.raises(Refused) as nothing:
        returns(secretary, comment, "Vì sao", seen=0)
    assert nothing.value.reason is Reason.NOTHING_TO_RETURN
    answers(officer, comment, Step.EXPLAINED)
    with pytest.raises(Forbidden):
        returns(officer, comment, "Vì sao", seen=1)


@sqlite_alone
def test_who_is_barred_and_another_agency_see_nothing(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    rooms.bar(room, "officer")
    for key in ("officer", "finance_officer", "outsider", "guest", "administrator"):
        with pytest.raises((NotFound, Forbidden)):
            table(persona(key), question_id)
    with reading() as session:
        assert queries.to_answer(session, officer.actor()) == []
        assert queries.tables(session, persona("finance_officer").actor()) == []


@sqlite_alone
def test_another_agency_that_reads_the_dossier_sees_no_comment_all_the_same(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    let_agency_read(room, "BTC")
    asked = persona("finance_officer")
    with reading() as session:
        assert dossiers.may_read(session, asked.actor(), room.matter_id)
    with pytest.raises(NotFound):
        table(asked, question_id)
    with reading() as session:
        assert queries.tables(session, asked.actor()) == []


@sqlite_alone
def test_the_list_says_which_tables_wait(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    answers(officer, table(officer, question_id).rows[0].id, Step.EXPLAINED)
    with reading() as session:
        (mine,) = queries.to_answer(session, officer.actor())
        (followed,) = queries.tables(session, secretary.actor())
        assert queries.to_answer(session, secretary.actor()) == []
    assert (mine.question_id, mine.comments, mine.answered, mine.is_mine) == (question_id, 6, 1, True)
    assert (followed.answered, followed.is_mine) == (1, False)


def test_the_database_refuses_to_change_a_comment_or_an_answer(
    room: Room, secretary: Persona, officer: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    answers(officer, table(officer, question_id).rows[0].id, Step.EXPLAINED)
    for statement in (update(OpinionComment).values(text="khác"), delete(CommentAnswer)):
        with pytest.raises(DatabaseError), transaction() as session:
            session.execute(statement)
