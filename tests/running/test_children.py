"""Programs started together end together, however the one that started them ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from running.children import Children
from running.places import ROOT
from running.steps import Stop

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
PARENT = f"""
import subprocess, sys, pathlib, time
child = subprocess.Popen((sys.executable, "-c", {STUBBORN!r}), stdout=subprocess.PIPE)
child.stdout.readline()
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""
OWNER = """
import sys, time
from running.children import Children
with Children() as children:
    children.start("child", (sys.executable, "-c", "import os, sys, time, pathlib;"
        "pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)", sys.argv[1]), {})
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


def test_a_child_and_what_it_started_are_gone_when_the_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("running.children.SECONDS_TO_STOP", 0.5)
    note = tmp_path / "grandchild"
    with Children() as children:
        children.start("parent", (sys.executable, "-c", PARENT, note), os.environ)
        assert soon(lambda: note.exists() and bool(note.read_text()))
        grandchild = int(note.read_text())
        assert is_alive(grandchild)
    assert soon(lambda: not is_alive(grandchild))


def test_a_child_that_ends_by_itself_is_named_with_its_exit_code() -> None:
    with Children() as children:
        children.start("worker", (sys.executable, "-c", "import time; time.sleep(600)"), os.environ)
        children.start("server", (sys.executable, "-c", "raise SystemExit(3)"), os.environ)
        with pytest.raises(Stop, match=r"The server ended by itself \(exit code 3\)"):
            children.watch()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_child_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    with subprocess.Popen((sys.executable, "-c", OWNER, note), cwd=ROOT) as owner:
        assert soon(lambda: note.exists() and bool(note.read_text()))
        child = int(note.read_text())
        owner.kill()
    assert soon(lambda: not is_alive(child))


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def soon(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not happened():
        time.sleep(0.02)
    return happened()
