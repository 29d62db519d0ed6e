"""What the house is built on, held by tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config as Alembic
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from ecabinet import database as databases
from ecabinet import gate
from ecabinet.access import Permission
from ecabinet.audit import Tag
from ecabinet.config import PROJECT

# Routes and templates are the same whatever the database.
pytestmark = pytest.mark.any_database

PACKAGES = ("ecabinet", "agenda_docs", "meetings", "voting", "outcomes", "desk", "demonstration")
PUBLIC = {
    "/health",
    "/sign-in",
    "/sign-in/phone",  # who lost a phone has a code of two officials, and nothing else yet
    "/sign-in/phone/new",
    "/sign-in/passkey",
    "/sign-in/passkey/challenge",
    "/sign-out",
    "/language",
    "/demonstration/<account>/<key>",
    "/hall",
    "/hall/code",
    "/hall/content",
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of the application."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield path.relative_to(PROJECT), ast.parse(path.read_text())


def calls(tree: ast.Module, name: str) -> list[int]:
    """The lines on which a method of this name is called."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_every_route_declares_what_it_needs(app: Flask) -> None:
    undeclared = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and gate.needed_by(app, rule.endpoint) is None
    ]
    assert not undeclared


def test_only_a_short_list_of_routes_is_public(app: Flask) -> None:
    public = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and gate.needed_by(app, rule.endpoint) is gate.PUBLIC
    }
    assert public == PUBLIC


def test_every_permission_is_asked_for_by_a_route_or_a_verb() -> None:
    text = "".join((PROJECT / path).read_text() for path, _tree in sources() if path != Path("ecabinet/access.py"))
    unused = [permission.name for permission in Permission if f"Permission.{permission.name}" not in text]
    assert not unused


def test_nothing_commits_outside_the_transaction() -> None:
    found = [f"{path}:{line}" for path, tree in sources() for line in calls(tree, "commit")]
    assert not found


def test_only_the_clock_asks_what_time_it_is() -> None:
    clocks = [
        f"{path}:{line}"
        for path, tree in sources()
        if path != Path("ecabinet/clock.py")
        for name in ("now", "utcnow", "today")
        for line in calls(tree, name)
        if re.search(r"\b(datetime|date)\.(now|utcnow|today)\(", (PROJECT / path).read_text().splitlines()[line - 1])
    ]
    assert not clocks


def test_every_audit_tag_is_recorded_somewhere() -> None:
    text = "".join((PROJECT / path).read_text() for path, _tree in sources() if path != Path("ecabinet/audit.py"))
    unused = [tag.name for tag in Tag if f"Tag.{tag.name}" not in text]
    assert not unused


def test_news_that_is_announced_is_listened_for_by_a_page() -> None:
    announced = {
        node.args[2].value
        for _path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "announce"
        and len(node.args) > 2
        and isinstance(node.args[2], ast.Constant)
        and isinstance(node.args[2].value, str)
    }
    pages = "".join(path.read_text() for path in (PROJECT / "templates").rglob("*.html"))
    listened = set(re.findall(r"[a-z]+", " ".join(re.findall(r'data-on="([^"]*)"', pages))))
    scripts = "".join(path.read_text() for path in (PROJECT / "web" / "source").rglob("*.ts"))
    by_the_server = {"access", "ended"}  # ecabinet/sockets.py acts on these itself
    deaf = {kind for kind in announced - by_the_server if kind not in listened and f'"{kind}"' not in scripts}
    assert announced
    assert not deaf


def test_there_is_one_newest_migration() -> None:
    assert len(ScriptDirectory.from_config(Alembic(str(PROJECT / "alembic.ini"))).get_heads()) == 1


@pytest.mark.usefixtures("database")
def test_the_migrations_make_the_tables_that_the_models_describe() -> None:
    with databases.current().engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _object, name, kind, *_rest: (
                    not (kind == "table" and str(name).startswith("search_index"))
                )
            },
        )
        drift = [
            change
            for change in compare_metadata(context, databases.Base.metadata)
            if "ix_search_text_words" not in str(change)
        ]
    assert not drift


def test_every_template_can_be_read(app: Flask) -> None:
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def test_no_file_is_longer_than_one_sits_and_reads() -> None:
    alone = {
        Path("outcomes/verify.py")
    }  # one file on purpose: it goes into every bag and shares no code with the application
    lengths = {path: len((PROJECT / path).read_text().splitlines()) for path, _tree in sources() if path not in alone}
    assert not {str(path): count for path, count in lengths.items() if count > 300}
