"""A real server and a real worker on a database of their own, as an installation runs them, for the time of the tests."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from ecabinet.config import PROJECT, Config, from_environment

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 15.0
SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and what it was started with."""

    origin: str
    config: Config
    environment: Mapping[str, str]
    log: Path


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_for(instance: Path, url: str, *, mode: str = "test", language: str = "en") -> dict[str, str]:
    """Return the environment of an installation in this folder; nothing of another one is taken over from the shell."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ECABINET_")}
    return kept | {
        "ECABINET_MODE": mode,
        "ECABINET_INSTANCE": str(instance),
        "ECABINET_DATABASE_URL": url,
        "ECABINET_PORT": str(free_port()),
        "ECABINET_LANGUAGE": language,
    }


@contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Server]:
    """Run the server with this environment."""
    config = from_environment(environment)
    command = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")
    with _process("server", command, environment) as (process, log):
        _wait_for_answer(config.port, process, log)
        yield Server(f"http://localhost:{config.port}", config, environment, log)


@contextmanager
def working(server: Server) -> Iterator[None]:
    """Run the worker beside the server."""
    with _process("worker", (sys.executable, "-m", "worker"), server.environment):
        yield


@contextmanager
def _process(
    name: str, command: tuple[str, ...], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = Path(environment["ECABINET_INSTANCE"]) / f"{name}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=PROJECT, env=dict(environment), stdout=said, stderr=said)
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGINT)  # by SIGTERM gunicorn waits for connections that browsers keep open
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not _answers(port):
        assert process.poll() is None, f"the server ended: {log.read_text()[-3000:]}"
        assert time.monotonic() < deadline, f"the server does not answer: {log.read_text()[-3000:]}"
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
