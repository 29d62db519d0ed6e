"""Servers that a trial starts and kills: processes of its own, each named by its id."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from bench import server as benches
from ecabinet.config import PROJECT
from tests.faults.hall import Hall


class Zygote:
    """The process from which servers are forked; one is enough for any number of trials, one after the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def start(self, environment: Mapping[str, str], port: int, planted: str = "") -> int:
        """Start a server, wait until it serves, and return its process; raise `RuntimeError` with what it says where it does not start."""
        said = self._ask({"start": dict(environment), "port": port, "planted": planted})
        if "serving" not in said:
            raise RuntimeError(said.get("failed", "the server ended without a word"))
        return int(str(said["serving"]))

    def kill(self, process: int) -> None:
        """Kill a server with SIGKILL, and wait until it is gone."""
        self._ask({"kill": process})

    def _ask(self, command: Mapping[str, object]) -> dict[str, object]:
        sending, hearing = self._process.stdin, self._process.stdout
        assert sending is not None
        assert hearing is not None
        sending.write(json.dumps(command).encode() + b"\n")
        sending.flush()
        answer: dict[str, object] = json.loads(_line(hearing))
        return answer


def _line(hearing: IO[bytes]) -> bytes:
    return hearing.readline() or b'{"failed": "the process that starts servers has ended"}'


@contextmanager
def zygote() -> Iterator[Zygote]:
    """Start the process from which servers are forked, and end it with all of them."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "ECABINET_MODE": "production"}
    program = subprocess.Popen(
        (sys.executable, "-m", "tests.faults.zygote"),
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the trial, which then ends it
    )
    try:
        yield Zygote(program)
    finally:
        program.communicate()


class Forked:
    """Some servers on one port, of one hall."""

    def __init__(self, source: Zygote, hall: Hall, *, planted: str = "", processes: int = 1) -> None:
        self._source, self._hall, self._planted, self._count = source, hall, planted, processes
        self._running: list[int] = []

    def start(self) -> None:
        """Start as many as there should be."""
        for _each in range(self._count):
            self._running.append(self._source.start(self._hall.environment, self._hall.port, self._planted))

    def kill(self) -> None:
        """Kill them all."""
        while self._running:
            self._source.kill(self._running.pop())


class Gunicorn:
    """The server as `./run serve` starts it: the parent and its worker, killed together."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running = subprocess.Popen(
            (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"),
            cwd=PROJECT,
            env={**os.environ, **self._hall.environment},
            start_new_session=True,
        )
        benches.wait_for(f"http://127.0.0.1:{self._hall.port}/health", self._running)

    def kill(self) -> None:
        """Kill the process group that was started here."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None


Servers = Forked | Gunicorn


@contextmanager
def serving(servers: Servers) -> Iterator[Servers]:
    """Have servers run, and none left afterwards."""
    try:
        servers.start()
        yield servers
    finally:
        servers.kill()
