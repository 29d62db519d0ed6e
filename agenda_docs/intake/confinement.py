"""What a child process gives up before it reads a file from outside: memory, time, network, its user's rights."""

import ctypes
import os
import pwd
import resource
import sys

from agenda_docs.intake.limits import MEMORY_BYTES, SERVED_BYTES

_NEW_USER = 0x10000000  # CLONE_NEWUSER
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_OPEN_FILES = 32


def confine(processor_seconds: int, most_processor_seconds: int) -> None:
    """Take everything away that reading a file does not need; what the system does not permit to give up stays."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SERVED_BYTES, SERVED_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, most_processor_seconds))
    system = ctypes.CDLL(None, use_errno=True)
    # Root needs no user namespace for this; another user gets the network namespace only together with one.
    system.unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_NETWORK | _NEW_USER)
    _become_nobody()
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def allow_processor_seconds(seconds: int) -> None:
    """Raise the limit of processor time, up to the most that was allowed at the start."""
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, most), most))


def _become_nobody() -> None:
    if os.geteuid() != 0:
        return
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return
    _keep_libraries()
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)


def _keep_libraries() -> None:
    """Let modules that are loaded late be found after the change of user, also where a folder above them is closed to others.

    Python then reaches its libraries through folders opened before, not by their path from the root.
    """
    opened: dict[str, str] = {}
    for prefix in {sys.base_prefix, sys.prefix}:
        descriptor = os.open(prefix, os.O_PATH | os.O_DIRECTORY)
        opened[prefix + "/"] = f"/proc/self/fd/{descriptor}/"
    packages = [module.__path__ for module in list(sys.modules.values()) if isinstance(_path_of(module), list)]
    for path in (sys.path, *packages):
        path[:] = [_through(opened, entry) for entry in path]


def _path_of(module: object) -> object:
    return getattr(module, "__path__", None)


def _through(opened: dict[str, str], entry: str) -> str:
    # The longest first: a virtual environment may lie within the folder of the Python it was made from.
    for prefix in sorted(opened, key=len, reverse=True):
        if entry.startswith(prefix):
            return opened[prefix] + entry.removeprefix(prefix)
    return entry
