"""A process that has read the application and forks servers of it on demand, since reading it takes longer than a trial.

Each line on standard input is a command in JSON: `{"start": {ECABINET_… variables}, "port": n, "planted": name}` starts one more server,
`{"kill": process}` kills it with SIGKILL. Each is answered by a line. Every server ends with this process, and this one with its input.
"""

import ctypes
import json
import os
import signal
import sys
from typing import Any

from gevent import monkey

monkey.patch_all()  # before anything else is read, as gunicorn's worker does

import gevent  # noqa: E402
from gevent import socket  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from app import create_app, start_loops  # noqa: E402
from ecabinet.config import or_end  # noqa: E402
from tests.faults import planted  # noqa: E402

PR_SET_PDEATHSIG = 1
WAITING_AT_MOST = 2048


def main() -> None:
    """Do one command a line until the input ends."""
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        if "start" in asked:
            _start(asked)
        else:
            os.kill(asked["kill"], signal.SIGKILL)
            os.waitpid(asked["kill"], 0)
            _say({"killed": asked["kill"]})


def _start(asked: dict[str, Any]) -> None:
    """Fork a server; it says itself when it serves."""
    process = os.fork()
    if process == 0:
        try:
            _serve(asked)
        except BaseException as error:  # noqa: BLE001 - whoever waits for it must be told
            _say({"failed": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(1)


def _serve(asked: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gevent.reinit()
    os.environ.update(asked["start"])
    planted.plant(asked["planted"])
    application = create_app(or_end())
    start_loops(application)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", asked["port"]))
    listener.listen(WAITING_AT_MOST)
    _say({"serving": os.getpid()})
    WSGIServer(listener, application, log=None).serve_forever()


def _say(answer: dict[str, object]) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
