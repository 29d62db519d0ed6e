"""`./run demo`: a demonstration with made-up people, on this machine alone."""

import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from running import front_end, packages, words
from running.children import Children
from running.places import DEMONSTRATION, PYTHON, ROOT
from running.steps import Stop, alone, fingerprint, openly, quietly, step

SERVER = (PYTHON, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")
SECONDS_TO_START = 60.0
SECONDS_BETWEEN_LOOKS = 0.05
HTTP_OK = 200


def demonstrate(*, port: int, room: bool, fresh: bool, language: str) -> None:
    """Prepare and run the demonstration until Ctrl-C; raise `Stop` when it cannot run."""
    _require_free(port)
    with _only_one(), Children() as children:
        with alone():
            packages.ensure()
            front_end.ensure()
            words.ensure()
        if fresh:
            shutil.rmtree(DEMONSTRATION, ignore_errors=True)
        environment = environment_for(port, language)
        _ensure_content(environment)
        start = time.monotonic()
        # By SIGTERM gunicorn would wait for connections that browsers keep open.
        children.start("server", SERVER, environment, stop_by=signal.SIGINT)
        _wait_for_answer(port, children)
        print(f"\ne-Cabinet answers at http://localhost:{port} ({time.monotonic() - start:.1f} s)\n", flush=True)
        children.start("job worker", (PYTHON, "-m", "worker"), environment)
        _print_links(port, environment)
        if room:
            children.start("room", (PYTHON, "-m", "demonstration.room", "--port", str(port)), environment)
        print("\nCtrl-C stops it.", flush=True)
        children.watch()


def environment_for(port: int, language: str) -> dict[str, str]:
    """Return the environment of a demonstration: nothing of a real installation is taken over from the shell."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ECABINET_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # our own files are compiled once, too: a second start is quick
    return kept | {
        "ECABINET_MODE": "demonstration",
        "ECABINET_INSTANCE": str(DEMONSTRATION),
        "ECABINET_PORT": str(port),
        "ECABINET_LANGUAGE": language,
        "PYTHONUNBUFFERED": "1",
    }


def _ensure_content(environment: Mapping[str, str]) -> None:
    """Bring the tables up to date and fill them when they are empty; do nothing when that was done before."""
    stamp = DEMONSTRATION / "prepared"
    mark = fingerprint(ROOT / "migrations")
    if stamp.is_file() and stamp.read_text() == mark:
        return
    DEMONSTRATION.mkdir(parents=True, exist_ok=True)
    with step("Database"):
        quietly((PYTHON, "-m", "alembic", "upgrade", "head"), environment=environment)
    print("Demonstration content:", flush=True)
    openly((PYTHON, "-m", "demonstration.data"), environment=environment)
    stamp.write_text(mark)


def _require_free(port: int) -> None:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise Stop(
                    f"Port {port} is in use or not permitted: choose another, as in ./run demo --port 8001"
                ) from None


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the demonstration's files; two servers on one of them would work against each other."""
    DEMONSTRATION.parent.mkdir(exist_ok=True)
    with Path(f"{DEMONSTRATION}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("A demonstration of this project is running already: stop it first.") from None
        yield


def _wait_for_answer(port: int, children: Children) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        children.require_running()
        if _answers(port):
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise Stop(f"The server did not answer within {SECONDS_TO_START:.0f} s.")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTP_OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _print_links(port: int, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        (PYTHON, "-m", "demonstration.links", "--port", str(port)), cwd=ROOT, env=environment, check=False
    )
    if done.returncode != 0:
        raise Stop("The sign-in links could not be made; the reason stands above.")
