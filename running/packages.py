"""The virtual environment and the Python packages in it, exactly as locked."""

import importlib.util
import sys
from pathlib import Path

from running import system
from running.places import PYTHON, ROOT, VENV
from running.steps import Stop, fingerprint, forget, is_current, quietly, remember, step, succeeds

UV = VENV / "bin" / "uv"
RUNTIME = ROOT / "requirements.txt"
TESTS = ROOT / "requirements-test.txt"
MUTATION = ROOT / "requirements-mutation.txt"
INSTALLER = ROOT / "requirements-uv.txt"
LOCKED = ("requirements", "requirements-test", "requirements-mutation", "requirements-uv")
COMPILE = (
    *("--quiet", "--generate-hashes", "--universal", "--python-version", "3.11"),
    *("--no-header", "--no-emit-index-url", "--no-annotate"),
)


def ensure(*, tests: bool = False, mutation: bool = False) -> None:
    """Have the virtual environment hold what is locked; do nothing when it does."""
    _ensure_environment()
    _ensure_lock("Python packages", RUNTIME)
    if tests:
        _ensure_lock("Python packages for tests", TESTS)
    if mutation:
        _ensure_lock("Python packages for mutation testing", MUTATION)


def lock(*, upgrade: bool) -> None:
    """Write the lock files anew from the `.in` files; keep the versions that are locked unless told to upgrade."""
    _ensure_environment()
    if not UV.exists():
        _install_uv()
    for name in LOCKED:
        options = ("--upgrade",) if upgrade else ()
        with step(f"{name}.txt"):
            quietly((UV, "pip", "compile", *COMPILE, *options, f"{name}.in", "-o", f"{name}.txt"))


def _ensure_environment() -> None:
    # The programs in it know the folder they were installed in, so a moved project gets a new one.
    mark = fingerprint(words=(str(ROOT), *map(str, sys.version_info[:2])))
    if PYTHON.exists() and (Path(sys.prefix) == VENV or is_current("environment", mark)):
        return
    if importlib.util.find_spec("ensurepip") is None:
        system.install("python3-venv", needed_for="to make a virtual environment")
    forget("environment")
    with step("Virtual environment"):
        quietly((sys.executable, "-m", "venv", "--clear", VENV))
    remember("environment", mark)


def _ensure_lock(name: str, locked: Path) -> None:
    mark = fingerprint(locked)
    if is_current(locked.stem, mark):
        return
    forget(locked.stem)
    with step(name):
        if not _install_with_uv(locked):
            quietly((PYTHON, "-m", "pip", "install", "--require-hashes", "-r", locked))
    remember(locked.stem, mark)


def _install_with_uv(locked: Path) -> bool:
    """Install with uv, which is quick; tell whether it could (pip may know an index or a proxy that uv does not)."""
    try:
        _install_uv()
    except Stop:
        return False
    # Compiled now, or the first start of everything would do it while somebody waits.
    return succeeds((UV, "pip", "install", "--compile-bytecode", "--python", PYTHON, "--require-hashes", "-r", locked))


def _install_uv() -> None:
    mark = fingerprint(INSTALLER)
    if UV.exists() and is_current("uv", mark):
        return
    quietly((PYTHON, "-m", "pip", "install", "--require-hashes", "-r", INSTALLER))
    remember("uv", mark)
