"""The demonstration's content, filled once into an empty SQLite database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as Alembic

from agenda_docs.upload import Examined
from demonstration import data, dossiers
from demonstration.stage import Stage
from ecabinet import database as databases
from ecabinet.config import PROJECT, Config, from_environment
from voting.proof import starting


@dataclass(frozen=True)
class Filled:
    """The filled installation and what its makers know of it."""

    config: Config
    stage: Stage


def one_for_all(config: Config, day: date, done: Callable[[int, int], None]) -> Mapping[str, Examined]:
    """Return the same paper under every key."""
    wanted = dossiers.wanted_papers()
    made = dossiers.take_in_one(config, next(iter(wanted.values())), day)
    done(1, 1)
    return dict.fromkeys(wanted, made)


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Fill a database; one paper goes through intake here and stands for all, which would take half a minute."""
    instance = tmp_path_factory.mktemp("demonstration")
    config = from_environment(
        {"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(instance), "ECABINET_LANGUAGE": "vi", "ECABINET_PORT": "80"}
    )
    settings = Alembic(str(PROJECT / "alembic.ini"))
    settings.attributes["url"] = config.database_url
    command.upgrade(settings, "head")
    databases.connect(config.database_url)
    starting.use(config)
    stage = data.fill(config, make=one_for_all)
    databases.current().close()
    return Filled(config, stage)


@pytest.fixture
def filled(filled_once: Filled) -> Iterator[Filled]:
    """Connect to the filled database."""
    databases.connect(filled_once.config.database_url)
    starting.use(filled_once.config)
    yield filled_once
    databases.current().close()


@pytest.fixture
def mark(filled: Filled) -> Path:
    """Return the file that says the content is complete."""
    return data.filled_mark(filled.config)
