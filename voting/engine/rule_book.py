"""Rulebooks: rules with a name, a title, a source and a date, kept as TOML so that a correction is an edit of a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from ecabinet.refusals import N_, Refused
from voting.engine.parsing import Json, parse_rule, rule_as_json
from voting.engine.result import Reference
from voting.engine.rule import Rule

SHELF = Path(__file__).parent.parent / "rulebooks"
TEXTS = ("instrument", "article", "source", "effective", "established")
DAYS = ("least_working_days", "most_working_days")
ESTABLISHED = frozenset({"seen", "transcript", "memory"})


class Reason(StrEnum):
    """Why a rulebook or a rule of it cannot be used."""

    NO_SUCH_RULE = N_("There is no voting rule “%(name)s”. Choose one from the list.")
    UNKNOWN_ENTRY = N_(
        "The rulebook “%(book)s” has an entry “%(key)s” that is not known. Correct its name or remove it."
    )
    WRONG_ENTRY = N_("The rulebook “%(book)s” lacks a usable entry “%(key)s”. Correct it.")


@dataclass(frozen=True)
class NamedRule:
    """A rule with its name and where it comes from; `established` says how well: seen, transcript or memory."""

    name: str
    titles: Mapping[str, str]
    instrument: str
    article: str
    source: str
    effective: str
    established: str
    least_working_days: int | None
    most_working_days: int | None
    rule: Rule

    def title(self, language: str) -> str:
        """Return the title in this language, or in English."""
        return self.titles.get(language, self.titles["en"])

    def reference(self) -> Reference:
        """Return where the rule stands, for the sentence under a result."""
        return Reference(self.instrument, self.article)

    def as_json(self) -> dict[str, Json]:
        """Write the rule in full with its source: what is frozen with a question."""
        return {
            "name": self.name,
            "titles": dict(self.titles),
            **{key: getattr(self, key) for key in (*TEXTS, *DAYS)},
            "rule": rule_as_json(self.rule),
        }


@dataclass(frozen=True)
class RuleBook:
    """The rules of one body."""

    name: str
    titles: Mapping[str, str]
    rules: Mapping[str, NamedRule]

    def title(self, language: str) -> str:
        """Return the title in this language, or in English."""
        return self.titles.get(language, self.titles["en"])


def named_rule_from_json(frozen: Mapping[str, object]) -> NamedRule:
    """Read a rule as it was frozen with a question; raise `Refused` where it is damaged."""
    name = _text(frozen, "name", "frozen")
    return _named_rule("frozen", name, {key: frozen[key] for key in frozen if key != "name"})


def parse_rulebook(name: str, written: str) -> RuleBook:
    """Read a rulebook's TOML; raise `Refused` naming the entry that is wrong."""
    try:
        raw = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise Refused(Reason.WRONG_ENTRY, book=name, key=str(error)) from error
    _known(raw, {"titles", "rules"}, name)
    rules = _table(raw, "rules", name)
    return RuleBook(
        name=name,
        titles=_titles(raw, name),
        rules={key: _named_rule(name, f"{name}/{key}", _table(rules, key, name)) for key in rules},
    )


@cache
def rulebooks() -> dict[str, RuleBook]:
    """Return every rulebook on the shelf by name."""
    return {path.stem: parse_rulebook(path.stem, path.read_text("utf-8")) for path in sorted(SHELF.glob("*.toml"))}


def named_rules() -> list[NamedRule]:
    """Return every rule of every rulebook, in the order of the shelf."""
    return [rule for book in rulebooks().values() for rule in book.rules.values()]


def rule_named(name: str) -> NamedRule:
    """Return the rule `<rulebook>/<rule>`; raise `Refused` where there is none."""
    found = next((rule for rule in named_rules() if rule.name == name), None)
    if found is None:
        raise Refused(Reason.NO_SUCH_RULE, name=name)
    return found


def _named_rule(book: str, name: str, raw: Mapping[str, object]) -> NamedRule:
    _known(raw, {"titles", "rule", *TEXTS, *DAYS}, book)
    texts = {key: _text(raw, key, book) for key in TEXTS}
    if texts["established"] not in ESTABLISHED:
        raise Refused(Reason.WRONG_ENTRY, book=book, key="established")
    least, most = (_days(raw, key, book) for key in DAYS)
    return NamedRule(
        name=name,
        titles=_titles(raw, book),
        least_working_days=least,
        most_working_days=most,
        rule=parse_rule(_table(raw, "rule", book)),
        **texts,
    )


def _titles(raw: Mapping[str, object], book: str) -> dict[str, str]:
    titles = _table(raw, "titles", book)
    found = {language: _text(titles, language, book) for language in titles}
    if not found.get("en"):
        raise Refused(Reason.WRONG_ENTRY, book=book, key="titles")
    return found


def _known(raw: Mapping[str, object], keys: set[str], book: str) -> None:
    for key in raw:
        if key not in keys:
            raise Refused(Reason.UNKNOWN_ENTRY, book=book, key=key)


def _table(raw: Mapping[str, object], key: str, book: str) -> Mapping[str, object]:
    found = raw.get(key)
    if not isinstance(found, Mapping):
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return found


def _text(raw: Mapping[str, object], key: str, book: str) -> str:
    found = raw.get(key, "")
    if not isinstance(found, str):
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return found


def _days(raw: Mapping[str, object], key: str, book: str) -> int | None:
    found = raw.get(key)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return found
