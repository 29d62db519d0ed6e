"""Commands of a real installation, which takes its configuration from the environment."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from running import front_end, packages, words
from running.places import PYTHON, ROOT
from running.steps import Stop, alone, complaint

ALEMBIC = ("-m", "alembic")
SETTINGS = ("-m", "ecabinet.config")
VERIFIER = ROOT / "outcomes" / "verify.py"


def prepare() -> None:
    """Have everything that the application needs to run; do nothing when it is there."""
    with alone():
        packages.ensure()
        front_end.ensure()
        words.ensure()


def become(*arguments: str) -> None:
    """Go on as this Python module of the application, so that signals and the exit code are its own."""
    os.chdir(ROOT)
    os.execv(PYTHON, (str(PYTHON), *arguments))  # noqa: S606 - a fixed program, no shell


def serve() -> None:
    """Be the production server, unless a setting makes no sense or the tables are older than the program."""
    prepare()
    if fault := complaint((PYTHON, *SETTINGS)):
        raise Stop(fault)
    if fault := complaint((PYTHON, *ALEMBIC, "current", "--check-heads")):
        raise Stop(f"{fault}\nThe server was not started. The tables are brought up to date by ./run migrate")
    become("-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")


def work() -> None:
    """Be the worker that does jobs in the background."""
    prepare()
    become("-m", "worker")


def migrate() -> None:
    """Bring the tables up to date."""
    prepare()
    become(*ALEMBIC, "upgrade", "head")


def install(arguments: Sequence[str]) -> None:
    """Found the installation in its empty tables: a body, its office, two administrators."""
    prepare()
    if fault := complaint((PYTHON, *SETTINGS)):
        raise Stop(fault)
    if fault := complaint((PYTHON, *ALEMBIC, "current", "--check-heads")):
        raise Stop(f"{fault}\nMake the tables first: ./run migrate")
    become("-m", "ecabinet.first", *arguments)


def backup(action: str, file: str, *options: str) -> None:
    """Save everything to one file, or bring it back from there."""
    path = Path.cwd() / file
    prepare()
    become("-m", "ecabinet.backup", action, str(path), *options)


def verify(arguments: Sequence[str]) -> None:
    """Say whether the archive of a meeting is whole; this needs Python alone, so nothing is installed for it."""
    os.execv(sys.executable, (sys.executable, "-I", str(VERIFIER), *arguments))  # noqa: S606 - a fixed program, no shell
