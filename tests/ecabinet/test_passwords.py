"""Passwords are checked beside the requests, and a wrong one is an answer, not an error in the log."""

import subprocess
import sys

from ecabinet.config import PROJECT

AS_IN_A_SERVER = """
from gevent import monkey
monkey.patch_all()
from ecabinet.sign_in import passwords
stored = passwords.hash_of("sông núi mùa xuân")
print(passwords.matches(stored, "another one"), passwords.matches("no hash", "x"), passwords.matches(stored, "sông núi mùa xuân"))
"""


def test_a_wrong_password_leaves_no_trace_in_the_log_of_a_server() -> None:
    ended = subprocess.run(
        (sys.executable, "-c", AS_IN_A_SERVER), cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.split() == ["False", "False", "True"]
    assert ended.stderr == ""
