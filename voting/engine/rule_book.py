"""Rulebooks: rules with a name, a title, a source and a date, kept as TOML so that a correction is an edit of a file."""

import re
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
ESTABLISHED = ("seen", "transcript", "memory")
CHANGES_OF_BALLOT = ("until_close", "never")
PRESENCE = ("closing", "opening")
SWITCHES = ("change_of_ballot", "presence")

NAME = re.compile(r"[a-z][a-z0-9_]{0,38}")  # of a rulebook, and of a rule in it
PLACE = re.compile(r"line ([0-9]+), column ([0-9]+)")
LONGEST_LINE = 1000  # a name of very many parts takes the reader minutes
MOST_DAYS = 1000
NEVER_STORED = re.compile(r"\\u0000|\\U00000000")  # no database keeps it


class Reason(StrEnum):
    """Why a rulebook or a rule of it cannot be used."""

    NO_SUCH_RULE = N_("There is no voting rule “%(name)s”. Choose one from the list.")
    UNKNOWN_ENTRY = N_(
        "The rulebook “%(book)s” has an entry “%(key)s” that is not known. Correct its name or remove it."
    )
    WRONG_ENTRY = N_("The rulebook “%(book)s” lacks a usable entry “%(key)s”. Correct it.")
    WRONG_RULE = N_("In the rule “%(rule)s”: %(why)s")
    NOT_TOML = N_("The rulebook “%(book)s” is not written in TOML: look at line %(line)s, column %(column)s.")
    ENDS_EARLY = N_("The rulebook “%(book)s” is not written in TOML: something at its end is missing.")
    LINE_TOO_LONG = N_("Line %(line)s of the rulebook “%(book)s” is too long: at most %(most)s characters. Divide it.")
    NOT_STORABLE = N_("The text contains a character that cannot be stored. Remove it and send again.")


@dataclass(frozen=True)
class NamedRule:
    """A rule with its name and where it comes from; `established` says how well: seen, transcript or memory.

    `change_of_ballot`: until_close or never. `presence`: taken at the closing or at the opening. `veto_roles`: roles whose
    holders' no is a veto; they are frozen with the roll, not with the rule.
    """

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
    change_of_ballot: str = CHANGES_OF_BALLOT[0]
    presence: str = PRESENCE[0]
    veto_roles: tuple[str, ...] = ()
    counts_only: bool = False  # members choose among options: they are counted, and no rule decides

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
            **{key: getattr(self, key) for key in (*TEXTS, *DAYS, *SWITCHES)},
            "rule": None if self.counts_only else rule_as_json(self.rule),
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
    _check_readable(name, written)
    try:
        raw = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(name, error) from error
    except RecursionError:
        raise Refused(Reason.ENDS_EARLY, book=name) from None
    _known(raw, {"titles", "rules"}, name)
    rules = _table(raw, "rules", name)
    return RuleBook(
        name=name,
        titles=_titles(raw, name),
        rules={key: _rule_in(name, key, _table(rules, key, name)) for key in rules},
    )


def _check_readable(book: str, written: str) -> None:
    """Refuse what would take too long to read, and a text that no database keeps."""
    for number, line in enumerate(written.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise Refused(Reason.LINE_TOO_LONG, line=number, book=book, most=LONGEST_LINE)
    if NEVER_STORED.search(written):
        raise Refused(Reason.NOT_STORABLE)


def _not_toml(book: str, error: tomllib.TOMLDecodeError) -> Refused:
    """Say where TOML's own rules are broken; the reader knows the place from its message alone."""
    place = PLACE.search(str(error))
    if place is None:
        return Refused(Reason.ENDS_EARLY, book=book)
    return Refused(Reason.NOT_TOML, book=book, line=place[1], column=place[2])


def _rule_in(book: str, key: str, raw: Mapping[str, object]) -> NamedRule:
    """Read one rule of a rulebook; whatever is wrong with it is said with its name."""
    name = f"{book}/{key}"
    if not NAME.fullmatch(key):
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    try:
        return _named_rule(name, name, raw)
    except Refused as why:
        if isinstance(why.reason, Reason):
            raise
        raise Refused(Reason.WRONG_RULE, rule=name, why=why) from why


@cache
def rulebooks() -> dict[str, RuleBook]:
    """Return every rulebook on the shelf by name."""
    return {path.stem: parse_rulebook(path.stem, path.read_text("utf-8")) for path in sorted(SHELF.glob("*.toml"))}


def text_of(name: str) -> str:
    """Return the text of a rulebook on the shelf."""
    return (SHELF / f"{name}.toml").read_text("utf-8")


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
    _known(raw, {"titles", "rule", "veto_roles", *TEXTS, *DAYS, *SWITCHES}, book)
    texts = {key: _text(raw, key, book) for key in TEXTS}
    if texts["established"] not in ESTABLISHED:
        raise Refused(Reason.WRONG_ENTRY, book=book, key="established")
    least, most = (_days(raw, key, book) for key in DAYS)
    counts_only = raw.get("rule", raw) is None  # said so, not forgotten
    return NamedRule(
        name=name,
        titles=_titles(raw, book),
        least_working_days=least,
        most_working_days=most,
        rule=Rule() if counts_only else parse_rule(_table(raw, "rule", book)),
        counts_only=counts_only,
        change_of_ballot=_one_of(raw, "change_of_ballot", CHANGES_OF_BALLOT, book),
        presence=_one_of(raw, "presence", PRESENCE, book),
        veto_roles=_names(raw, "veto_roles", book),
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


def _one_of(raw: Mapping[str, object], key: str, values: tuple[str, ...], book: str) -> str:
    """Read one of these values, the first where nothing is said."""
    found = raw.get(key, values[0])
    if not isinstance(found, str) or found not in values:
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return found


def _names(raw: Mapping[str, object], key: str, book: str) -> tuple[str, ...]:
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return tuple(found)


def _days(raw: Mapping[str, object], key: str, book: str) -> int | None:
    found = raw.get(key)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= MOST_DAYS:
        raise Refused(Reason.WRONG_ENTRY, book=book, key=key)
    return found
