"""Tests, benchmarks, trials and pictures of the pages."""

import os
from collections.abc import Sequence

from running import front_end, packages, system, words
from running.installation import become
from running.places import ROOT, VENV
from running.steps import Stop, alone


def prepare() -> None:
    """Have everything that the tests need; do nothing when it is there."""
    with alone():
        packages.ensure(tests=True)
        chromium = system.chromium()
        front_end.ensure()
        words.ensure()
    # Playwright ships a Node of its own that needs a library which a small system lacks.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(VENV / "bin" / "node")
    os.environ["ECABINET_TEST_CHROMIUM"] = chromium


def test(arguments: Sequence[str]) -> None:
    """Be pytest, with these arguments; without any, run everything on every core, each file on one of them."""
    prepare()
    become(
        "-m",
        "pytest",
        *(arguments or ("--numprocesses", str(os.cpu_count() or 1), "--dist", "loadfile", "--durations", "15")),
    )


def faults(arguments: Sequence[str]) -> None:
    """Try what must never happen to a ballot, for as many rounds as asked for."""
    prepare()
    become("-m", "tests.faults", *arguments)


def look(arguments: Sequence[str]) -> None:
    """Write pictures of the main pages."""
    prepare()
    become("-m", "tests.look", *arguments)


def bench(name: str, arguments: Sequence[str]) -> None:
    """Be the benchmark of this name."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if name not in known:
        raise Stop(f"There is no benchmark {name!r}; there are: {', '.join(known) or 'none yet'}.")
    prepare()
    become("-m", f"bench.{name}", *arguments)
