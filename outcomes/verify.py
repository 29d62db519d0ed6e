"""Check an archive bag: python verify.py BAG [--lang vi|en]. BAG is the folder, or a .zip or .tar file of it.

One file, the standard library only, nothing shared with the application that wrote the bag. Exit code 0: whole. 1: not whole,
each fault on a line. 2: called wrongly. What is checked is written in docs/box-format.md.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1 << 20
LARGEST_BOX = 1 << 28
BOX = re.compile(r"data/boxes/([^/]+)/entries\.jsonl")
MANIFEST_LINE = re.compile(r"([0-9A-Fa-f]{128})[ \t]+(.+)")
FRACTION = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha512.txt", "tagmanifest-sha512.txt"
LOOKED_INTO = ("bagit.txt", MANIFEST, TAG_MANIFEST, "entries.jsonl")
ANSWERS = ("yes", "no", "abstain", "other", "present_not_voting")
BASES = ("all", "entitled", "present", "cast", "answered")
CHOICES = (*ANSWERS, "absent", "recused", "silent")
FIELDS = {
    "opened": "type question number previous text rule roll papers options deadline at",
    "cast": "type question number previous member cast_id choice text language seen at",
    "closed": "type question number previous entries head outcome figures steps circumstances missing at",
}
RULE_FIELDS = (
    "form criteria min_yes no_blocks absence_blocks quorum tie tie_when double_counts_for_min_yes abstention silence "
    "objections early_close recused_leave"
)

SENTENCES = {
    "whole": (
        "The archive is whole: files %(files)s, ballot boxes %(boxes)s, ballots %(ballots)s.",
        "Hồ sơ lưu trữ còn nguyên vẹn: %(files)s tệp, %(boxes)s hòm phiếu, %(ballots)s phiếu.",
    ),
    "not_whole": (
        "The archive is NOT whole. Faults found: %(count)s.",
        "Hồ sơ lưu trữ KHÔNG nguyên vẹn. Số lỗi phát hiện: %(count)s.",
    ),
    "nothing_there": ("There is nothing at “%(path)s”.", "Không có gì tại “%(path)s”."),
    "unreadable": ("“%(path)s” cannot be read: %(why)s", "Không đọc được “%(path)s”: %(why)s"),
    "not_a_bag": (
        "This is no archive bag: there is no bagit.txt, or it does not say version 1.0.",
        "Đây không phải gói lưu trữ: không có bagit.txt hoặc tệp này không ghi phiên bản 1.0.",
    ),
    "not_plain": (
        "“%(path)s” is not an ordinary file; it may not stand in an archive.",
        "“%(path)s” không phải tệp thông thường; không được có trong hồ sơ lưu trữ.",
    ),
    "twice": ("“%(path)s” stands in the archive twice.", "“%(path)s” xuất hiện hai lần trong hồ sơ lưu trữ."),
    "outside": (
        "“%(path)s” lies outside the bag and is not covered by it.",
        "“%(path)s” nằm ngoài gói lưu trữ và không được gói bảo vệ.",
    ),
    "changed": ("“%(path)s” has been changed.", "“%(path)s” đã bị thay đổi."),
    "missing": ("“%(path)s” is missing.", "Thiếu “%(path)s”."),
    "extra": ("“%(path)s” was added: no manifest lists it.", "“%(path)s” được thêm vào: không có trong danh mục."),
    "manifest_line": (
        "Line %(line)s of “%(path)s” cannot be read.",
        "Không đọc được dòng %(line)s của “%(path)s”.",
    ),
    "too_large": ("“%(path)s” is too large to be checked.", "“%(path)s” quá lớn, không kiểm tra được."),
    "entry_unreadable": (
        "Box %(box)s: entry %(number)s is not in the form in which entries are written.",
        "Hòm phiếu %(box)s: mục %(number)s không đúng dạng thức ghi.",
    ),
    "entry_place": (
        "Box %(box)s: entry %(number)s is missing or not in its place.",
        "Hòm phiếu %(box)s: mục %(number)s bị thiếu hoặc không đúng vị trí.",
    ),
    "entry_changed": (
        "Box %(box)s: entry %(number)s has been changed; the chain breaks there.",
        "Hòm phiếu %(box)s: mục %(number)s đã bị thay đổi; chuỗi bị đứt tại đó.",
    ),
    "entry_wrong": (
        "Box %(box)s: entry %(number)s cannot be right: “%(what)s”.",
        "Hòm phiếu %(box)s: mục %(number)s không thể đúng: “%(what)s”.",
    ),
    "not_closed": (
        "Box %(box)s: the closing entry is missing.",
        "Hòm phiếu %(box)s: thiếu mục đóng hòm phiếu.",
    ),
    "paper": (
        "Box %(box)s: the paper %(document)s, version %(version)s, on which was voted, is not in the archive.",
        "Hòm phiếu %(box)s: tài liệu %(document)s, phiên bản %(version)s, được biểu quyết nhưng không có trong hồ sơ.",
    ),
    "rule": (
        "Box %(box)s: the rule cannot be recounted here: “%(what)s”.",
        "Hòm phiếu %(box)s: không thể kiểm phiếu lại theo quy tắc này: “%(what)s”.",
    ),
    "recount": (
        "Box %(box)s: the closing entry says %(what)s = %(said)s; counted again it is %(counted)s.",
        "Hòm phiếu %(box)s: mục đóng hòm phiếu ghi %(what)s = %(said)s; kiểm phiếu lại là %(counted)s.",
    ),
}


@dataclass
class Report:
    """The faults found so far, and what was checked."""

    faults: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: int = 0
    boxes: int = 0
    ballots: int = 0

    def fault(self, code: str, **values: object) -> None:
        """Note a fault."""
        self.faults.append((code, values))


@dataclass(frozen=True)
class Read:
    """One file of the bag as read: both hashes, and the bytes where they are looked into."""

    sha512: str
    sha256: str
    content: bytes


class Wrong(Exception):  # noqa: N818 - a finding, not an error of this program
    """An entry that cannot be right; the message names the field."""


class Unsupported(Exception):  # noqa: N818 - a finding, not an error of this program
    """A rule that this verifier does not know how to count."""


# Reading: a folder, a zip or a tar give the same stream of (path, file).


def members(path: Path, report: Report) -> Iterator[tuple[str, BinaryIO]]:
    """Yield each ordinary file with its path; anything else there is a fault."""
    if path.is_dir():
        yield from folder_members(path, report)
    elif not path.is_file():
        report.fault("not_plain", path=path)
    elif tarfile.is_tarfile(path):
        yield from tar_members(path, report)
    elif zipfile.is_zipfile(path):
        yield from zip_members(path, report)


def folder_members(folder: Path, report: Report) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the files of a folder; links are not followed."""
    for place, folders, names in os.walk(folder, onerror=stop):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*names, *links]):
            file = Path(place, name)
            path = file.relative_to(folder).as_posix()
            if not stat.S_ISREG(file.lstat().st_mode):
                report.fault("not_plain", path=path)
                continue
            with file.open("rb") as opened:
                yield path, opened


def stop(error: OSError) -> None:
    """Let an unreadable folder be a fault instead of passing over it."""
    raise error


def zip_members(path: Path, report: Report) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the files of a zip."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            if stat.S_ISLNK(entry.external_attr >> 16):
                report.fault("not_plain", path=entry.filename)
                continue
            with archive.open(entry) as opened:
                yield entry.filename, opened  # type: ignore[misc] # it reads as a binary file does


def tar_members(path: Path, report: Report) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the files of a tar, compressed or not."""
    with tarfile.open(path) as archive:
        for entry in archive:
            opened = archive.extractfile(entry) if entry.isreg() else None
            if opened is not None:
                with opened:
                    yield entry.name.removeprefix("./"), opened  # type: ignore[misc] # it reads as a binary file does
            elif not entry.isdir():
                report.fault("not_plain", path=entry.name)


def read_all(path: Path, report: Report) -> dict[str, Read]:
    """Read and hash every file once; keep the bytes of manifests and boxes."""
    found: dict[str, Read] = {}
    for name, opened in members(path, report):
        if name in found:
            report.fault("twice", path=name)
        found[name] = read_one(name, opened, report)
    report.files = len(found)
    return found


def read_one(name: str, opened: BinaryIO, report: Report) -> Read:
    """Hash a file, keeping its bytes where they will be looked into."""
    long, short, kept = hashlib.sha512(), hashlib.sha256(), bytearray()
    keep = name.rpartition("/")[2] in LOOKED_INTO
    while chunk := opened.read(CHUNK):
        long.update(chunk)
        short.update(chunk)
        if keep:
            kept += chunk
        if keep and len(kept) > LARGEST_BOX:
            report.fault("too_large", path=name)
            keep = False
    return Read(long.hexdigest(), short.hexdigest(), bytes(kept) if keep else b"")


def bag_of(found: dict[str, Read], report: Report) -> dict[str, Read] | None:
    """Return the files by their path in the bag, whose root is where bagit.txt stands."""
    roots = sorted((name for name in found if name.rpartition("/")[2] == "bagit.txt"), key=lambda name: name.count("/"))
    if not roots or found[roots[0]].content != DECLARATION:
        return None
    root = roots[0].removesuffix("bagit.txt")
    for name in found:
        if not name.startswith(root):
            report.fault("outside", path=name)
    return {name.removeprefix(root): read for name, read in found.items() if name.startswith(root)}


# Manifests: every byte, nothing missing, nothing added.


def check_manifests(bag: dict[str, Read], report: Report) -> None:
    """Hold every file to the manifest that covers it."""
    payload = {name for name in bag if name.startswith("data/")}
    check_manifest(bag, MANIFEST, payload, report)
    check_manifest(bag, TAG_MANIFEST, set(bag) - payload - {TAG_MANIFEST}, report)


def check_manifest(bag: dict[str, Read], manifest: str, covered: set[str], report: Report) -> None:
    """Name each file that is missing, changed, or not listed."""
    listed = manifest_of(bag, manifest, report)
    for name, digest in listed.items():
        if name not in covered:
            report.fault("missing", path=name)
        elif bag[name].sha512 != digest:
            report.fault("changed", path=name)
    for name in sorted(covered - set(listed)):
        report.fault("extra", path=name)


def manifest_of(bag: dict[str, Read], manifest: str, report: Report) -> dict[str, str]:
    """Read a manifest: path to digest."""
    if manifest not in bag:
        report.fault("missing", path=manifest)
        return {}
    listed: dict[str, str] = {}
    for number, line in enumerate(bag[manifest].content.decode("utf-8", "replace").split("\n"), start=1):
        if not line:
            continue
        found = MANIFEST_LINE.fullmatch(line.removesuffix("\r"))
        name = found[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") if found else ""
        if found is None or name in listed:
            report.fault("manifest_line", path=manifest, line=number)
        else:
            listed[name] = found[1].lower()
    return listed


# Boxes: the chain, the entries, the recount.


def check_boxes(bag: dict[str, Read], report: Report) -> None:
    """Check every ballot box of the bag."""
    kept = {read.sha256 for name, read in bag.items() if name.startswith("data/")}
    for name in sorted(bag):
        if found := BOX.fullmatch(name):
            report.boxes += 1
            check_box(found[1], bag[name].content, kept, report)


def check_box(box: str, content: bytes, kept: set[str], report: Report) -> None:
    """Check one box; stop at the first entry that is wrong, since what follows rests on it."""
    lines = content.split(b"\n")
    entries = chain_of(box, lines[:-1], report) if lines[-1] == b"" else None
    if lines[-1] != b"":
        report.fault("entry_unreadable", box=box, number=len(lines) - 1)
    if not entries:
        return
    try:
        checked = check_entries(box, entries)
    except Wrong as wrong:
        number, what = wrong.args
        report.fault("entry_wrong", box=box, number=number, what=what)
        return
    report.ballots += len(entries) - 2 if checked else 0
    check_papers(box, entries[0], kept, report)
    if not checked:
        report.fault("not_closed", box=box)
        return
    check_recount(box, entries, report)


def chain_of(box: str, lines: list[bytes], report: Report) -> list[dict[str, Any]] | None:
    """Return the entries where each is canonical, in its place and names the leaf before it."""
    entries = [entry_of(line) for line in lines]
    if not entries:
        report.fault("entry_place", box=box, number=0)
        return None
    leaves = [hashlib.sha256(b"\x00" + line).hexdigest() for line in lines]
    whole: list[dict[str, Any]] = []
    for number, entry in enumerate(entries):
        if entry is None:
            report.fault("entry_unreadable", box=box, number=number)
            return None
        if entry.get("number") != number:
            report.fault("entry_place", box=box, number=number)
            return None
        if entry.get("previous") != (leaves[number - 1] if number else None):
            report.fault("entry_changed", box=box, number=blamed(number, entries, leaves))
            return None
        whole.append(entry)
    return whole


def blamed(number: int, entries: list[dict[str, Any] | None], leaves: list[str]) -> int:
    """Where the chain breaks before an entry: the one before it was changed, if this one is confirmed by what follows."""
    if number == 0:
        return 0
    entry = entries[number] or {}
    following = entries[number + 1] if number + 1 < len(entries) else None
    confirmed = following.get("previous") == leaves[number] if following else entry.get("head") == entry.get("previous")
    return number - 1 if confirmed else number


def entry_of(line: bytes) -> dict[str, Any] | None:
    """Read an entry; None unless its bytes are exactly the canonical form of an object with known fields."""
    try:
        entry = json.loads(line.decode(), parse_float=refuse, parse_constant=refuse)
        canonical = canonical_form(entry)
    except (ValueError, RecursionError):
        return None
    if canonical != line or not isinstance(entry, dict):
        return None
    fields = FIELDS.get(str(entry.get("type")))
    return entry if fields and set(entry) == set(fields.split()) else None


def canonical_form(value: object) -> bytes:
    """Write texts, whole numbers, lists and objects in their canonical form (RFC 8785)."""
    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def ordered(value: object) -> object:
    """Put the names of every object in the order of their UTF-16 code units."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    return [ordered(each) for each in value] if isinstance(value, list) else value


def refuse(number: str) -> float:
    """Refuse a number with a point: an entry holds whole numbers only."""
    raise ValueError(number)


def check_entries(box: str, entries: list[dict[str, Any]]) -> bool:
    """Hold each entry to the opening one; return whether the box is closed. Raises `Wrong` for the first that is wrong."""
    roll = check_opened(box, entries[0])
    known: set[str] = set()
    for number, entry in enumerate(entries[1:], start=1):
        need(entry["question"] == box, number, "question")
        if entry["type"] == "cast":
            check_cast(entry, entries[0], roll, known)
            continue
        need(entry["type"] == "closed" and number == len(entries) - 1, number, "type")
        need(entry["entries"] == number, number, "entries")
        need(entry["head"] == entry["previous"], number, "head")
    return bool(entries[-1]["type"] == "closed")


def need(holds: object, number: int, what: str) -> None:
    """Raise `Wrong` where this does not hold."""
    if not holds:
        raise Wrong(number, what)


def check_opened(box: str, opened: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Check the opening entry and return its roll by member."""
    need(opened["type"] == "opened", 0, "type")
    need(opened["question"] == box, 0, "question")
    need(isinstance(opened["rule"], dict) and isinstance(opened["rule"].get("rule"), dict), 0, "rule")
    need(isinstance(opened["options"], list), 0, "options")
    need(isinstance(opened["papers"], list) and all(isinstance(each, dict) for each in opened["papers"]), 0, "papers")
    need(isinstance(opened["roll"], list) and all(is_roll_line(each) for each in opened["roll"]), 0, "roll")
    roll = {each["member"]: each for each in opened["roll"]}
    need(len(roll) == len(opened["roll"]), 0, "roll")
    return roll


def is_roll_line(line: object) -> bool:
    """Whether this is a line of a roll."""
    if not isinstance(line, dict) or set(line) != {"member", "name", "roles", "recused", "substituted"}:
        return False
    texts = [line["member"], line["name"], *(line["roles"] if isinstance(line["roles"], list) else [None])]
    flags = [line["recused"], line["substituted"]]
    return all(isinstance(each, str) for each in texts) and all(isinstance(each, bool) for each in flags)


def check_cast(entry: dict[str, Any], opened: dict[str, Any], roll: dict[str, dict[str, Any]], known: set[str]) -> None:
    """Check a ballot: of a member of the roll who may vote, one of the options, cast once, on what was shown."""
    number = entry["number"]
    for name in ("member", "cast_id", "choice", "text", "language", "seen", "at"):
        need(isinstance(entry[name], str), number, name)
    need(entry["member"] in roll and not roll[entry["member"]]["recused"], number, "member")
    need(entry["choice"] in opened["options"] and entry["choice"] in ANSWERS, number, "choice")
    need(entry["cast_id"] and entry["cast_id"] not in known, number, "cast_id")
    known.add(entry["cast_id"])
    need(entry["seen"] == seen_of(opened, entry["language"]), number, "seen")


def seen_of(opened: dict[str, Any], language: str) -> str:
    """Hash what was shown to a member, from the opening entry."""
    shown = {
        "language": language,
        "options": opened["options"],
        "papers": [paper.get("sha256") for paper in opened["papers"]],
        "text": opened["text"],
    }
    return hashlib.sha256(canonical_form(shown)).hexdigest()


def check_papers(box: str, opened: dict[str, Any], kept: set[str], report: Report) -> None:
    """Find each paper that was voted on in the bag, by its hash."""
    for paper in opened["papers"]:
        if paper.get("sha256") not in kept:
            report.fault("paper", box=box, document=paper.get("document"), version=paper.get("version"))


def check_recount(box: str, entries: list[dict[str, Any]], report: Report) -> None:
    """Count the box again and compare with what its closing entry says."""
    closed = entries[-1]
    try:
        counted = recount(entries[0], entries[1:-1], closed["circumstances"])
    except Unsupported as unsupported:
        report.fault("rule", box=box, what=str(unsupported))
        return
    except Wrong as wrong:
        number, what = wrong.args
        report.fault("entry_wrong", box=box, number=len(entries) - 1 if number is None else number, what=what)
        return
    said = {**closed["figures"], "outcome": closed["outcome"]} if isinstance(closed["figures"], dict) else {}
    said["missing"] = sorted(closed["missing"]) if is_texts(closed["missing"]) else closed["missing"]
    for what in sorted({*counted, *said}):
        if said.get(what) != counted.get(what) or isinstance(said.get(what), bool):
            report.fault("recount", box=box, what=what, said=said.get(what), counted=counted.get(what))


def is_texts(value: object) -> bool:
    """Whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


# The recount: written from the rule's definition, not from the program that counted first.


@dataclass(frozen=True)
class Ballots:
    """A vote laid out for counting: the choice of each member, who holds which role, who sits for whom, what was so."""

    rule: dict[str, Any]
    choice: dict[str, str]
    holder: dict[str, str]
    seats: set[str]
    attending: list[str]


def recount(opened: dict[str, Any], casts: list[dict[str, Any]], so: object) -> dict[str, object]:
    """Return outcome, figures and who is missing, counted from the entries alone."""
    rule = opened["rule"]["rule"]
    check_rule(rule)
    circumstances = circumstances_of(so, rule, opened)
    cast = {each["member"]: each["choice"] for each in casts}
    ballots = Ballots(
        rule=rule,
        choice={line["member"]: choice_of(line, cast, circumstances, rule) for line in opened["roll"]},
        holder=holders(rule, opened["roll"]),
        seats={line["member"] for line in opened["roll"] if line["substituted"]},
        attending=circumstances["attending"],
    )
    silent = [member for member, choice in ballots.choice.items() if choice == "silent"]
    outcome, after = outcome_of(ballots, passed=bool(circumstances["deadline_passed"]))
    deemed = sum(after[member] == "yes" for member in silent)
    missing = sorted(line["member"] for line in opened["roll"] if not line["recused"] and line["member"] not in cast)
    return {"outcome": outcome, "missing": missing, **figures(after, rule), "deemed_yes": deemed}


def check_rule(rule: dict[str, Any]) -> None:
    """Raise `Unsupported` for a rule that says anything this verifier does not know."""
    if set(rule) != set(RULE_FIELDS.split()):
        raise Unsupported(", ".join(sorted(set(rule) ^ set(RULE_FIELDS.split()))))
    for name, holds in RULE_CHECKS.items():
        if not holds(rule[name]):
            raise Unsupported(name)


def is_criterion(value: object) -> bool:
    """Whether this is a majority of heads."""
    return (
        isinstance(value, dict)
        and set(value) == {"measure", "base", "fraction", "strict"}
        and value["measure"] == "heads"
        and value["base"] in BASES
        and is_fraction(value["fraction"])
        and isinstance(value["strict"], bool)
    )


def is_quorum(value: object) -> bool:
    """Whether this is a quorum, or none."""
    if value is None:
        return True
    if not isinstance(value, dict) or set(value) - {"fraction", "at_least"} != set(QUORUM_CHECKS):
        return False
    return (
        all(holds(value[name]) for name, holds in QUORUM_CHECKS.items())
        and is_fraction(value.get("fraction", "1/1"))
        and is_whole(value.get("at_least", 0))
    )


def is_tie(value: object) -> bool:
    """Whether this settles a tie in a known way."""
    if value == "fails":
        return True
    return (
        isinstance(value, dict)
        and len(value) == 1
        and set(value) <= {"side_of", "counts_double"}
        and is_texts([*value.values()])
    )


def is_fraction(value: object) -> bool:
    """Whether this is an exact fraction."""
    return isinstance(value, str) and FRACTION.fullmatch(value) is not None


def is_whole(value: object) -> bool:
    """Whether this is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_flag(value: object) -> bool:
    """Whether this is true or false."""
    return isinstance(value, bool)


def one_of(*allowed: str) -> Callable[[object], bool]:
    """Return a check that a value is one of these."""
    return lambda value: isinstance(value, str) and value in allowed


def some_of(*allowed: str) -> Callable[[object], bool]:
    """Return a check that a value is a list of these."""
    return lambda value: is_texts(value) and set(value) <= set(allowed)  # type: ignore[call-overload] # a list by now


RULE_CHECKS: dict[str, Callable[[object], bool]] = {
    "form": one_of("meeting", "written"),
    "criteria": lambda value: isinstance(value, list) and all(is_criterion(each) for each in value),
    "min_yes": is_whole,
    "no_blocks": is_flag,
    "absence_blocks": is_flag,
    "quorum": is_quorum,
    "tie": is_tie,
    "tie_when": one_of("yes_is_half_of_base", "yes_equals_no"),
    "double_counts_for_min_yes": is_flag,
    "abstention": one_of("allowed", "forbidden"),
    "silence": one_of("not_a_yes", "consent", "absent", "objection_stops"),
    "objections": some_of(*CHOICES),
    "early_close": is_flag,
    "recused_leave": some_of("present", "entitled", "quorum", "all"),
}
QUORUM_CHECKS: dict[str, Callable[[object], bool]] = {
    "of": one_of("all", "entitled"),
    "strict": is_flag,
    "roles": is_texts,
    "except_roles": is_texts,
    "attending": is_texts,
    "substitutes": is_flag,
}


def circumstances_of(so: object, rule: dict[str, Any], opened: dict[str, Any]) -> dict[str, Any]:
    """Check the circumstances of the closing entry."""
    if not isinstance(so, dict) or set(so) != {"present", "attending", "classified", "deadline_passed"}:
        raise Wrong(None, "circumstances")
    classified = so["classified"] if isinstance(so["classified"], dict) else {"": ""}
    members_known = {line["member"] for line in opened["roll"]}
    fine = (
        is_texts(so["present"])
        and is_texts(so["attending"])
        and set(classified) <= members_known
        and all(each in ("yes", "no", "other") for each in classified.values())
        and (is_flag(so["deadline_passed"]) or (rule["form"] == "meeting" and so["deadline_passed"] is None))
    )
    if not fine:
        raise Wrong(None, "circumstances")
    return so


def holders(rule: dict[str, Any], roll: list[dict[str, Any]]) -> dict[str, str]:
    """Return who holds each role that the rule names; the roll may not give one to two."""
    quorum = rule["quorum"] or {"roles": [], "except_roles": []}
    named = {*quorum["roles"], *quorum["except_roles"], *(rule["tie"].values() if rule["tie"] != "fails" else [])}
    found: dict[str, str] = {}
    for line in roll:
        for role in named.intersection(line["roles"]):
            need(role not in found, 0, "roll")
            found[role] = line["member"]
    return found


def choice_of(line: dict[str, Any], cast: dict[str, str], so: dict[str, Any], rule: dict[str, Any]) -> str:
    """Return a member's choice before silence is given a meaning."""
    member, written = line["member"], rule["form"] == "written"
    if line["recused"]:
        return "recused"
    if member in cast:
        choice = cast[member]
        if choice == "abstain" and rule["abstention"] == "forbidden":
            raise Wrong(None, "choice")
        return str(so["classified"].get(member, choice)) if choice == "other" else choice
    if written:
        return "silent"
    return "present_not_voting" if member in so["present"] and not line["substituted"] else "absent"


def figures(choice: dict[str, str], rule: dict[str, Any]) -> dict[str, object]:
    """Count heads by choice."""
    heads = Counter(choice.values())
    return {
        "members": len(choice),
        **{each: heads[each] for each in CHOICES},
        "present": base_of("present", choice, rule),
    }


def outcome_of(ballots: Ballots, *, passed: bool) -> tuple[str, dict[str, str]]:
    """Decide, in the order the rules are written; return the choices as they counted too."""
    rule, choice = ballots.rule, ballots.choice
    if rule["form"] == "written":
        if rule["silence"] == "objection_stops" and any(each in rule["objections"] for each in choice.values()):
            return "objected", choice
        if not passed and not (rule["early_close"] and all(each in (*ANSWERS, "recused") for each in choice.values())):
            return "open", choice
    after = {m: "yes" if each == "silent" and rule["silence"] == "consent" else each for m, each in choice.items()}
    if rule["quorum"] is not None and not quorum_holds(ballots, rule["quorum"]):
        return "no_quorum", after
    if is_blocked(rule, Counter(after.values())):
        return "fail", after
    return by_majority(ballots, after), after


def is_blocked(rule: dict[str, Any], heads: Counter[str]) -> bool:
    """Whether one rejection, or one who took no part, stops the question."""
    missing = heads["absent"] + (heads["silent"] if rule["silence"] in ("not_a_yes", "absent") else 0)
    return bool((rule["no_blocks"] and heads["no"]) or (rule["absence_blocks"] and missing))


def quorum_holds(ballots: Ballots, quorum: dict[str, Any]) -> bool:
    """Whether enough gave an explicit answer, and all who are required."""
    leave, counted = ballots.rule["recused_leave"], set()
    for member, choice in ballots.choice.items():
        sits = quorum["substitutes"] and member in ballots.seats and choice in ("absent", "silent")
        if choice in ANSWERS or (choice == "recused" and "quorum" not in leave) or sits:
            counted.add(member)
    if any(ballots.holder.get(role) not in counted for role in quorum["roles"]):
        return False
    if any(officer not in ballots.attending for officer in quorum["attending"]):
        return False
    out = {ballots.holder.get(role) for role in quorum["except_roles"]}
    gone = "all" in leave or (quorum["of"] == "entitled" and "entitled" in leave)
    total = sum(m not in out and not (gone and choice == "recused") for m, choice in ballots.choice.items())
    present = len(counted - out)
    enough = "fraction" not in quorum or reaches(present, total, quorum["fraction"], strict=quorum["strict"])
    return enough and present >= quorum.get("at_least", 0)


def reaches(yes: int, total: int, fraction: str, *, strict: bool) -> bool:
    """Whether so many are more than (strict), or at least, the fraction of the total."""
    share = Fraction(fraction) * total
    return yes > share if strict else yes >= share


def base_of(base: str, choice: dict[str, str], rule: dict[str, Any]) -> int:
    """Return how many a base holds."""
    leave = rule["recused_leave"]
    counted: tuple[str, ...] = ANSWERS
    if base == "cast":
        counted = ("yes", "no")
    elif base == "present" and "present" not in leave:
        counted = (*ANSWERS, "recused")
    elif base in ("all", "entitled"):
        gone = "all" in leave or (base == "entitled" and "entitled" in leave)
        counted = tuple(each for each in CHOICES if not (gone and each == "recused"))
    return sum(each in counted for each in choice.values())


def by_majority(ballots: Ballots, after: dict[str, str]) -> str:
    """Decide by the criteria, the least number of yes and the tie."""
    rule, heads = ballots.rule, Counter(after.values())
    verdicts = [criterion_verdict(ballots, after, criterion) for criterion in rule["criteria"]]
    doubled = isinstance(rule["tie"], dict) and "counts_double" in rule["tie"] and rule["double_counts_for_min_yes"]
    more = 1 if doubled and ("tie_yes" in verdicts or "hangs" in verdicts) else 0
    if "fail" in verdicts or heads["yes"] + more < rule["min_yes"]:
        return "fail"
    return "tie" if "hangs" in verdicts else "pass"


def criterion_verdict(ballots: Ballots, after: dict[str, str], criterion: dict[str, Any]) -> str:
    """Return pass, fail, tie_yes (settled for it) or hangs (a tie that nobody has settled)."""
    rule, heads = ballots.rule, Counter(after.values())
    total = base_of(criterion["base"], after, rule)
    if total and reaches(heads["yes"], total, criterion["fraction"], strict=criterion["strict"]):
        return "pass"
    half = heads["yes"] == heads["no"] if rule["tie_when"] == "yes_equals_no" else 2 * heads["yes"] == total
    tied = total and half and criterion["strict"] and Fraction(criterion["fraction"]) == Fraction(1, 2)
    if not tied or rule["tie"] == "fails":
        return "fail"
    (role,) = rule["tie"].values()
    side = ballots.choice.get(ballots.holder.get(role, ""), "")
    return {"yes": "tie_yes", "no": "fail"}.get(side, "hangs")


# The command.


def verify(path: Path) -> Report:
    """Check a bag and return what was found; whatever is there, this does not fail."""
    report = Report()
    try:
        bag = bag_of(read_all(path, report), report)
        if bag is None:
            report.fault("not_a_bag")
        else:
            check_manifests(bag, report)
            check_boxes(bag, report)
    except Exception as error:  # noqa: BLE001 - garbage of every kind is a finding about the bag, never a traceback
        report.fault("unreadable", path=path, why=f"{type(error).__name__}: {error}")
    return report


def sentences(report: Report, language: str) -> Iterable[str]:
    """Say the report in a language, one sentence a line."""
    if not report.faults:
        yield say("whole", language, {"files": report.files, "boxes": report.boxes, "ballots": report.ballots})
        return
    yield say("not_whole", language, {"count": len(report.faults)})
    for code, values in report.faults:
        yield "- " + say(code, language, values)


def say(code: str, language: str, values: dict[str, object]) -> str:
    """Say one sentence; whatever a damaged bag puts into it stays on its line and can be printed."""
    printable = {name: "".join(c if c.isprintable() else "?" for c in str(value)) for name, value in values.items()}
    return SENTENCES[code][1 if language == "vi" else 0] % printable


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Vietnamese letters
    parser = argparse.ArgumentParser(prog="verify", description="Check an archive bag / Kiểm tra hồ sơ lưu trữ")
    parser.add_argument("bag", type=Path, metavar="BAG")
    parser.add_argument("--lang", choices=("vi", "en"), default="en")
    wanted = parser.parse_args(arguments)
    if not os.path.lexists(wanted.bag):
        print(say("nothing_there", wanted.lang, {"path": wanted.bag}), file=sys.stderr)
        return 2
    report = verify(wanted.bag)
    for sentence in sentences(report, wanted.lang):
        print(sentence)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
