import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda_docs.folding import fold, snippet, wanted_words, words_of

TEXT = "Chính phủ xem xét Đề án cấp nước sạch vùng đồng bằng; mức vốn 18.400 tỷ đồng."


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Đề án", "de an"),
        ("định", "dinh"),
        ("NGHỊ QUYẾT", "nghi quyet"),
        ("thuỷ", "thuy"),
        ("đ Đ", "d d"),
        ("Ước", "uoc"),
    ],
)
def test_marks_and_case_do_not_count(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_letters_written_apart_from_their_marks_are_the_same_words() -> None:
    assert words_of("Đe\u0302\u0300 a\u0301n") == words_of("Đề án") == ["de", "an"]


def test_signs_between_words_part_them() -> None:
    assert words_of("Nghị định 199/2026/NĐ-CP") == ["nghi", "dinh", "199", "2026", "nd", "cp"]


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    words = words_of(text)
    assert all(word.isalnum() for word in words)
    assert words_of(" ".join(words)) == words


def test_the_snippet_is_the_text_as_it_was_written() -> None:
    pieces = snippet(TEXT, wanted_words("de an"))
    assert [piece.text for piece in pieces if piece.is_hit] == ["Đề", "án"]
    assert "".join(piece.text for piece in pieces) == TEXT


def test_the_snippet_is_cut_where_the_words_stand_together() -> None:
    far = "đề " + "và một việc khác nữa " * 40 + "Đề án cấp nước" + " rồi thôi" * 40
    pieces = snippet(far, wanted_words("de an cap"))
    assert "án cấp" in "".join(piece.text for piece in pieces)
    assert pieces[0].text == "… "


def test_the_last_word_may_be_only_begun() -> None:
    assert [piece.text for piece in snippet(TEXT, wanted_words("nước sa")) if piece.is_hit] == ["nước", "sạch"]


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_and_any_query_give_a_snippet(text: str, query: str) -> None:
    assert sum(len(piece.text) for piece in snippet(text, wanted_words(query))) <= len(text) + 4
