"""The pages' scripts and styles: npm packages as locked, then the build."""

import json
import os
from pathlib import Path

from running.places import VENV, WEB
from running.steps import fingerprint, forget, is_current, quietly, remember, step

NPM = VENV / "bin" / "npm"


def environment() -> dict[str, str]:
    """Return the environment in which the Node of the virtual environment is found and trusts whom the system trusts."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"NODE_USE_SYSTEM_CA": "1"} | os.environ | {"PATH": path}


def ensure() -> None:
    """Have `web/dist` hold the build of what stands in `web`; do nothing when it does."""
    if not (WEB / "package.json").exists():
        return
    _ensure_packages()
    _ensure_build()


def has_script(name: str) -> bool:
    """Tell whether `web/package.json` declares a script of this name."""
    declared = WEB / "package.json"
    return declared.exists() and name in json.loads(declared.read_text()).get("scripts", {})


def run_script(name: str) -> None:
    """Run a script of `web/package.json`."""
    quietly((NPM, "run", name), cwd=WEB, environment=environment())


def _ensure_packages() -> None:
    mark = fingerprint(*(WEB / name for name in ("package.json", "package-lock.json", ".npmrc", "stubs")))
    if is_current("npm", mark) and (WEB / "node_modules").is_dir():
        return
    forget("npm")
    with step("Packages of the pages"):
        quietly((NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"), cwd=WEB, environment=environment())
    remember("npm", mark)


def _ensure_build() -> None:
    mark = fingerprint(WEB)
    if is_current("build", mark) and _is_built(WEB / "dist"):
        return
    forget("build")
    with step("Scripts and styles"):
        run_script("build")
    remember("build", mark)


def _is_built(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
