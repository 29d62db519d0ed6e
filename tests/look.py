"""`./run look`: pictures of the main pages in `look/`, from the demonstration's content: tablet, phone, desktop; both languages; light and dark."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config as Alembic
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import update

from demonstration import data
from ecabinet import clock, database
from ecabinet.config import PROJECT, from_environment
from ecabinet.database import transaction
from ecabinet.organisation.models import Person
from running.steps import fingerprint
from tests.browser import server as servers
from tests.browser.device import DESKTOP, PHONE, TABLET
from tests.browser.server import Server
from tests.look_scenes import Scenes, Shot
from voting.proof import starting

FOLDER = PROJECT / "look"
KEPT = PROJECT / "instance" / "look"
CHROMIUM = os.environ.get("ECABINET_TEST_CHROMIUM") or "/usr/bin/chromium"
SIZES = {"tablet": TABLET, "phone": PHONE, "desktop": DESKTOP}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


def main() -> None:
    """Take every picture, or those whose name holds one of the words given."""
    parser = argparse.ArgumentParser(description=__doc__, prog="./run look")
    parser.add_argument("words", nargs="*", help="only pictures whose name holds one of these words")
    parser.add_argument("--plain", action="store_true", help="one picture a page: Vietnamese, light, tablet")
    chosen = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        shutil.copytree(_content(), instance)
        with servers.running(_environment(instance)) as server, sync_playwright() as playwright:
            database.connect(server.config.database_url)
            starting.use(server.config)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            _take_all(browser, server, chosen.words, plain=chosen.plain)
            browser.close()
            database.current().close()


def _environment(instance: Path) -> dict[str, str]:
    url = f"sqlite:///{instance / 'ecabinet.sqlite'}"
    return servers.environment_for(instance, url, mode="demonstration", language="vi")


def _content() -> Path:
    """Return a filled demonstration, made once a day: its meetings are of today."""
    mark = f"{clock.today()} {fingerprint(PROJECT / 'migrations', PROJECT / 'demonstration')}"
    stamp = KEPT / "made"
    if stamp.is_file() and stamp.read_text() == mark:
        return KEPT
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    config = from_environment(_environment(KEPT))
    settings = Alembic(str(PROJECT / "alembic.ini"))
    settings.attributes["url"] = config.database_url
    command.upgrade(settings, "head")
    database.connect(config.database_url)
    starting.use(config)
    data.fill(config)
    database.current().close()
    stamp.write_text(mark)
    return KEPT


def _take_all(browser: Browser, server: Server, words: list[str], *, plain: bool) -> None:
    scenes = Scenes(server)
    for moment in scenes.moments():
        for language in ("vi",) if plain else ("vi", "en"):
            with transaction() as session:
                session.execute(update(Person).values(language=language))
            for shot in moment:
                if not words or any(word in shot.name for word in words):
                    _take(browser, server, scenes, shot, language, plain=plain)


def _take(browser: Browser, server: Server, scenes: Scenes, shot: Shot, language: str, *, plain: bool) -> None:
    for size, theme in _kinds(shot, language, plain=plain):
        with _page(browser, server, scenes, shot, size, theme, language) as page:
            page.goto(shot.address)
            page.wait_for_load_state("networkidle")
            shot.prepare(page)
            name = f"{shot.name}-{size}-{language}-{theme}.png"
            page.screenshot(path=FOLDER / name, full_page=size == "phone" and shot.whole, animations="disabled")
            print(f"look/{name}", flush=True)


def _kinds(shot: Shot, language: str, *, plain: bool) -> Iterator[tuple[str, Theme]]:
    """A main page in every combination; any other in Vietnamese and light, on a tablet and a phone."""
    if plain:
        yield "tablet", "light"
    elif shot.is_main:
        yield from ((size, theme) for size in SIZES for theme in THEMES)
    elif language == "vi":
        yield from (("tablet", "light"), ("phone", "light"))


@contextmanager
def _page(
    browser: Browser, server: Server, scenes: Scenes, shot: Shot, size: str, theme: Theme, language: str
) -> Iterator[Page]:
    options: dict[str, Any] = {"base_url": server.origin, "viewport": SIZES[size], "has_touch": size != "desktop"}
    context: BrowserContext = browser.new_context(
        **options, color_scheme=theme, locale={"vi": "vi-VN", "en": "en-GB"}[language], timezone_id="Asia/Ho_Chi_Minh"
    )
    opened: Callable[[], Page] = context.new_page
    if shot.account is not None:
        token = scenes.sign_in(shot.account)
        context.add_cookies([{"name": "ecabinet", "value": token, "url": server.origin}])
    try:
        yield opened()
    finally:
        context.close()


if __name__ == "__main__":
    main()
