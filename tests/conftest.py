"""The fixtures of every test: two databases, the application, the people."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config as Alembic
from flask import Flask
from sqlalchemy.engine import make_url

from app import create_app
from ecabinet import database as databases
from ecabinet.config import PROJECT, Config, from_environment
from tests import once
from tests import world as worlds
from tests.databases import postgresql_server
from tests.page_check import TEST_LANGUAGE, bracket_messages
from tests.persona import Persona
from tests.world import World
from voting.proof import starting

ENGINES = ("sqlite", "postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `any_database` on one engine alone; the mark nearest to the test says which it is."""
    marks = (mark.name for mark in metafunc.definition.iter_markers())
    nearest = next((name for name in marks if name in ("any_database", "both_databases")), "both_databases")
    if "engine" in metafunc.fixturenames and nearest == "any_database":
        metafunc.definition.add_marker(pytest.mark.parametrize("engine", ENGINES[:1], indirect=True))


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Keep from one test to the next what comes out the same in each."""
    with once.compiled():
        yield


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Run what needs a database once on each engine."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One PostgreSQL server for the whole run."""
    with postgresql_server() as url:
        yield url


class Template:
    """A migrated database with the small world in it, of which every test gets its own copy."""

    def __init__(self, url: str, copy: Callable[[Path], str]) -> None:
        """Migrate the database at this URL and build the world in it."""
        settings = Alembic(str(PROJECT / "alembic.ini"))
        settings.attributes["url"] = url
        command.upgrade(settings, "head")
        databases.connect(url)
        with databases.transaction() as session:
            self.world = worlds.build(session)
        databases.current().close()
        self.copy = copy


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Template]:
    """Return a function that builds the template of an engine once."""
    built: dict[str, Template] = {}

    def template(engine: str) -> Template:
        if engine not in built:
            folder = tmp_path_factory.mktemp("template")
            built[engine] = (
                _sqlite(folder) if engine == "sqlite" else _postgresql(request.getfixturevalue("postgresql"))
            )
        return built[engine]

    return template


def _sqlite(folder: Path) -> Template:
    original = folder / "template.sqlite"

    def copy(instance: Path) -> str:
        shutil.copyfile(original, instance / "ecabinet.sqlite")
        return f"sqlite:///{instance / 'ecabinet.sqlite'}"

    return Template(f"sqlite:///{original}", copy)


def _postgresql(server: str) -> Template:
    server_url = make_url(server)
    count = iter(range(1_000_000))

    def execute(statement: str) -> None:
        address = server_url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def copy(_instance: Path) -> str:
        name = f"test_{next(count)}"
        execute(f"CREATE DATABASE {name} TEMPLATE template_world STRATEGY wal_log")
        return server_url.set(database=name).render_as_string(hide_password=False)

    execute("DROP DATABASE IF EXISTS template_world")
    execute("CREATE DATABASE template_world")
    return Template(server_url.set(database="template_world").render_as_string(hide_password=False), copy)


@pytest.fixture
def government(database: Config, templates: Callable[[str], Template], engine: str) -> World:  # noqa: ARG001 - in the database of the test
    """Return the ids of the small world."""
    return templates(engine).world


@pytest.fixture
def database(engine: str, templates: Callable[[str], Template], tmp_path: Path) -> Iterator[Config]:
    """Connect to a fresh, migrated database with the small world in it; return its configuration."""
    instance = tmp_path / "instance"
    instance.mkdir()
    url = templates(engine).copy(instance)
    databases.connect(url)
    config = from_environment(
        {
            "ECABINET_MODE": "test",
            "ECABINET_INSTANCE": str(instance),
            "ECABINET_DATABASE_URL": url,
            "ECABINET_PORT": "80",
        }
    )
    starting.use(config)
    yield replace(config, origins=("http://localhost",), language=TEST_LANGUAGE)
    databases.current().close()


@pytest.fixture
def app(database: Config, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return the whole application on a fresh database, with the test language."""
    bracket_messages(monkeypatch)
    app = create_app(database)
    app.testing = False  # errors are answered as they are in production
    app.config["LANGUAGES"] = (*app.config["LANGUAGES"], TEST_LANGUAGE)
    return app


@pytest.fixture
def persona(app: Flask, government: World) -> Callable[[str], Persona]:
    """Return a function that signs a person of the small world in."""
    return lambda key: Persona(app, government.person(key))


def _fixture_for(key: str) -> Callable[..., Persona]:
    @pytest.fixture(name={"prime_minister": "chair"}.get(key, key))
    def signed_in(persona: Callable[[str], Persona]) -> Persona:
        return persona(key)

    return signed_in


for _key in worlds.PEOPLE:
    globals()[f"_{_key}"] = _fixture_for(_key)

os.environ.setdefault("ECABINET_MODE", "test")
