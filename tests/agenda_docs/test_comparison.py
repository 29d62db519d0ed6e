"""Two versions of a paper side by side: which pages belong together, and which words differ."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agenda_docs import documents
from agenda_docs.comparison import rules
from agenda_docs.comparison.rules import Mark, PageState
from agenda_docs.models import DocumentVersion
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from tests.agenda_docs.dossiers import add_paper, examined, lodge
from tests.persona import Persona
from tests.world import World

FIRST = "Điều 1. Phạm vi điều chỉnh. Quyết định này quy định mức hỗ trợ cho vùng đồng bằng."
SECOND = "Điều 2. Mức hỗ trợ là 18.400 tỷ đồng trong ba năm, từ ngân sách trung ương."
THIRD = "Điều 3. Bộ trưởng các bộ chịu trách nhiệm thi hành Quyết định này."
words = some.text(alphabet="abđ .\n", max_size=40)


def states(old: list[str], new: list[str]) -> list[tuple[int | None, int | None, PageState]]:
    return [(pair.old, pair.new, pair.state) for pair in rules.compare(old, new)]


def test_a_page_put_in_does_not_shift_those_after_it() -> None:
    assert states([FIRST, THIRD], [FIRST, SECOND, THIRD]) == [
        (1, 1, PageState.SAME),
        (None, 2, PageState.INSERTED),
        (2, 3, PageState.SAME),
    ]


def test_a_page_taken_out_is_shown_with_its_old_number() -> None:
    assert states([FIRST, SECOND, THIRD], [FIRST, THIRD]) == [
        (1, 1, PageState.SAME),
        (2, None, PageState.DELETED),
        (3, 2, PageState.SAME),
    ]


def test_a_changed_page_stands_beside_the_page_it_came_from_although_another_was_put_in_before_it() -> None:
    changed = SECOND.replace("18.400", "19.100")
    new_page = "Phụ lục kèm theo danh sách các huyện được hưởng chính sách này."
    assert states([FIRST, SECOND, THIRD], [FIRST, new_page, changed, THIRD]) == [
        (1, 1, PageState.SAME),
        (None, 2, PageState.INSERTED),
        (2, 3, PageState.CHANGED),
        (3, 4, PageState.SAME),
    ]


def test_other_line_breaks_are_no_change() -> None:
    assert states([FIRST], [FIRST.replace(" ", "\n")]) == [(1, 1, PageState.SAME)]


def test_what_was_taken_out_stands_on_the_left_and_what_was_put_in_on_the_right() -> None:
    (pair,) = rules.compare([SECOND], [SECOND.replace("18.400", "19.100")])
    assert [piece.text for piece in pair.left if piece.mark is Mark.DELETED] == ["18.400"]
    assert [piece.text for piece in pair.right if piece.mark is Mark.INSERTED] == ["19.100"]
    assert not [piece for piece in pair.left if piece.mark is Mark.INSERTED]


def test_a_very_long_page_is_shown_without_marks() -> None:
    long = " ".join(f"từ{number}" for number in range(rules.WORDS_OF_A_PAGE + 1))
    (pair,) = rules.compare([long], [long + " cuối"])
    assert (pair.state, pair.is_marked) == (PageState.CHANGED, False)
    assert [piece.text for piece in pair.right] == [long + " cuối"]


def test_after_so_many_words_the_pages_that_follow_are_not_marked() -> None:
    page = " ".join(f"từ{number}" for number in range(1000))
    old = [f"{number} {page}" for number in range(70)]
    new = [f"{number} {page} cuối" for number in range(70)]
    marked = [pair.is_marked for pair in rules.compare(old, new)]
    assert marked[0]
    assert not marked[-1]


@given(some.lists(words, max_size=6), some.lists(words, max_size=6))
def test_every_page_and_every_word_of_both_versions_is_shown_once_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = rules.compare(old, new)
    assert [pair.old for pair in pairs if pair.old] == list(range(1, len(old) + 1))
    assert [pair.new for pair in pairs if pair.new] == list(range(1, len(new) + 1))
    assert ["".join(piece.text for piece in pair.left) for pair in pairs if pair.old] == old
    assert ["".join(piece.text for piece in pair.right) for pair in pairs if pair.new] == new
    assert rules.changed_pages_of(old, new) == [
        pair.new for pair in pairs if pair.new and pair.state is not PageState.SAME
    ]


@pytest.mark.any_database
def test_the_page_shows_both_versions_to_who_may_read_them_and_to_nobody_else(
    database: Config, government: World, officer: Persona, secretary: Persona, outsider: Persona
) -> None:
    matter_id = lodge(government, officer)
    old = add_paper(database, officer, matter_id, texts=(FIRST, SECOND))
    with transaction() as session:
        document = session.get_one(DocumentVersion, old).document_id
        changed = (FIRST, SECOND.replace("18.400", "19.100"))
        made = documents.submit_version(
            session, officer.actor(), matter_id, document, examined(database, changed, mark="newer")
        )
        new = made.id
    page = officer.get(f"/documents/{old}/compare/{new}").text
    assert "<del>18.400</del>" in page
    assert "<ins>19.100</ins>" in page
    assert f"/documents/{old}/compare/{new}" in officer.get(f"/matters/{matter_id}").text
    officer.get(f"/documents/{new}/compare/{old}", HTTPStatus.NOT_FOUND)
    other = add_paper(database, officer, matter_id, "Dự thảo", texts=(THIRD,), mark="other")
    officer.get(f"/documents/{old}/compare/{other}", HTTPStatus.NOT_FOUND)
    secretary.get(f"/documents/{old}/compare/{new}", HTTPStatus.NOT_FOUND)
    outsider.get(f"/documents/{old}/compare/{new}", HTTPStatus.FORBIDDEN)


@pytest.mark.any_database
def test_a_scanned_paper_says_that_there_is_nothing_to_compare(
    database: Config, government: World, officer: Persona
) -> None:
    matter_id = lodge(government, officer)
    old = add_paper(database, officer, matter_id, texts=("", ""))
    with transaction() as session:
        document = session.get_one(DocumentVersion, old).document_id
        made = documents.submit_version(
            session, officer.actor(), matter_id, document, examined(database, ("", ""), mark="newer")
        )
        new = made.id
    assert "the pages are pictures" in officer.get(f"/documents/{old}/compare/{new}").text
    with reading() as session:
        assert session.get_one(DocumentVersion, new).number == 2
