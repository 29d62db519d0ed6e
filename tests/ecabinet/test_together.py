"""Questions asked at the same moment: each gets its own answer, an error stops nobody else, nothing is remembered."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from ecabinet.together import Together


def test_each_question_gets_its_own_answer_and_an_unknown_one_none() -> None:
    doubled = Together[int, int](lambda keys: {key: 2 * key for key in keys if key >= 0})
    start = Barrier(40)

    def ask(key: int) -> int | None:
        start.wait()
        return doubled.ask(key)

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(ask, range(-1, 39)))
    assert answers == [None, *(2 * key for key in range(39))]


def test_those_who_wait_for_the_turn_are_answered_by_one_look() -> None:
    looks: list[set[int]] = []
    first_look_has_begun, all_wait = Event(), Event()

    def find(keys: Collection[int]) -> dict[int, int]:
        looks.append(set(keys))
        first_look_has_begun.set()
        all_wait.wait(10)
        return dict.fromkeys(keys, 0)

    asked = Together[int, int](find)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(asked.ask, 0)
        first_look_has_begun.wait(10)
        others = [pool.submit(asked.ask, key) for key in range(1, 6)]
        while len(asked._waiting) < 6:
            pass
        all_wait.set()
        assert [each.result(10) for each in (first, *others)] == [0] * 6
    assert looks == [{0}, {1, 2, 3, 4, 5}]


def test_an_answer_is_read_after_its_question_was_asked() -> None:
    state = {1: "good"}
    asked = Together[int, str](lambda keys: {key: state[key] for key in keys if key in state})
    assert asked.ask(1) == "good"
    del state[1]
    assert asked.ask(1) is None


def test_an_error_is_raised_to_who_asked_and_the_next_question_is_answered() -> None:
    def find(keys: Collection[int]) -> dict[int, int]:
        if 0 in keys:
            raise ConnectionError
        return {key: key for key in keys}

    asked = Together[int, int](find)
    with pytest.raises(ConnectionError):
        asked.ask(0)
    assert asked.ask(1) == 1


def test_more_than_one_look_can_hold_are_all_answered() -> None:
    asked = Together[int, int](lambda keys: {key: key for key in list(keys)})
    start = Barrier(30)

    def ask(first: int) -> list[int | None]:
        start.wait()
        return [asked.ask(first * 30 + number) for number in range(30)]

    with ThreadPoolExecutor(30) as pool:
        answers = [answer for part in pool.map(ask, range(30)) for answer in part]
    assert answers == list(range(900))
