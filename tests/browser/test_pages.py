"""Every page as a browser meets it: no word in the console, nothing against the policy, nothing that axe finds, light and dark."""

import json
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from ecabinet.config import PROJECT
from tests.browser.conftest import Opens
from tests.browser.pages import every_page
from tests.browser.stage import Stage

AXE = PROJECT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "axe.run({runOnly: %s, resultTypes: ['violations']}).then(found => found.violations)"
# Between light and dark only the colours differ.
SCHEMES: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (("light", TAGS), ("dark", ["cat.color"]))


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: ./run test installs it")
def test_no_page_speaks_in_the_console_breaks_its_policy_or_is_found_at_fault_by_axe_in_light_or_dark(
    device: Opens, stage: Stage
) -> None:
    found: list[str] = []
    for person, addresses in every_page(stage).by_person.items():
        opened = device(person or None, reduced_motion="reduce")
        opened.forgive("status of 404")
        for address in addresses:
            answer = opened.page.goto(address)
            assert answer is not None
            assert answer.status in (200, 404 if address == "/nowhere" else 200), f"{person} {address}: {answer.status}"
            assert "script-src" in answer.headers["content-security-policy"], address
            assert "unsafe-inline" not in answer.headers["content-security-policy"], address
            _settled(opened.page)
            found += [f"{person or 'nobody'} {address} {each}" for each in _found_by_axe(opened.page)]
    assert not found, "\n".join(found)


def _found_by_axe(page: Page) -> list[str]:
    """Let axe look at a page in each scheme, from a world of its own: the page's policy rightly keeps it out of the page's."""
    line = page.context.new_cdp_session(page)
    frame = line.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = line.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]

    def evaluate(script: str) -> Any:
        told = {"expression": script, "contextId": world, "awaitPromise": True, "returnByValue": True}
        answer = line.send("Runtime.evaluate", told)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    evaluate(AXE.read_text() + ";0")
    found: list[str] = []
    for scheme, tags in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in _lines(evaluate(RUN % json.dumps(tags)))]
    line.detach()
    return found


def _lines(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{violation['id']} {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def _settled(page: Page) -> None:
    """Wait until the page's scripts have run."""
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
