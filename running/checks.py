"""`./run check`: what can be said of the program without running it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from running import front_end, packages, words
from running.places import PACKAGES, PYTHON, ROOT, VENV, WEB, present
from running.steps import Stop, alone, listen

OTHER_FOLDERS = ("running", "bench", "migrations", "tests")
SCRIPTS = ("run", "app.py", "worker.py", "gunicorn.conf.py")


def check() -> None:
    """Run every check, show what each found, and raise `Stop` when one found something."""
    with alone():
        packages.ensure(tests=True)
        front_end.ensure()
        words.ensure()
    failed = [name for name, passes in _checks() if not _passes(name, passes)]
    if failed:
        raise Stop(f"These checks found something: {', '.join(failed)}.")


def _checks() -> Iterator[tuple[str, Callable[[], bool]]]:
    yield "lint", lambda: _tool("ruff", "check", "--quiet", ".")
    yield "format", lambda: _tool("ruff", "format", "--check", "--output-format", "concise", ".")
    yield "types", _types
    yield "imports", lambda: _program(VENV / "bin" / "lint-imports")
    yield "templates", lambda: _tool("djlint", "--lint", "--quiet", "templates") if present("templates") else True
    yield "translations", lambda: _tool("running.catalogues", "check")
    if front_end.has_script("check"):
        yield "scripts of the pages", lambda: _program(front_end.NPM, "run", "--silent", "check")


def _types() -> bool:
    """Check everything in one go; only what holds Python, or the tool complains of an empty folder."""
    folders = [name for name in present(*PACKAGES, *OTHER_FOLDERS) if any((ROOT / name).rglob("*.py"))]
    return _tool("mypy", "--no-error-summary", *folders, *present(*SCRIPTS))


def _passes(name: str, passes: Callable[[], bool]) -> bool:
    start = time.monotonic()
    passed = passes()
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - start:.0f} s)", flush=True)
    return passed


def _tool(module: str, *arguments: str) -> bool:
    return _program(PYTHON, "-m", module, *arguments)


def _program(*command: str | Path) -> bool:
    """Run a check; show its output only when it found something."""
    folder = WEB if command[0] == front_end.NPM else ROOT
    code, lines = listen(command, cwd=folder, environment=front_end.environment())
    if code != 0:
        print(*lines, sep="\n")
    return code == 0
