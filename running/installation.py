"""Commands of a real installation, which takes its configuration from the environment."""

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from running import front_end, packages, words
from running.places import PYTHON, ROOT
from running.steps import Stop, alone, complaint

ALEMBIC = ("-m", "alembic")
SETTINGS = ("-m", "ecabinet.config")
VOTES = ("-m", "voting.proof.starting")
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
    if fault := complaint((PYTHON, *VOTES)):
        raise Stop(f"{fault}\nThe server was not started.")
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


def tally(arguments: Sequence[str]) -> None:
    """Decide the votes of a file: the answers alone on standard output, in English, so that neither pages nor words are needed."""
    paths = [str(Path.cwd() / argument) for argument in arguments]
    with redirect_stdout(sys.stderr), alone():
        packages.ensure()
    become("-m", "voting.tally_file", *paths)


def accept_gap(arguments: Sequence[str]) -> None:
    """Let two officials accept that a restored database is older than what was signed."""
    prepare()
    become("-m", "voting.proof.accept_gap", *arguments)


def verify(arguments: Sequence[str]) -> None:
    """Say whether the archive of a meeting is whole; this needs Python alone, so nothing is installed for it.

    Signatures are checked too where the packages are there already.
    """
    python = str(PYTHON if PYTHON.exists() else sys.executable)
    os.execv(python, (python, "-I", str(VERIFIER), *arguments))  # noqa: S606 - a fixed program, no shell
