"""What must hold of every page that any test fetches."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from flask_babel import Domain, get_locale
from justhtml import JustHTML, Node

TEST_LANGUAGE = "eo"  # no page is written in it, so what is not in brackets was not translated
UNSEEN = {"script", "style", "template", "title", "noscript", "textarea"}  # what stands in a text field was typed
SPOKEN = ("aria-label", "placeholder", "alt", "title")
OUR_NAME = "e-Cabinet"


class Brackets:
    """Translations that put every message into ⟦ ⟧."""

    def ugettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    gettext = ugettext

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return self.ugettext(singular if number == 1 else plural)

    def upgettext(self, _context: str, message: str) -> str:
        return self.ugettext(message)

    def unpgettext(self, _context: str, singular: str, plural: str, number: int) -> str:
        return self.ungettext(singular, plural, number)


def bracket_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the test language answer every message in brackets."""
    given = Domain.get_translations

    def translations(self: Domain) -> object:
        return Brackets() if str(get_locale()) == TEST_LANGUAGE else given(self)

    monkeypatch.setattr(Domain, "get_translations", translations)


def check_page(html: str, language: str) -> None:
    """Assert that this is a whole, valid page in the reader's language."""
    page = JustHTML(html, sanitize=False, collect_errors=True)
    assert not page.errors, f"invalid HTML: {page.errors[:5]}"
    root = page.query_one("html")
    assert root is not None, "a page is a whole document"
    assert attributes(root).get("lang") == language, "the page does not say its language"
    titles = page.query("head title")
    assert len(titles) == 1, "a page has one title"
    assert titles[0].to_text().strip(), "the title says something"
    assert len(page.query("h1")) == 1, f"a page has one h1, this has {len(page.query('h1'))}"
    check_part(page.root, language)


def check_part(root: Node, language: str) -> None:
    """Assert what must also hold of a fragment: no id twice, nothing inline, every visible word a message or data."""
    elements = list(_elements(root))
    twice = [
        name
        for name, count in Counter(attributes(e)["id"] for e in elements if "id" in attributes(e)).items()
        if count > 1
    ]
    assert not twice, f"ids used twice: {twice}"
    inline = [e.name for e in elements for name in attributes(e) if name.startswith("on") or name == "style"]
    assert not inline, f"inline style or script on: {inline}"
    if language == TEST_LANGUAGE:
        bare = list(_bare_words(root))
        assert not bare, f"neither translated nor marked as data: {bare[:10]}"


def attributes(element: Node) -> dict[str, str]:
    """Return the attributes of an element; one without a value is empty."""
    return {name: value or "" for name, value in (element.attrs or {}).items()}


def check_fragment(html: str, language: str) -> None:
    """Assert that a part of a page is valid where it will be put."""
    page = JustHTML(html, sanitize=False, fragment=True, collect_errors=True)
    assert not page.errors, f"invalid HTML: {page.errors[:5]}"
    check_part(page.root, language)


def _elements(node: Node) -> Iterator[Node]:
    for child in node.children or ():
        if not child.name.startswith(("#", "!")):
            yield child
            yield from _elements(child)


def _bare_words(node: Node, *, is_data: bool = False) -> Iterator[str]:
    for child in node.children or ():
        if child.name == "#text":
            if not is_data and _has_words(str(child.data)):
                yield str(child.data).strip()
        elif child.name not in UNSEEN and not child.name.startswith(("#", "!")):
            inside = {"no": True, "yes": False}.get(attributes(child).get("translate", ""), is_data)
            yield from (
                f"{name}: {attributes(child)[name]}"
                for name in SPOKEN
                if not inside and _has_words(attributes(child).get(name, ""))
            )
            yield from _bare_words(child, is_data=inside)


def _has_words(text: str) -> bool:
    """Say whether letters are left when every bracketed message, one in another too, is taken out."""
    rest = text.replace(OUR_NAME, "")
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
        rest = shorter
    return re.search(r"[^\W\d_]", rest) is not None
