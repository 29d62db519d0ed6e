"""Starts a child process for one step of intake, waits for it, and believes nothing it has not checked."""

import errno
import json
import logging
import os
import pwd
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agenda_docs.intake.limits import RESULT_BYTES, whole_seconds
from agenda_docs.intake.verdict import Reason, Rejected, Remark

_log = logging.getLogger(__name__)
_CHILD = Path(__file__).with_name("child.py")
_SLOTS = threading.BoundedSemaphore(2)
_SPARE_SECONDS = 5.0  # for starting Python on a busy machine


@dataclass(frozen=True)
class Step:
    """What a child is to do and within which limits."""

    name: str
    arguments: Mapping[str, object]
    processor_seconds: float
    most_processor_seconds: float
    wall_seconds: Callable[
        [Path], float
    ]  # from its start; asked again when they are over, for it may know more by then
    killed: Remark


@dataclass(frozen=True)
class Result:
    """What a child wrote, not checked yet, and how long it ran."""

    found: dict[str, object]
    wall_seconds: float


def run(step: Step, source: Path, folder: Path) -> Result:
    """Run the step on `source` in a new folder and return what it found. The wait for one of two places costs nothing.

    Raises `Rejected` when the step says so, and when the child crashes, is killed, takes too long or talks nonsense.
    """
    _make_folder(folder)
    with _SLOTS:
        started = time.monotonic()
        code = _run_child(step, source, folder)
        seconds = time.monotonic() - started
    if code is None or code == -signal.SIGXCPU:
        raise Rejected(Reason.TOO_SLOW)
    result = _read_result(folder)
    if code != 0 or result is None:
        _log.warning("intake: step %s ended with %s", step.name, code)
        raise Rejected(step.killed.reason, **step.killed.values)
    if "rejected" in result:
        _log.info("intake: step %s rejects: %s", step.name, result.get("detail", result["rejected"]))
        raise _rejection(result["rejected"], step)
    return Result(result, seconds)


def take(produced: Path, destination: Path, limit: int) -> Path:
    """Move a file that a child produced out of its folder, if it is a plain file of a fair size.

    Raises `Rejected` otherwise: a child that was taken over could have put a link to another file there.
    """
    try:
        facts = produced.lstat()
    except OSError:
        raise Rejected(Reason.UNREADABLE) from None
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or not 0 < facts.st_size <= limit:
        raise Rejected(Reason.UNREADABLE)
    produced.rename(destination)
    if os.geteuid() == 0:
        os.chown(destination, 0, 0, follow_symlinks=False)
    destination.chmod(0o600)
    return destination


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with suppress(KeyError):
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _run_child(step: Step, source: Path, folder: Path) -> int | None:
    """Return the exit code of the child, or nothing when its time ran out."""
    limits = (whole_seconds(step.processor_seconds), whole_seconds(step.most_processor_seconds))
    arguments = json.dumps({**step.arguments, "processor_seconds": limits})
    with source.open("rb") as original:
        child = subprocess.Popen(  # noqa: S603 - our own program, by its absolute path
            [sys.executable, "-I", str(_CHILD), step.name, arguments],
            stdin=original,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            start_new_session=True,
        )
    try:
        return _wait(child, step, folder)
    finally:
        _kill(child)


def _wait(child: subprocess.Popen[bytes], step: Step, folder: Path) -> int | None:
    allowed = step.wall_seconds(folder) + _SPARE_SECONDS
    with suppress(subprocess.TimeoutExpired):
        return child.wait(allowed)
    more = step.wall_seconds(folder) + _SPARE_SECONDS - allowed
    with suppress(subprocess.TimeoutExpired):
        return child.wait(max(more, 0.0))
    return None


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def read_plain(path: Path, limit: int) -> bytes:
    """The content of a file that a child wrote. Raises `OSError` where it is a link or too long, and never waits at a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, "longer than a child may write")
    return content


def _read_result(folder: Path) -> dict[str, object] | None:
    try:
        result = json.loads(read_plain(folder / "result.json", RESULT_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return result if isinstance(result, dict) else None


def _rejection(said: object, step: Step) -> Rejected:
    try:
        remark = Remark.from_json(said if isinstance(said, dict) else {})
    except ValueError:
        remark = step.killed
    return Rejected(remark.reason, **remark.values)
