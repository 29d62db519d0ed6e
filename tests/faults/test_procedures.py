"""Random written procedures come out as the rule engine decides them by another road, and the trial finds what is planted against it."""

from collections.abc import Iterable

import pytest

from tests.faults.procedures import run_at_random
from tests.faults.question_model import conduct
from tests.voting import room as rooms
from tests.world import World
from voting import closing, entries
from voting.engine.vote import Circumstances
from voting.entries import EntryKind, Standing

RUNS = 100
ENOUGH_TO_FIND = 60
SEED = 1  # the same procedures in every run; `./run faults --procedures` draws others
pytestmark = pytest.mark.any_database


def test_a_written_procedure_comes_out_as_a_file_of_votes_would(government: World, engine: str) -> None:
    finding, came = run_at_random(conduct(rooms.furnish(government)), engine, RUNS, seed=SEED)
    assert finding.rounds >= RUNS
    assert finding.ballots > RUNS
    assert came.keys() >= {"pass", "fail", "no_quorum", "objected"}
    assert any(outcome.startswith("classified") for outcome in came)


def test_it_finds_that_silence_is_applied_before_the_deadline(
    government: World, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(*_given: object) -> Circumstances:
        return Circumstances(deadline_passed=True)

    monkeypatch.setattr(closing, "_circumstances", hasty)
    with pytest.raises(AssertionError):
        run_at_random(conduct(rooms.furnish(government)), engine, ENOUGH_TO_FIND, seed=SEED)


def test_it_finds_that_a_recalled_answer_is_counted(
    government: World, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = entries.standing

    def forgetful(bodies: Iterable[bytes]) -> dict[str, Standing]:
        return standing(body for body in bodies if f'"type":"{EntryKind.RECALLED.value}"'.encode() not in body)

    monkeypatch.setattr(entries, "standing", forgetful)
    with pytest.raises(AssertionError):
        run_at_random(conduct(rooms.furnish(government)), engine, ENOUGH_TO_FIND, seed=SEED)


def test_it_finds_that_a_late_close_forgets_who_was_silent(
    government: World, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shy(*_given: object) -> Circumstances:
        return Circumstances(deadline_passed=False)

    monkeypatch.setattr(closing, "_circumstances", shy)
    with pytest.raises(AssertionError):
        run_at_random(conduct(rooms.furnish(government)), engine, ENOUGH_TO_FIND, seed=SEED)
