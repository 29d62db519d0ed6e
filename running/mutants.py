"""The program that `./run mutate` starts in a folder of its own: mutmut, with pytest started once instead of once a mutant."""

import functools
import gc
import os
import signal
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import hypothesis
import mutmut.__main__ as program
import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol
from hypothesis import Phase
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkRunner, MutantResult

ENOUGH = 95
FAILED = 1
TIMED_OUT = 36  # mutmut knows a mutant that never ends by this exit code
SECONDS_AT_LEAST, TIMES_AS_LONG = 0.5, 10
TIMES_AS_LATE = 10
# Of the processor, in the first and in the second turn. Whom no test has noticed by the end of the second is taken for a survivor.
SECONDS_AT_MOST = (10, 60)
SURVIVED = 0  # mutmut's exit code of a mutant that no test noticed
OUT_OF_TIME = 40  # ours, of one that some of its tests have not been tried on
KILLED = "killed"
UNTRIED = "not checked"
NOTICED = {KILLED, "timeout"}
NOTICED_BY = (
    "noticed_by"  # a folder: for each function the tests that noticed one of its mutants, which are tried first
)
STATISTICS = Path("mutants", "mutmut-stats.json")
SURVIVORS = Path("survivors.txt")


class Collected:
    """Pytest with its tests collected: mutmut forks this process for each mutant, and the fork runs the tests that reach it."""

    def __init__(self) -> None:
        self._items: dict[str, pytest.Function] = {}
        self._first_of_each: set[str] = set()  # of the tests that are run with several values
        self._caches: list[functools._lru_cache_wrapper[object]] = []
        self._reach: dict[str, int] = {}  # how many of the functions that are mutated a test reaches
        self.seconds_at_most = SECONDS_AT_MOST[-1]

    def run_stats(self, *, tests: Iterable[str]) -> int:
        """Run every test on the program as it is, noting which functions each reaches and how long it takes."""
        del tests  # mutmut names some only where it kept what it noted, and that is begun anew
        self._collect()
        with change_cwd("mutants"):
            return FAILED if any(self._fails_unmutated(name) for name in self._items) else 0

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run these tests until one fails. Without a mutant there is nothing to run: `run_stats` has just run them all."""
        if mutant_name is None:
            return 0
        with change_cwd("mutants"):
            self._forget()
            trampoline.get_mutant_under_test = lambda: (
                mutant_name
            )  # mutmut's own looks into the environment at every call
            noticed = Path(NOTICED_BY, mangled_name_from_mutant_name(mutant_name))
            before = set(noticed.read_text().splitlines()) if noticed.exists() else set()
            start = time.process_time()
            for name in sorted(tests, key=lambda name: (name not in before, self._cost(name))):
                _end_unless_within(SECONDS_AT_LEAST + TIMES_AS_LONG * state().duration_by_test[name])
                if self._fails(name):
                    noticed.parent.mkdir(exist_ok=True)
                    noticed.write_text("\n".join({*before, name}))
                    return FAILED
                if time.process_time() - start > self.seconds_at_most:
                    return OUT_OF_TIME
        return SURVIVED

    def run_forced_fail(self) -> int:
        """Run tests until one fails, as one has to where every function that is mutated raises."""
        with change_cwd("mutants"):
            return FAILED if any(self._fails(name) for name in self._items) else 0

    def _cost(self, name: str) -> float:
        """How late a test is tried: those that are short and reach few functions notice most, other values of the same test least."""
        cost = float(self._reach[name] * state().duration_by_test[name])
        return cost if name in self._first_of_each else TIMES_AS_LATE * cost

    def _collect(self) -> None:
        arguments = ["--rootdir=.", *config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
        with change_cwd("mutants"):
            settings = _prepareconfig(arguments)
            settings._do_configure()
            session = pytest.Session.from_config(settings)
            settings.hook.pytest_sessionstart(session=session)
            settings.hook.pytest_collection(session=session)
        self._items = {item.nodeid: item for item in session.items if isinstance(item, pytest.Function)}
        first = {(item.path, item.originalname): name for name, item in reversed(self._items.items())}
        self._first_of_each = set(first.values())
        folders = {str(path) for path in config().source_paths}
        self._caches = [
            each
            for each in gc.get_objects()
            if isinstance(each, functools._lru_cache_wrapper) and str(each.__module__).partition(".")[0] in folders
        ]

    def _fails(self, name: str) -> bool:
        item = self._items[name]
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if set(item.fixturenames) <= given.keys() and not any(item.iter_markers("skipif")):
            return _raises(functools.partial(item.obj, **given))  # there is nothing to set up: many times as fast
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=_AnotherFile(item)))  # type: ignore[arg-type]

    def _fails_unmutated(self, name: str) -> bool:
        self._forget()
        state()._stats.clear()
        start = time.process_time()
        failed = self._fails(name)
        state().duration_by_test[name] = time.process_time() - start
        self._reach[name] = len(state()._stats)
        for function in state()._stats:
            state().tests_by_mangled_function_name[function].add(name)
        if failed:
            print(f"{name} fails without any mutant.")
        return failed

    def _forget(self) -> None:
        """Empty the caches of the program: they hold what was made without the mutant."""
        for cache in self._caches:
            cache.cache_clear()


class InTwoTurns(ForkRunner):  # type: ignore[misc] # it comes without types
    """Gives each mutant a short time, and those a long one at the end whom the tests of the short time did not notice: most are noticed at once."""

    def __init__(self, children: int, collected: Collected) -> None:
        """Begin with the short time."""
        super().__init__(children, collected)
        self._collected = collected
        self._given: dict[str, tuple[list[str], int, float]] = {}  # to those who are having their first turn
        self._again: dict[str, tuple[list[str], int, float]] = {}  # to those who wait for their second one
        self._is_second_turn = False
        collected.seconds_at_most = SECONDS_AT_MOST[0]

    def submit(self, mutant_name: str, tests: list[str], cpu_time_limit: int, estimated_time: float) -> None:
        """Try a mutant."""
        self._given[mutant_name] = tests, cpu_time_limit, estimated_time
        super().submit(mutant_name, tests, cpu_time_limit, estimated_time)

    def signal_work_complete(self) -> None:
        """Every mutant had its first turn, or is having it."""
        self._is_second_turn = True
        self._collected.seconds_at_most = SECONDS_AT_MOST[1]

    def pending_count(self) -> int:
        """How many results are still to come."""
        return int(super().pending_count()) + len(self._again)

    def wait_for_result(self, timeout: float | None = None) -> MutantResult:
        """Return what became of a mutant; who was out of time has survived for now."""
        while self._is_second_turn and self._again and self.has_capacity():
            name, given = self._again.popitem()
            super().submit(name, *given)
        result = super().wait_for_result(timeout)
        given_first = self._given.pop(result.mutant_name, None)
        if result.exit_code != OUT_OF_TIME:
            return result
        if given_first is not None:
            self._again[result.mutant_name] = given_first
        return MutantResult(mutant_name=result.mutant_name, exit_code=SURVIVED, duration=result.duration)


def _raises(test: Callable[[], object]) -> bool:
    try:
        test()
    except Exception:  # noqa: BLE001 - whatever it is, the test fails by it
        return True
    except pytest.fail.Exception:  # no Exception to Python
        return True
    return False


def _end_unless_within(seconds: float) -> None:
    """End this process as one that would never end, unless it calls this again within so much time of the processor."""
    signal.signal(signal.SIGVTALRM, lambda _signal, _frame: os._exit(TIMED_OUT))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)


class _AnotherFile:
    """Stands for a next test in another file: what was set up for the whole run stays, anything else is taken down."""

    def __init__(self, item: pytest.Item) -> None:
        self._session = item.session

    def listchain(self) -> list[pytest.Collector]:
        return [self._session]


def main(children: int, patterns: tuple[str, ...]) -> int:
    """Try the mutants of these patterns, or all whose function or tests may have changed; tell the figure."""
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=25,
        phases=(Phase.explicit, Phase.generate),
    )
    hypothesis.settings.load_profile("mutation")
    STATISTICS.unlink(missing_ok=True)
    # What was noticed stands; for the rest a test may have been written. Who is not reached again survives as before.
    survivors = {name for name, code in _codes().items() if status_by_exit_code[code] not in {*NOTICED, UNTRIED}}
    # In an order that is the same each time and mixed, so that the figure of a run that was broken off is near that of a whole one.
    program.estimated_worst_case_time = lambda name: (name in survivors, zlib.crc32(name.encode()))
    program.get_mutant_runner = lambda max_workers=1: InTwoTurns(max_workers, Collected())
    _mark(survivors, None)
    program._run(patterns, children)
    _mark(survivors & {name for name, code in _codes().items() if code is None}, SURVIVED)
    return _tell()


def _codes() -> dict[str, int | None]:
    """What mutmut noted of each mutant."""
    codes: dict[str, int | None] = {}
    for path in walk_mutatable_files():
        found = SourceFileMutationData(path=path)
        found.load()
        codes |= found.exit_code_by_key
    return codes


def _mark(names: set[str], code: int | None) -> None:
    """Note this of these mutants."""
    for path in walk_mutatable_files():
        found = SourceFileMutationData(path=path)
        found.load()
        ours = names & found.exit_code_by_key.keys()
        found.exit_code_by_key.update(dict.fromkeys(ours, code))
        if ours:
            found.save()


def _tell() -> int:
    """Print what became of the mutants, write down who survived, and return the exit code."""
    outcomes: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted(walk_mutatable_files()):
        found = SourceFileMutationData(path=path)
        found.load()
        for name, code in found.exit_code_by_key.items():
            outcomes.setdefault(status_by_exit_code[code], []).append((name, path))
    total, untried = sum(map(len, outcomes.values())), len(outcomes.pop(UNTRIED, ()))
    noticed = sum(len(mutants) for outcome, mutants in outcomes.items() if outcome in NOTICED)
    with SURVIVORS.open("w") as file:
        for outcome in sorted(outcomes.keys() - NOTICED):
            for name, path in outcomes[outcome]:
                file.write(f"# {outcome}: {name}\n{get_diff_for_mutant(name, path=path)}\n")
    print(f"{total} mutants: {', '.join(f'{len(names)} {outcome}' for outcome, names in sorted(outcomes.items()))}")
    print(f"{untried} were not tried; of the others {100 * noticed / max(1, total - untried):.1f} % were noticed.")
    print(f"Who survived stands in {SURVIVORS.absolute()}")
    return 0 if 100 * noticed >= ENOUGH * total else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), tuple(sys.argv[2:])))
