"""Steps with a line of progress each, and stamps that tell when a step has nothing to do."""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from running.places import ROOT, STAMPS

LINES_SHOWN = 40
SECONDS_TO_END = 5
IGNORED = {"__pycache__", "node_modules", "dist"}


class Stop(Exception):  # noqa: N818 - it ends the program, it is not a fault of it
    """Nothing more can be done; the sentence tells the person at the terminal why, and what to do."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print `name… 12 s` around work that takes a while."""
    print(f"{name}… ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def quietly(command: Sequence[str | Path], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
    """Run a command without showing its output; when it fails, show the end of it and raise `Stop`."""
    code, lines = listen(command, cwd=cwd, environment=environment)
    if code != 0:
        print("", *lines[-LINES_SHOWN:], sep="\n", file=sys.stderr)
        raise Stop(f"This command failed (exit code {code}): {' '.join(map(str, command))}")


def openly(command: Sequence[str | Path], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
    """Run a command that shows its own progress; raise `Stop` when it fails. Interrupted, it takes with it all that it started."""
    running = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        code = running.wait()
    except BaseException:
        _end(running)
        raise
    if code != 0:
        raise Stop("This did not succeed; the reason stands above.")


def succeeds(command: Sequence[str | Path]) -> bool:
    """Run a command without showing its output; tell whether it ended well."""
    code, _lines = listen(command)
    return code == 0


def complaint(command: Sequence[str | Path]) -> str | None:
    """Run a command without showing its output; return the last line it wrote when it failed, None when it ended well."""
    code, lines = listen(command)
    return None if code == 0 else (lines or ["It failed without a word."])[-1]


def listen(
    command: Sequence[str | Path], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> tuple[int, list[str]]:
    """Run a command; return its exit code and the lines it wrote.

    Interrupted, it takes with it all that it started: npm and apt have helpers which would go on alone.
    """
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = running.wait()
        except BaseException:
            _end(running)
            raise
        output.seek(0)
        return code, output.read().decode(errors="replace").strip().splitlines()


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a program and all it started; apt gets the time to leave its database whole."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, way)
        with suppress(subprocess.TimeoutExpired):
            running.wait(SECONDS_TO_END)


def fingerprint(*paths: Path, words: Iterable[str] = ()) -> str:
    """Return a hash of these files, of all files in these folders (but for what is built in them), and of these words."""
    digest = hashlib.sha256()
    for path in sorted(_files(paths)):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for word in words:
        digest.update(f"{word}\0".encode())
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        for folder, folders, files in os.walk(path):
            folders[:] = [name for name in folders if name not in IGNORED]
            yield from (Path(folder, name) for name in files)


def is_current(name: str, mark: str) -> bool:
    """Tell whether the step of this name was last done for this fingerprint."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == mark


def forget(name: str) -> None:
    """Begin the step of this name: until it is remembered again it counts as not done."""
    (STAMPS / name).unlink(missing_ok=True)


def remember(name: str, mark: str) -> None:
    """Note that the step of this name has been done for this fingerprint."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(mark)


@contextmanager
def alone() -> Iterator[None]:
    """Keep a second `./run` out of the installing steps until this one has done them."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
