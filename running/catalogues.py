"""Compile the translations, or check that they are complete. Runs in the virtual environment, which has Babel."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from running.places import PACKAGES, ROOT, TRANSLATIONS, present

KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
LANGUAGES = ("vi",)  # besides English, in which the messages are written
PLACEHOLDER = re.compile(r"%\((\w+)\)")

# A message, or its singular and plural.
Words = str | tuple[str, ...] | list[str]


class Conflict(Exception):  # noqa: N818 - a finding about the catalogues
    """Two catalogues of one language translate the same message differently."""


def merged(language: str) -> tuple[Catalog, dict[str, Path]]:
    """Return one catalogue of a language and where each message of it stands; raise `Conflict` naming both files."""
    catalogue = Catalog(locale=language, domain="messages", charset="utf-8")
    places: dict[str, Path] = {}
    for source in sorted((TRANSLATIONS / language).glob("*.po")):
        for message in _messages(source, language):
            name = _singular(message.id)
            known = catalogue.get(name)
            if known is not None and known.string != message.string:
                raise Conflict(f"{name!r} is translated differently in {_name(places[name])} and {_name(source)}")
            catalogue.add(message.id, message.string)
            places[name] = source
    return catalogue, places


def compile_all() -> None:
    """Write `LC_MESSAGES/messages.mo` of every language."""
    for language in LANGUAGES:
        catalogue, _ = merged(language)
        target = TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, catalogue)


def used() -> dict[Words, str]:
    """Return every message of the program and its pages, with one place where it is used."""
    places: dict[Words, str] = {}
    for folder, methods, options in _sources():
        for file, line, words, _comments, _context in extract_from_dir(ROOT / folder, methods, options, KEYWORDS):
            places.setdefault(words, f"{folder}/{file}:{line}")
    for name in present("app.py", "worker.py"):
        for line, words, _comments, _context in extract_from_file("python", ROOT / name, KEYWORDS):
            places.setdefault(words, f"{name}:{line}")
    return places


def problems(language: str) -> Iterator[str]:
    """Yield what is missing, left over or wrong in a language's catalogues, a sentence each."""
    catalogue, places = merged(language)
    wanted = used()
    for words, place in sorted(wanted.items(), key=str):
        if not _is_translated(words, catalogue.get(_singular(words))):
            yield f"{place}: no translation into {language}: {words!r}"
    names = {_singular(words) for words in wanted}
    for name, source in sorted(places.items()):
        if name not in names:
            yield f"{_name(source)}: no longer used: {name!r}"
        elif different := _differing_placeholders(catalogue[name]):
            yield f"{_name(source)}: placeholders differ ({', '.join(sorted(different))}): {name!r}"


def _messages(source: Path, language: str) -> Iterator[Message]:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    yield from (message for message in catalogue if message.id)


def _sources() -> Iterator[tuple[str, list[tuple[str, str]], dict[str, dict[str, str]]]]:
    for package in present(*PACKAGES):
        yield package, [("**.py", "python")], {}
    for folder in present("templates"):
        yield folder, [("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")], _strictly()


def _strictly() -> dict[str, dict[str, str]]:
    options = {"silent": "false", "trimmed": "true", "encoding": "utf-8"}
    return {"**.html": options, "**.txt": options}


def _singular(words: Words) -> str:
    return words if isinstance(words, str) else words[0]


def _forms(words: Words | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def _is_translated(words: Words, message: Message | None) -> bool:
    """Tell whether every form is there; a message asked for in the plural needs an entry with plural forms."""
    if message is None or not all(_forms(message.string)):
        return False
    return isinstance(words, str) or message.pluralizable


def _differing_placeholders(message: Message) -> set[str]:
    """Return the names that stand on one side only."""
    asked = {name for words in _forms(message.id) for name in PLACEHOLDER.findall(words)}
    given = {name for words in _forms(message.string) for name in PLACEHOLDER.findall(words)}
    return asked ^ given if all(_forms(message.string)) else set()


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def main(command: str) -> int:
    """Do what `./run` asks: `compile`, or `check` and print what is wrong."""
    if command == "compile":
        compile_all()
        return 0
    found = [problem for language in LANGUAGES for problem in problems(language)]
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Conflict as conflict:
        sys.exit(str(conflict))
