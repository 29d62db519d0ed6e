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
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkRunner

ENOUGH = 95
FAILED = 1
TIMED_OUT = 36  # mutmut knows a mutant that never ends by this exit code
SECONDS_AT_LEAST, TIMES_AS_LONG = 0.5, 10
SECONDS_AT_MOST = 60  # of the processor; a mutant that no test has noticed by then is taken for a survivor
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
        self._caches: list[functools._lru_cache_wrapper[object]] = []
        self._reach: dict[str, int] = {}  # how many of the functions that are mutated a test reaches

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
            for name in sorted(tests, key=lambda name: (name not in before, self._reach[name])):
                _end_unless_within(SECONDS_AT_LEAST + TIMES_AS_LONG * state().duration_by_test[name])
                if self._fails(name):
                    noticed.parent.mkdir(exist_ok=True)
                    noticed.write_text("\n".join({*before, name}))
                    return FAILED
                if time.process_time() - start > SECONDS_AT_MOST:
                    break
        return 0

    def run_forced_fail(self) -> int:
        """Run tests until one fails, as one has to where every function that is mutated raises."""
        with change_cwd("mutants"):
            return FAILED if any(self._fails(name) for name in self._items) else 0

    def _collect(self) -> None:
        arguments = ["--rootdir=.", *config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
        with change_cwd("mutants"):
            settings = _prepareconfig(arguments)
            settings._do_configure()
            session = pytest.Session.from_config(settings)
            settings.hook.pytest_sessionstart(session=session)
            settings.hook.pytest_collection(session=session)
        self._items = {item.nodeid: item for item in session.items if isinstance(item, pytest.Function)}
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
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None, max_examples=25)
    hypothesis.settings.load_profile("mutation")
    STATISTICS.unlink(missing_ok=True)
    _begin_anew_with_survivors()
    # In an order that is the same each time and mixed, so that the figure of a run that was broken off is near that of a whole one.
    program.estimated_worst_case_time = lambda name: zlib.crc32(name.encode())
    program.get_mutant_runner = lambda max_workers=1: ForkRunner(max_workers, Collected())
    program._run(patterns, children)
    return _tell()


def _begin_anew_with_survivors() -> None:
    """Let only what was noticed stand: a test may have been written for the rest."""
    for path in walk_mutatable_files():
        found = SourceFileMutationData(path=path)
        found.load()
        for name, code in found.exit_code_by_key.items():
            if status_by_exit_code[code] not in NOTICED:
                found.exit_code_by_key[name] = None
        if found.exit_code_by_key:
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
