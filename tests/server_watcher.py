"""Run one server until standard input closes, then stop it and delete its folder.

Whoever started this holds the other end of standard input, so the server ends with them, however they end. It writes the end of the server's log to standard output.
Usage: python server_watcher.py FOLDER STOP_SIGNAL COMMAND...
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

SECONDS_TO_STOP = 20
MOST_SAID = 4000
UNPRIVILEGED = "nobody"


def watch(folder: Path, stop_signal: signal.Signals, command: Sequence[str]) -> int:
    """Run the server in its folder, as `nobody` when we are root; return its exit code."""
    user, group = unprivileged() or (None, None)
    groups = None if user is None else ()
    try:
        with (folder / "log").open("ab") as log:
            server = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                group=group,
                extra_groups=groups,
            )
        threading.Thread(target=_stop_at_end_of_input, args=(server, stop_signal), daemon=True).start()
        code = server.wait()
        sys.stdout.buffer.write((folder / "log").read_bytes()[-MOST_SAID:])
        return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> tuple[int, int] | None:
    """Return the user and group that a server runs as in place of root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam(UNPRIVILEGED)
    return account.pw_uid, account.pw_gid


def _stop_at_end_of_input(server: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    os.read(sys.stdin.fileno(), 1)
    server.send_signal(stop_signal)
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(watch(Path(sys.argv[1]), signal.Signals[sys.argv[2]], sys.argv[3:]))
