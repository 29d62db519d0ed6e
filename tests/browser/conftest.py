"""The server, the browser and the people of the browser tests."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import update

from agenda_docs.upload import Examined, take_in
from ecabinet import database as databases
from ecabinet.blobs import Blobs
from ecabinet.config import PROJECT
from ecabinet.database import transaction
from ecabinet.organisation.models import Person
from tests.browser.device import Device
from tests.browser.papers import letter
from tests.browser.server import Server, environment_for, running, working
from tests.browser.stage import Stage
from tests.conftest import Template
from tests.world import World
from voting.proof import starting

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Opens = Callable[..., Device]


def chromium() -> str:
    """Return the browser's program; skip where there is none."""
    program = os.environ.get("ECABINET_TEST_CHROMIUM") or "/usr/bin/chromium"
    if not Path(program).exists():
        pytest.skip("Chromium is not installed: ./run test installs it")
    return program


@pytest.fixture(scope="session")
def server(templates: Callable[[str], Template], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all browser tests; each test makes the meetings and dossiers it needs."""
    instance = tmp_path_factory.mktemp("browser")
    url = templates("sqlite").copy(instance)
    databases.connect(url)
    with transaction() as session:
        session.execute(update(Person).values(language="en"))
    databases.current().close()
    with running(environment_for(instance, url)) as started:
        yield started


@pytest.fixture(scope="session")
def worker(server: Server) -> Iterator[None]:
    """The worker, for what happens by the clock."""
    with working(server):
        yield


@pytest.fixture(scope="session")
def paper(server: Server) -> Examined:
    """A paper that has been through intake."""
    config = server.config
    return take_in(letter(), "to-trinh.pdf", originals=Blobs(config.originals), blobs=Blobs(config.blobs))


@pytest.fixture
def stage(server: Server, paper: Examined, templates: Callable[[str], Template]) -> Iterator[Stage]:
    """The small world in the server's database, to prepare things in."""
    databases.connect(server.config.database_url)
    starting.use(server.config)
    yield Stage(templates("sqlite").world, paper)
    databases.current().close()


@pytest.fixture
def world(stage: Stage) -> World:
    """The ids of the small world."""
    return stage.world


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    node = PROJECT / ".venv" / "bin" / "node"
    if node.exists():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def device(browser: Browser, server: Server, stage: Stage) -> Iterator[Opens]:
    """Return a function that gives a person (None: nobody) a device; at the end no device may have seen a fault."""
    with ExitStack() as opened:
        devices: list[Device] = []

        def give(person: str | None, **options: Any) -> Device:
            made = Device(browser, server, stage.sign_in(person) if person else None, **options)
            opened.callback(made.close)
            devices.append(made)
            return made

        yield give
        faults = [line for made in devices for line in made.faults()]
    assert not faults, "\n".join(faults)


@pytest.fixture
def download(tmp_path: Path) -> Callable[[bytes, str], Path]:
    """Return a function that puts a file where a person would choose it from."""

    def put(content: bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return put
