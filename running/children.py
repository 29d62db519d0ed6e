"""Programs started together and stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from running.places import ROOT
from running.steps import Stop

SECONDS_TO_STOP = 5.0
SECONDS_BETWEEN_LOOKS = 0.1
PR_SET_PDEATHSIG = 1


class Children:
    """A context: whatever was started in it has ended when it is left, however it is left."""

    def __init__(self) -> None:
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._ways_to_stop: dict[str, signal.Signals] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        stop_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start a program in a process group of its own, so that Ctrl-C reaches it through us and only once."""
        self._ways_to_stop[name] = stop_by
        self._started[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - this program has no threads
        )

    def require_running(self) -> None:
        """Raise `Stop` when one of them has ended."""
        for name, child in self._started.items():
            if (code := child.poll()) is not None:
                raise Stop(f"The {name} ended by itself (exit code {code}); what it said stands above.")

    def watch(self) -> None:
        """Wait until one of them ends, then raise `Stop`."""
        while True:
            self.require_running()
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def stop(self) -> None:
        """Ask each to end, wait a little, then end what is left with all it started."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second, impatient Ctrl-C must not leave anything behind
        for name, child in self._started.items():
            child.send_signal(self._ways_to_stop[name])
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in self._started.values():
            _wait(child, deadline)
            _kill_group(child.pid)
            child.wait()


def _wait(child: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _end_with_parent() -> Callable[[], object] | None:
    """Return what makes a child end when we are killed and cannot stop it ourselves; Linux alone offers this."""
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None)
    return lambda: system.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
