"""A hall on each database, and the process from which servers are forked: both take a while, so that trials share them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bench.server import Databases
from ecabinet import database
from tests.faults.hall import Hall, furnish
from tests.faults.servers import Zygote, zygote

MEMBERS = 60  # in the halls of a test run; ./run faults fills one with 200


@pytest.fixture(scope="session")
def source() -> Iterator[Zygote]:
    """The process from which servers are forked."""
    with zygote() as started:
        yield started


@pytest.fixture(scope="session")
def new_hall(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Hall]]:
    """A function that furnishes a hall on a database of its own."""

    def furnished(engine: str) -> Hall:
        server = request.getfixturevalue("postgresql") if engine == "postgresql" else None
        folder = tmp_path_factory.mktemp("hall")
        return furnish(engine, Databases(stack, server).fresh(engine, folder), folder / "instance", MEMBERS)

    with ExitStack() as stack:
        yield furnished


@pytest.fixture(scope="session")
def shared_hall(engine: str, new_hall: Callable[[str], Hall]) -> Hall:
    """One hall on each database for all trials that spoil nothing."""
    return new_hall(engine)


@pytest.fixture
def hall(shared_hall: Hall) -> Iterator[Hall]:
    """A hall that this process is connected to."""
    shared_hall.enter()
    yield shared_hall
    database.current().close()


@pytest.fixture
def postgresql_hall(new_hall: Callable[[str], Hall]) -> Iterator[Hall]:
    """A hall on PostgreSQL alone."""
    made = new_hall("postgresql")
    made.enter()
    yield made
    database.current().close()
