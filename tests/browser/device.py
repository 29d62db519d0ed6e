"""A tablet, a phone or a screen of the tests: a browser context of its own that remembers everything wrong it was told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser.server import Server

TABLET = {"width": 1194, "height": 834}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

SECONDS_OF_PATIENCE = 15  # the tests run beside other work
expect.set_options(timeout=SECONDS_OF_PATIENCE * 1000)

# What the policy forbids is said in the console, and once more with its directive, so that a failing test names it.
POLICY_WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class Device:
    """One browser context with one page. What its console says is a fault, unless the test says that it belongs there."""

    def __init__(self, browser: Browser, server: Server, token: str | None, **options: Any) -> None:
        """Open a page of a person whose cookie this is; without one, of nobody."""
        given: dict[str, Any] = {"viewport": TABLET, "has_touch": True, "locale": "en-GB", **options}
        self.server = server
        self.context = browser.new_context(base_url=server.origin, timezone_id="Asia/Ho_Chi_Minh", **given)
        self.context.set_default_timeout(SECONDS_OF_PATIENCE * 1000)
        self.context.add_init_script(POLICY_WATCH)
        if token is not None:
            self.context.add_cookies([{"name": "ecabinet", "value": token, "url": server.origin, "httpOnly": True}])
        self.token = token
        self.problems: list[str] = []
        self._forgiven: list[str] = []
        self.page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        """Note what goes wrong on a page."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))

    def forgive(self, *words: str) -> None:
        """Let console lines with these words pass: the test causes them, such as by taking the network away."""
        self._forgiven += words

    def faults(self) -> list[str]:
        """Return what went wrong and was not expected."""
        return [line for line in self.problems if not any(words in line for words in self._forgiven)]

    def open(self, address: str) -> Page:
        """Load a page; it must be there."""
        answer = self.page.goto(address)
        assert answer is not None, address
        assert answer.ok, f"{address}: {answer.status}"
        return self.page

    def follow(self, address: str) -> Page:
        """Load a live page and wait until it hears the room."""
        self.open(address)
        self.heard()
        return self.page

    def heard(self) -> None:
        """Wait until the page is connected."""
        expect(self.page.locator("[data-connection]")).to_have_attribute("data-connection", "connected")

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Take the network away for a while."""
        self.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
        self.context.set_offline(True)
        try:
            yield
        finally:
            self.context.set_offline(False)

    def button(self, name: str, *, within: Locator | None = None) -> Locator:
        """Return the button of this name."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def confirm(self) -> None:
        """Say yes to the question the page asks before it sends."""
        self.page.locator('[data-confirm-dialog] button[value="yes"]').click()

    def close(self) -> None:
        """Close the context."""
        self.context.close()

    def _said(self, message: ConsoleMessage) -> None:
        where: Mapping[str, Any] = message.location
        self.problems.append(f"{message.type}: {message.text} ({where.get('url', '')})")
