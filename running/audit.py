"""`./run audit`: known weaknesses of the packages we use. Where no source of advisories answers, this fails and says so."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from running import front_end, packages
from running.places import PYTHON, ROOT, WEB
from running.steps import Stop, alone

# An answer that knows nothing of these, whose weaknesses were published years ago, is no source of advisories.
KNOWN_WEAK_PYTHON = ("jinja2", "2.10")
KNOWN_WEAK_NPM = ("lodash", "4.17.4")

PIP_AUDIT = (PYTHON, "-m", "pip_audit", "--strict", "--progress-spinner", "off", "--disable-pip", "--no-deps")
LOCKED = ("-r", "requirements.txt", "-r", "requirements-test.txt")


def audit() -> None:
    """Ask about every locked package; raise `Stop` when one is weak or when nobody could be asked."""
    with alone():
        packages.ensure(tests=True)
        front_end.ensure()
    found = [*_python(), *_npm()]
    if found:
        raise Stop("\n".join(found))
    print("No known weakness in any locked package, Python or npm.")


def _python() -> list[str]:
    name, version = KNOWN_WEAK_PYTHON
    with tempfile.TemporaryDirectory() as folder:
        weak = Path(folder, "requirements.txt")
        weak.write_text(f"{name}=={version}\n")
        if not _names_weakness(_run((*PIP_AUDIT, "--format", "json", "-r", weak), ROOT)):
            return [
                f"Python packages were not audited: no advisory about {name} {version} could be had, so no source answers."
            ]
    asked = _run((*PIP_AUDIT, *LOCKED), ROOT)
    return [] if asked.returncode == 0 else [f"Python packages:\n{asked.stdout}{asked.stderr}"]


def _names_weakness(asked: subprocess.CompletedProcess[str]) -> bool:
    try:
        answer = json.loads(asked.stdout)
    except json.JSONDecodeError:
        return False
    return any(package.get("vulns") for package in answer.get("dependencies", ()))


def _npm() -> list[str]:
    if not (WEB / "package-lock.json").exists():
        return []
    name, version = KNOWN_WEAK_NPM
    with tempfile.TemporaryDirectory() as folder:
        _write_weak_lock(Path(folder), name, version)
        if not _counts_weakness(_run((front_end.NPM, "audit", "--json"), Path(folder))):
            return [
                f"npm packages were not audited: no advisory about {name} {version} could be had, so no source answers."
            ]
    asked = _run((front_end.NPM, "audit"), WEB)
    return [] if asked.returncode == 0 else [f"npm packages:\n{asked.stdout}{asked.stderr}"]


def _write_weak_lock(folder: Path, name: str, version: str) -> None:
    root = {"name": "weak", "version": "1.0.0", "dependencies": {name: version}}
    lock = {"lockfileVersion": 3, "packages": {"": root, f"node_modules/{name}": {"version": version}}}
    (folder / "package.json").write_text(json.dumps(root))
    (folder / "package-lock.json").write_text(json.dumps({**root, **lock}))


def _counts_weakness(asked: subprocess.CompletedProcess[str]) -> bool:
    try:
        answer = json.loads(asked.stdout)
    except json.JSONDecodeError:
        return False
    return bool(answer.get("vulnerabilities"))


def _run(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=front_end.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
