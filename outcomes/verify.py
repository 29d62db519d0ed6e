"""Check an archive bag: python verify.py BAG [--lang vi|en] [--key BASE64]. BAG is the folder, or a .zip or .tar file of it.

One file, the standard library only, nothing shared with the application that wrote the bag. Signatures are checked where the
package `cryptography` can be imported. Exit code 0: whole. 1: not whole, each fault on a line. 2: called wrongly. What is
checked is written in docs/box-format.md. Of a time-stamp only the hash is looked for here: `openssl ts -verify` checks the rest.
"""

import argparse
import base64
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
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key
except ImportError:
    SIGNATURES = False
else:
    SIGNATURES = True

CHUNK = 1 << 20
LARGEST_BOX = 1 << 28
LARGEST_NUMBER = (1 << 53) - 1
BOX = re.compile(r"data/boxes/([^/]+)/([^/]+)")
LINE = re.compile(rb"[^\n]*\n|[^\n]+")
MANIFEST_LINE = re.compile(r"([0-9a-f]{128})  (.+)")
NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>[1-9][0-9]{0,15})\n(?P<root>[^\n]+)\n)\n— (?P<name>[^ \n]+) (?P<signature>[^\n]+)\n"
)
FRACTION = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")
DECIMAL = re.compile(r"[0-9]{1,400}(\.[0-9]{1,400})?")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha512.txt", "tagmanifest-sha512.txt"
ENTRIES, CHECKPOINTS, STAMP, KEY = "entries.jsonl", "checkpoints.txt", "stamp.tsr", "data/key.json"
LOOKED_INTO = ("bagit.txt", MANIFEST, TAG_MANIFEST, ENTRIES, CHECKPOINTS, STAMP, "key.json")

DISCUSSED = ("no", "abstain", "other")
SIGNED = "cast_id choice discuss member question reserved seen text"
OFFERED = ("yes", "no", "abstain", "other")
ANSWERS = (*OFFERED, "present_not_voting")
BASES = ("all", "entitled", "present", "cast", "answered")
CHOICES = (*ANSWERS, "absent", "recused", "silent")

EVERY_ENTRY = "type question number previous at"
FIELDS = {
    "opened": "text form rule roll papers options labels present deadline grace key",
    "cast": "member by cast_id choice text discuss reserved language seen step_up assertion",
    "paper": "member channel cast_id choice text discuss reserved evidence entered_by confirmed_by",
    "withdrawn": "entry reason ruled_by",
    "extended": "deadline reason extended_by",
    "closed": "entries head root outcome figures steps circumstances missing versions",
    "corrected": "outcome figures steps circumstances missing reason entered_by confirmed_by",
    "annulled": "reason entered_by confirmed_by",
    "recalled": "member by cast_id step_up",
    "taken_out": "by reason",
}
TEXTS = "at text form deadline key member by cast_id choice reserved language seen step_up channel evidence reason head root outcome"
OFFICIALS = "entered_by confirmed_by ruled_by extended_by"
AFTER = {
    "open": {"cast", "paper", "recalled", "withdrawn", "extended", "closed", "annulled", "taken_out"},
    "closed": {"corrected", "annulled"},
    "over": set[str](),
}
FROZEN_RULE = (
    "name titles instrument article source effective established least_working_days most_working_days change_of_ballot "
    "presence rule"
)
ROLL_LINE = "member name roles recused substituted weights proxy veto"
CIRCUMSTANCES = "present attending classified deadline_passed"
ASSERTION = "credential public_key authenticator client signature"
SHORTEST_AUTHENTICATOR = 37

SENTENCES = {
    "whole": (
        "The archive is whole: files %(files)s, ballot boxes %(boxes)s, ballots %(ballots)s.",
        "Hồ sơ lưu trữ còn nguyên vẹn: %(files)s tệp, %(boxes)s hòm phiếu, %(ballots)s phiếu.",
    ),
    "not_whole": (
        "The archive is NOT whole. Faults found: %(count)s.",
        "Hồ sơ lưu trữ KHÔNG nguyên vẹn. Số lỗi phát hiện: %(count)s.",
    ),
    "signed_by": (
        "The boxes name the signer %(name)s, public key %(key)s. Compare this key with one from another source.",
        "Các hòm phiếu ghi bên ký là %(name)s, khóa công khai %(key)s. Hãy đối chiếu khóa này với một nguồn khác.",
    ),
    "signatures": ("Signatures checked: %(count)s.", "Số chữ ký đã kiểm tra: %(count)s."),
    "no_signatures": (
        "Signatures were not checked: the Python package “cryptography” is not installed here.",
        "Chữ ký chưa được kiểm tra: máy này chưa cài gói Python “cryptography”.",
    ),
    "stamped": (
        "Box %(box)s: the time-stamp is over the checkpoint of %(size)s entries. Its authority is checked by “openssl ts -verify”.",
        "Hòm phiếu %(box)s: dấu thời gian được cấp cho điểm kiểm soát gồm %(size)s mục. "
        "Dùng “openssl ts -verify” để kiểm tra cơ quan cấp dấu.",
    ),
    "nothing_there": ("There is nothing at “%(path)s”.", "Không có gì tại “%(path)s”."),
    "key_unusable": (
        "“%(key)s” is not a public key: 32 bytes in base64 are needed.",
        "“%(key)s” không phải khóa công khai: cần 32 byte ở dạng base64.",
    ),
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
    "key_file": (
        "“%(path)s” does not hold the name and the public key of the signer.",
        "“%(path)s” không chứa tên và khóa công khai của bên ký.",
    ),
    "key_other": (
        "The public key in the bag is %(found)s, not the one that was given, %(given)s.",
        "Khóa công khai trong gói là %(found)s, không phải khóa được cung cấp %(given)s.",
    ),
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
    "entry_not_in_tree": (
        "Box %(box)s: entry %(number)s is not the one that the checkpoint of %(size)s entries covers.",
        "Hòm phiếu %(box)s: mục %(number)s không phải mục được điểm kiểm soát gồm %(size)s mục xác nhận.",
    ),
    "entries_not_in_tree": (
        "Box %(box)s: of the entries %(number)s to %(last)s, the first not confirmed is %(number)s; they are not those that "
        "the checkpoint of %(size)s entries covers.",
        "Hòm phiếu %(box)s: trong các mục %(number)s đến %(last)s, mục đầu tiên không được xác nhận là %(number)s; "
        "chúng không phải các mục được điểm kiểm soát gồm %(size)s mục xác nhận.",
    ),
    "entry_missing": (
        "Box %(box)s: entry %(number)s is missing; a checkpoint covers %(size)s entries.",
        "Hòm phiếu %(box)s: thiếu mục %(number)s; có điểm kiểm soát gồm %(size)s mục.",
    ),
    "entry_uncovered": (
        "Box %(box)s: entry %(number)s is covered by no checkpoint.",
        "Hòm phiếu %(box)s: mục %(number)s không được điểm kiểm soát nào xác nhận.",
    ),
    "checkpoint_unreadable": (
        "Box %(box)s: checkpoint no. %(place)s is not in the form in which checkpoints are written.",
        "Hòm phiếu %(box)s: điểm kiểm soát thứ %(place)s không đúng dạng thức ghi.",
    ),
    "checkpoint_place": (
        "Box %(box)s: the checkpoint of %(size)s entries is not in its place.",
        "Hòm phiếu %(box)s: điểm kiểm soát gồm %(size)s mục không đúng vị trí.",
    ),
    "checkpoint_other": (
        "Box %(box)s: the checkpoint of %(size)s entries is of another box or another signer.",
        "Hòm phiếu %(box)s: điểm kiểm soát gồm %(size)s mục thuộc hòm phiếu khác hoặc bên ký khác.",
    ),
    "checkpoint_changed": (
        "Box %(box)s: the checkpoint of %(size)s entries has been changed.",
        "Hòm phiếu %(box)s: điểm kiểm soát gồm %(size)s mục đã bị thay đổi.",
    ),
    "signature": (
        "Box %(box)s: the checkpoint of %(size)s entries is not signed by the key in the bag; from entry %(number)s on nothing "
        "is confirmed.",
        "Hòm phiếu %(box)s: điểm kiểm soát gồm %(size)s mục không được ký bằng khóa trong gói; từ mục %(number)s trở đi "
        "không được xác nhận.",
    ),
    "stamp": (
        "Box %(box)s: the time-stamp is over none of its checkpoints.",
        "Hòm phiếu %(box)s: dấu thời gian không khớp với điểm kiểm soát nào.",
    ),
    "not_closed": (
        "Box %(box)s: entry %(number)s, which closes, annuls or takes it out, is missing.",
        "Hòm phiếu %(box)s: thiếu mục %(number)s, là mục đóng, hủy hoặc rút hòm phiếu.",
    ),
    "paper": (
        "Box %(box)s: the paper %(document)s, version %(version)s, on which was voted, is not in the archive.",
        "Hòm phiếu %(box)s: tài liệu %(document)s, phiên bản %(version)s, được biểu quyết nhưng không có trong hồ sơ.",
    ),
    "rule": (
        "Box %(box)s: the rule in entry %(number)s cannot be counted by: “%(what)s”.",
        "Hòm phiếu %(box)s: không thể kiểm phiếu theo quy tắc trong mục %(number)s: “%(what)s”.",
    ),
    "recount": (
        "Box %(box)s: entry %(number)s says %(what)s = %(said)s; counted again it is %(counted)s.",
        "Hòm phiếu %(box)s: mục %(number)s ghi %(what)s = %(said)s; kiểm phiếu lại là %(counted)s.",
    ),
}


@dataclass
class Report:
    """The faults found so far, what was checked, and what else the reader should know."""

    faults: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: int = 0
    boxes: int = 0
    ballots: int = 0
    signatures: int = 0

    def fault(self, code: str, **values: object) -> None:
        """Note a fault."""
        self.faults.append((code, values))

    def note(self, code: str, **values: object) -> None:
        """Note what is no fault."""
        self.notes.append((code, values))


@dataclass(frozen=True)
class Read:
    """One file of the bag as read: both hashes, and the bytes where they are looked into."""

    sha512: str
    sha256: str
    content: bytes


class Wrong(Exception):  # noqa: N818 - a finding, not an error of this program
    """An entry that cannot be right: its number and the name of the field."""


class Unsupported(Exception):  # noqa: N818 - a finding, not an error of this program
    """A rule that nobody can count by."""


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


def read_all(files: Iterable[tuple[str, BinaryIO]], report: Report) -> dict[str, Read]:
    """Read and hash every file once; keep the bytes of manifests, boxes and key."""
    found: dict[str, Read] = {}
    for name, opened in files:
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
    """Read a manifest: path to digest, in the order of the paths. One way of writing it, so that no byte may be another."""
    if manifest not in bag:
        report.fault("missing", path=manifest)
        return {}
    *lines, rest = bag[manifest].content.decode("utf-8", "replace").split("\n")
    listed: dict[str, str] = {}
    last = ""
    for number, line in enumerate([*lines, rest] if rest else lines, start=1):
        found = MANIFEST_LINE.fullmatch(line)
        if found is None or found[2] <= last or number > len(lines):
            report.fault("manifest_line", path=manifest, line=number)
            continue
        last = found[2]
        listed[last] = found[1]
    return listed


# The key, and what is signed.


@dataclass(frozen=True)
class Key:
    """Who signed, and the Ed25519 public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes before a signature that say which key it is by."""
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]


def key_of(bag: dict[str, Read], given: bytes | None, report: Report) -> Key | None:
    """Read the key of the bag, and hold it to the one given from another source."""
    if KEY not in bag:
        report.fault("missing", path=KEY)
        return None
    key = key_in(bag[KEY].content)
    if key is None:
        report.fault("key_file", path=KEY)
        return None
    report.note("signed_by", name=key.name, key=text_of(key.public))
    if given is not None and given != key.public:
        report.fault("key_other", found=text_of(key.public), given=text_of(given))
    return key


def key_in(content: bytes) -> Key | None:
    """Return the key that this file holds; None if it holds none."""
    try:
        said = json.loads(content.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or set(said) != {"name", "public_key"} or not is_texts([*said.values()]):
        return None
    public = bytes_of(said["public_key"])
    return Key(said["name"], public) if public and len(public) == 32 else None


def text_of(content: bytes) -> str:
    """Write bytes in base64."""
    return base64.b64encode(content).decode()


def bytes_of(text: str) -> bytes | None:
    """Read base64; None unless it is written in the one right way."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return content if text_of(content) == text else None


def short_bytes_of(text: object) -> bytes | None:
    """Read base64url without padding; None unless it is written in the one right way."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        return None
    return bytes_of(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def is_signed(key: Key, signature: bytes, text: bytes) -> bool:
    """Whether this is the signature of the text by the key."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def is_signed_by_passkey(public_key: bytes, signature: bytes, text: bytes) -> bool:
    """Whether this is the signature of the text by a passkey: ES256, EdDSA or RS256."""
    try:
        key = load_der_public_key(public_key)
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, text)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(signature, text, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, text, padding.PKCS1v15(), SHA256())
        else:
            return False
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


# Boxes.


@dataclass(frozen=True)
class Box:
    """One box as read: its entries, the leaf of each, and the root of the tree after each."""

    name: str
    entries: list[dict[str, Any]]
    leaves: list[bytes]
    roots: list[bytes]

    @property
    def signer(self) -> object:
        """Who signs the checkpoints of this box, as its opening entry says."""
        return self.entries[0].get("key")


def check_boxes(bag: dict[str, Read], given: bytes | None, report: Report) -> None:
    """Check every ballot box of the bag."""
    boxes: dict[str, dict[str, bytes]] = {}
    for name, read in bag.items():
        if found := BOX.fullmatch(name):
            boxes.setdefault(found[1], {})[found[2]] = read.content
    key = key_of(bag, given, report) if boxes else None
    kept = {read.sha256 for name, read in bag.items() if name.startswith("data/")}
    for box in sorted(boxes):
        report.boxes += 1
        check_files(box, boxes[box], kept, key, report)
    if boxes:
        report.note("signatures" if SIGNATURES else "no_signatures", count=report.signatures)


def check_files(box: str, files: dict[str, bytes], kept: set[str], key: Key | None, report: Report) -> None:
    """Check the files of one box."""
    needed = [name for name in (ENTRIES, CHECKPOINTS) if name not in files]
    for name in needed:
        report.fault("missing", path=f"data/boxes/{box}/{name}")
    if needed:
        return
    notes = checkpoints_in(box, files[CHECKPOINTS], report)
    read = box_in(box, files[ENTRIES], notes, report)
    if read is None:
        return
    check_checkpoints(read, notes, report)
    if key is not None:
        check_signatures(read, notes, key, report)
    if STAMP in files:
        check_stamp(box, files[STAMP], notes, report)
    check_box(read, kept, key, report)


def check_box(box: Box, kept: set[str], key: Key | None, report: Report) -> None:
    """Check what the entries say; stop at the first that is wrong, since what follows rests on it."""
    try:
        standing = check_entries(box, key)
        report.ballots += standing.cast
        check_papers(box, kept, report)
        if standing.stage == "open":
            report.fault("not_closed", box=box.name, number=len(box.entries))
        for entry in box.entries:
            if entry["type"] in ("closed", "corrected"):
                check_count(box.name, entry, standing, report)
    except Wrong as wrong:
        number, what = wrong.args
        report.fault("entry_wrong", box=box.name, number=number, what=what)
    except Unsupported as unsupported:
        report.fault("rule", box=box.name, number=0, what=str(unsupported))


# The chain: each entry in canonical form, in its place, naming the leaf before it.


def box_in(box: str, content: bytes, notes: list["Checkpoint"], report: Report) -> Box | None:
    """Read a box; None, with the entry named, unless it is a chain of entries."""
    lines = LINE.findall(content)
    leaves = [hashlib.sha256(b"\x00" + line.removesuffix(b"\n")).digest() for line in lines]
    entries = [entry_of(line) for line in lines]
    roots = roots_of(leaves)
    fault, number = first_fault(entries, leaves)
    if fault == "entry_changed":
        number = changed_at(
            number, entries, leaves, {note.size: note.root == root_at(roots, note.size) for note in notes}
        )
    if fault:
        report.fault(fault, box=box, number=number)
        return None
    return Box(box, [entry for entry in entries if entry is not None], leaves, roots)


def first_fault(entries: list[dict[str, Any] | None], leaves: list[bytes]) -> tuple[str, int]:
    """Return the first fault in the chain and its number; empty if there is none."""
    if not entries:
        return "entry_place", 0
    for number, entry in enumerate(entries):
        if fault := fault_in_chain(number, entry, leaves):
            return fault, number
    return "", 0


def fault_in_chain(number: int, entry: dict[str, Any] | None, leaves: list[bytes]) -> str:
    """Return what is wrong with an entry's form or place; empty if nothing is."""
    if entry is None:
        return "entry_unreadable"
    if not is_whole(entry["number"]) or entry["number"] != number:
        return "entry_place"
    return "" if entry["previous"] == (leaves[number - 1].hex() if number else None) else "entry_changed"


def changed_at(number: int, entries: list[dict[str, Any] | None], leaves: list[bytes], fits: dict[int, bool]) -> int:
    """Where the chain breaks before an entry: that one was changed, or the one before it, if what follows confirms this one."""
    if number == 0:
        return 0
    if number in fits:
        return number if fits[number] else number - 1
    entry, following = entries[number] or {}, entries[number + 1] if number + 1 < len(entries) else None
    confirmed = following["previous"] == leaves[number].hex() if following else entry.get("head") == entry["previous"]
    return number - 1 if confirmed else number


def entry_of(line: bytes) -> dict[str, Any] | None:
    """Read an entry; None unless its bytes are exactly the canonical form of an object with the fields of its type."""
    try:
        entry = json.loads(line.decode(), parse_float=refuse, parse_constant=refuse, parse_int=whole_number)
        canonical = canonical_form(entry)
    except (ValueError, RecursionError):
        return None
    if canonical + b"\n" != line or not isinstance(entry, dict):
        return None
    fields = FIELDS.get(str(entry.get("type")))
    return entry if fields and set(entry) == {*EVERY_ENTRY.split(), *fields.split()} else None


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


def whole_number(text: str) -> int:
    """Read a whole number; one that JavaScript could not hold exactly is refused."""
    number = int(text)
    if abs(number) > LARGEST_NUMBER:
        raise ValueError(text)
    return number


# The tree (RFC 9162, section 2.1) and its checkpoints.


@dataclass(frozen=True)
class Checkpoint:
    """One signed note: what it says, and its bytes."""

    whole: bytes
    text: bytes
    origin: str
    size: int
    root: bytes
    name: str
    key_id: bytes
    signature: bytes


def roots_of(leaves: list[bytes]) -> list[bytes]:
    """Return the root of the tree after each leaf; what is kept in between are the roots of its full subtrees."""
    roots: list[bytes] = []
    full: list[tuple[int, bytes]] = []
    for leaf in leaves:
        full.append((1, leaf))
        while len(full) > 1 and full[-2][0] == full[-1][0]:
            (size, right), (_, left) = full.pop(), full.pop()
            full.append((2 * size, node_of(left, right)))
        root = full[-1][1]
        for _, left in reversed(full[:-1]):
            root = node_of(left, root)
        roots.append(root)
    return roots


def node_of(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into the one above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_at(roots: list[bytes], size: int) -> bytes | None:
    """Return the root of the first so many entries; None where there are fewer."""
    return roots[size - 1] if size <= len(roots) else None


def checkpoints_in(box: str, content: bytes, report: Report) -> list[Checkpoint]:
    """Read the checkpoints of a box up to the first that cannot be read."""
    text = content.decode("utf-8", "replace")
    found: list[Checkpoint] = []
    place = 0
    while place < len(text):
        match = NOTE.match(text, place)
        note = checkpoint_of(match) if match and text[match.end() : match.end() + 1] == "\n" else None
        if match is None or note is None:
            report.fault("checkpoint_unreadable", box=box, place=len(found) + 1)
            break
        found.append(note)
        place = match.end() + 1
    return found


def checkpoint_of(match: re.Match[str]) -> Checkpoint | None:
    """Read one checkpoint; None unless root and signature are written as they have to be."""
    root, signature = bytes_of(match["root"]), bytes_of(match["signature"])
    if root is None or len(root) != 32 or signature is None or len(signature) != 68:
        return None
    whole, text = match[0].encode(), match["text"].encode()
    return Checkpoint(
        whole, text, match["origin"], int(match["size"]), root, match["name"], signature[:4], signature[4:]
    )


def check_checkpoints(box: Box, notes: list[Checkpoint], report: Report) -> None:
    """Hold the checkpoints to the box: of this box, in order, each the root of so many entries, the last of all of them."""
    before = 0
    for note in notes:
        if note.size <= before:
            report.fault("checkpoint_place", box=box.name, size=note.size)
        if (note.origin, note.name) != (f"{box.signer}/questions/{box.name}", box.signer):
            report.fault("checkpoint_other", box=box.name, size=note.size)
        before = note.size
    check_tree(box, notes, report)
    if before < len(box.entries):
        report.fault("entry_uncovered", box=box.name, number=before)


def check_tree(box: Box, notes: list[Checkpoint], report: Report) -> None:
    """Name the first entries that no checkpoint confirms; a checkpoint before one that fits was itself changed."""
    fits = [note.root == root_at(box.roots, note.size) for note in notes]
    right = max((place for place, fit in enumerate(fits) if fit), default=-1)
    for note, fit in zip(notes[: right + 1], fits, strict=False):
        if not fit:
            report.fault("checkpoint_changed", box=box.name, size=note.size)
    if right + 1 == len(notes):
        return
    first, wrong = notes[right].size if right >= 0 else 0, notes[right + 1]
    if wrong.size > len(box.entries):
        report.fault("entry_missing", box=box.name, number=len(box.entries), size=wrong.size)
    elif wrong.size - first == 1:
        report.fault("entry_not_in_tree", box=box.name, number=first, size=wrong.size)
    else:
        report.fault("entries_not_in_tree", box=box.name, number=first, last=wrong.size - 1, size=wrong.size)


def check_signatures(box: Box, notes: list[Checkpoint], key: Key, report: Report) -> None:
    """Check who signed; the first checkpoint that is not signed by the key is named with the first entry it should cover."""
    before = 0
    for note in notes:
        if note.key_id != key.id or (SIGNATURES and not is_signed(key, note.signature, note.text)):
            report.fault("signature", box=box.name, size=note.size, number=before)
            return
        report.signatures += SIGNATURES
        before = note.size


# The time-stamp: only the hash is looked for in it.


def check_stamp(box: str, content: bytes, notes: list[Checkpoint], report: Report) -> None:
    """Find the checkpoint that the time-stamp is over, by its hash."""
    sizes = {hashlib.sha256(note.whole).digest(): note.size for note in notes}
    try:
        found = next((sizes[octets] for octets in octet_strings(content) if octets in sizes), None)
    except (ValueError, RecursionError):
        found = None
    if found is None:
        report.fault("stamp", box=box)
    else:
        report.note("stamped", box=box, size=found)


def octet_strings(der: bytes) -> Iterator[bytes]:
    """Yield the contents of every OCTET STRING, also of those inside another. Raises ValueError for what is no DER."""
    place = 0
    while place < len(der):
        tag, contents, place = element_at(der, place)
        if tag == 0x04:
            yield contents
            with contextlib.suppress(ValueError):  # most hold mere bytes, one holds the token
                yield from list(octet_strings(contents))
        elif tag & 0x20:
            yield from octet_strings(contents)


def element_at(der: bytes, place: int) -> tuple[int, bytes, int]:
    """Return the tag and contents of the DER element there, and where the next one begins."""
    tag, length, start = der[place], (der[place + 1 : place + 2] or b"\x80")[0], place + 2
    if length >= 0x80:  # 0x80, an end that is not told beforehand: what is in it is read as what follows
        start += length - 0x80
        length = int.from_bytes(der[place + 2 : start], "big")
    if tag & 0x1F == 0x1F or start + length > len(der):
        raise ValueError(place)
    return tag, der[start : start + length], start + length


# The entries: each by what came before it.


@dataclass
class Standing:
    """Where a box stands after some of its entries."""

    box: Box
    opened: dict[str, Any]
    rule: dict[str, Any] | None
    roll: dict[str, dict[str, Any]]
    deadline: str
    stage: str = "open"
    cast: int = 0
    known: set[str] = field(default_factory=set)
    ballots: dict[int, dict[str, Any]] = field(default_factory=dict)  # neither withdrawn nor recalled, by number


def check_entries(box: Box, key: Key | None) -> Standing:
    """Hold each entry to those before it. Raises `Wrong` for the first that is wrong, `Unsupported` for a rule nobody can count by."""
    standing = check_opened(box, key)
    for entry in box.entries[1:]:
        check_fields(entry, box.name)
        need(entry["type"] in AFTER[standing.stage], entry, "type")
        BY_TYPE[entry["type"]](entry, standing)
    return standing


def need(holds: object, entry: dict[str, Any], what: str) -> None:
    """Raise `Wrong` where this does not hold."""
    if not holds:
        raise Wrong(entry["number"], what)


def check_fields(entry: dict[str, Any], box: str) -> None:
    """Check what holds for a field in every entry: its kind of value, and that two officials are two."""
    need(entry["question"] == box, entry, "question")
    for name, value in entry.items():
        if name in TEXTS.split():
            need(isinstance(value, str), entry, name)
        elif name in OFFICIALS.split():
            need(is_official(value), entry, name)
    if "confirmed_by" in entry:
        need(entry["entered_by"]["id"] != entry["confirmed_by"]["id"], entry, "confirmed_by")


def is_official(value: object) -> bool:
    """Whether this names somebody."""
    return isinstance(value, dict) and set(value) == {"id", "name"} and is_texts([*value.values()])


def is_texts(value: object) -> bool:
    """Whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def is_whole(value: object) -> bool:
    """Whether this is a whole number, not below zero."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_flag(value: object) -> bool:
    """Whether this is true or false."""
    return isinstance(value, bool)


# The opening entry.


def check_opened(box: Box, key: Key | None) -> Standing:
    """Check the opening entry."""
    opened = box.entries[0]
    need(opened["type"] == "opened", opened, "type")
    check_fields(opened, box.name)
    need(key is None or opened["key"] == key.name, opened, "key")
    need(opened["deadline"] == "" or moment_of(opened["deadline"]), opened, "deadline")
    need(is_whole(opened["grace"]), opened, "grace")
    need(opened["form"] in ("meeting", "written"), opened, "form")
    need(are_papers(opened["papers"]), opened, "papers")
    rule = check_frozen_rule(opened)
    need(rule is None or rule["form"] == opened["form"], opened, "form")
    need(is_texts(opened["present"]) and not (opened["form"] == "written" and opened["present"]), opened, "present")
    check_options(opened, rule)
    return Standing(box, opened, rule, check_roll(opened, rule), opened["deadline"])


def moment_of(text: str) -> datetime | None:
    """Read a time; None unless it is one, with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def are_papers(papers: object) -> bool:
    """Whether these are the papers that were voted on."""
    return isinstance(papers, list) and all(
        isinstance(paper, dict)
        and set(paper) == {"document", "version", "sha256"}
        and is_texts([paper["document"], paper["sha256"]])
        and is_whole(paper["version"])
        for paper in papers
    )


def check_frozen_rule(opened: dict[str, Any]) -> dict[str, Any] | None:
    """Check the frozen rule; return the rule to count by, None where members choose among options."""
    frozen = opened["rule"]
    need(isinstance(frozen, dict) and set(frozen) == set(FROZEN_RULE.split()), opened, "rule")
    need(frozen["change_of_ballot"] in ("until_close", "never"), opened, "rule")
    need(frozen["presence"] in ("closing", "opening"), opened, "rule")
    rule: dict[str, Any] | None = frozen["rule"]
    need(rule is None or isinstance(rule, dict), opened, "rule")
    if rule is not None:
        check_rule(rule)
    return rule


def check_options(opened: dict[str, Any], rule: dict[str, Any] | None) -> None:
    """Check the choices offered, and the words of each option."""
    options, labels = opened["options"], opened["labels"]
    need(is_texts(options) and options and len(set(options)) == len(options), opened, "options")
    need(isinstance(labels, dict) and is_texts([*labels.values()]), opened, "labels")
    among = [each for each in options if each.startswith("option:")]
    need(among == [f"option:{place}" for place in range(1, len(among) + 1)], opened, "options")
    need(set(options) - set(among) <= set(("abstain",) if rule is None else OFFERED), opened, "options")
    need(bool(among) == (rule is None), opened, "options")
    need(set(labels) == set(among), opened, "labels")


def check_roll(opened: dict[str, Any], rule: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Check the roll and return it by member."""
    lines = opened["roll"]
    need(isinstance(lines, list) and all(is_roll_line(line) for line in lines), opened, "roll")
    roll = {line["member"]: line for line in lines}
    need(len(roll) == len(lines), opened, "roll")
    for line in lines:
        need(line["proxy"] is None or may_hold_proxy(line, roll), opened, "roll")
    if rule is not None:
        held = Counter(line["proxy"] for line in lines if line["proxy"] is not None)
        need(max(held.values(), default=0) <= rule["proxies_per_member"], opened, "roll")
        need(all(measures_of(rule) <= set(line["weights"]) for line in lines), opened, "roll")
        held_roles = Counter(role for line in lines for role in set(line["roles"]))
        need(all(held_roles[role] <= 1 for role in roles_of(rule)), opened, "roll")
    return roll


def is_roll_line(line: object) -> bool:
    """Whether this is a line of a roll."""
    if not isinstance(line, dict) or set(line) != set(ROLL_LINE.split()):
        return False
    return (
        is_texts([line["member"], line["name"], line["member"] if line["proxy"] is None else line["proxy"]])
        and is_texts(line["roles"])
        and is_weights(line["weights"])
        and all(is_flag(line[name]) for name in ("recused", "substituted", "veto"))
    )


def is_weights(weights: object) -> bool:
    """Whether these are decimal texts by measure."""
    return isinstance(weights, dict) and all(
        isinstance(each, str) and DECIMAL.fullmatch(each) is not None for each in weights.values()
    )


def may_hold_proxy(line: dict[str, Any], roll: dict[str, dict[str, Any]]) -> bool:
    """Whether the one who casts for this member is another member of the roll, who has no proxy."""
    holder = roll.get(line["proxy"])
    return holder is not None and holder is not line and holder["proxy"] is None


# Ballots.


def check_cast(entry: dict[str, Any], standing: Standing) -> None:
    """Check a ballot: by whom it may be cast, for what was offered, on what was shown, and what a passkey signed."""
    check_ballot(entry, standing)
    check_by(entry, standing)
    need(entry["seen"] == seen_of(standing.opened, entry["language"]), entry, "seen")
    need(entry["assertion"] is None or is_assertion(entry), entry, "assertion")


def check_by(entry: dict[str, Any], standing: Standing) -> None:
    """Check who acts for a member: the member, or who holds their proxy, and no recused one."""
    line = standing.roll[entry["member"]]
    need(entry["by"] in (entry["member"], line["proxy"]), entry, "by")
    need(not standing.roll[entry["by"]]["recused"], entry, "by")


def check_paper_ballot(entry: dict[str, Any], standing: Standing) -> None:
    """Check a ballot on paper or by telephone."""
    check_ballot(entry, standing)
    need(entry["channel"] in ("paper", "telephone"), entry, "channel")


def check_ballot(entry: dict[str, Any], standing: Standing) -> None:
    """Check what holds for every ballot, and let it stand."""
    member, rule = entry["member"], standing.rule
    need(may_vote(member, standing), entry, "member")
    need(entry["choice"] in standing.opened["options"], entry, "choice")
    need(not (rule and rule["abstention"] == "forbidden" and entry["choice"] == "abstain"), entry, "choice")
    need(may_ask_for_discussion(entry, standing), entry, "discuss")
    check_mark(entry, standing)
    voted = any(ballot["member"] == member for ballot in standing.ballots.values())
    need(not voted or standing.opened["rule"]["change_of_ballot"] == "until_close", entry, "member")
    standing.ballots[entry["number"]] = entry
    standing.cast += 1


def may_vote(member: str, standing: Standing) -> bool:
    """Whether this is a member of the roll who is not recused."""
    return member in standing.roll and not standing.roll[member]["recused"]


def may_ask_for_discussion(entry: dict[str, Any], standing: Standing) -> bool:
    """Whether a ballot says that a meeting should discuss the matter where it may, or says that it does not ask for that."""
    if not is_flag(entry["discuss"]):
        return False
    return not entry["discuss"] or (standing.opened["form"] == "written" and entry["choice"] in DISCUSSED)


def check_mark(entry: dict[str, Any], standing: Standing) -> None:
    """Check that the mark of a tablet stands in the box once."""
    need(entry["cast_id"] and entry["cast_id"] not in standing.known, entry, "cast_id")
    standing.known.add(entry["cast_id"])


def check_recalled(entry: dict[str, Any], standing: Standing) -> None:
    """Check a recall: in writing, where answers may be changed, of a ballot that stood; none of the member's stands any longer."""
    member = entry["member"]
    need(may_vote(member, standing), entry, "member")
    check_by(entry, standing)
    check_mark(entry, standing)
    may_change = standing.opened["rule"]["change_of_ballot"] == "until_close"
    need(standing.opened["form"] == "written" and may_change, entry, "type")
    theirs = [number for number, ballot in standing.ballots.items() if ballot["member"] == member]
    need(theirs, entry, "member")
    for number in theirs:
        del standing.ballots[number]


def seen_of(opened: dict[str, Any], language: str) -> str:
    """Hash what was shown to a member, from the opening entry."""
    shown = {name: opened[name] for name in ("labels", "options", "text")}
    papers = [paper["sha256"] for paper in opened["papers"]]
    return hashlib.sha256(canonical_form({**shown, "language": language, "papers": papers})).hexdigest()


def is_assertion(entry: dict[str, Any]) -> bool:
    """Whether a passkey signed this very ballot; the signature itself only where signatures can be checked."""
    said = entry["assertion"]
    if not isinstance(said, dict) or set(said) != set(ASSERTION.split()):
        return False
    parts = {name: short_bytes_of(said[name]) or b"" for name in ASSERTION.split()}
    if not all(parts.values()) or len(parts["authenticator"]) < SHORTEST_AUTHENTICATOR:
        return False
    if not is_challenged(parts["client"], entry):
        return False
    signed = parts["authenticator"] + hashlib.sha256(parts["client"]).digest()
    return not SIGNATURES or is_signed_by_passkey(parts["public_key"], parts["signature"], signed)


def is_challenged(client: bytes, entry: dict[str, Any]) -> bool:
    """Whether the passkey was asked for this ballot: the challenge is the hash of what it says."""
    try:
        said = json.loads(client.decode())
    except (ValueError, RecursionError):
        return False
    ballot = {name: entry[name] for name in SIGNED.split()}
    challenge = hashlib.sha256(canonical_form(ballot)).digest()
    return (
        isinstance(said, dict)
        and said.get("type") == "webauthn.get"
        and short_bytes_of(said.get("challenge")) == challenge
    )


def check_withdrawn(entry: dict[str, Any], standing: Standing) -> None:
    """Check a ruling: the ballot stood until now, and stands no longer."""
    need(is_whole(entry["entry"]) and entry["entry"] in standing.ballots, entry, "entry")
    del standing.ballots[entry["entry"]]


def check_extended(entry: dict[str, Any], standing: Standing) -> None:
    """Check that the deadline became a later one."""
    new, old = moment_of(entry["deadline"]), moment_of(standing.deadline)
    need(new is not None and (old is None or new > old), entry, "deadline")
    standing.deadline = entry["deadline"]


# The end.


def check_closed(entry: dict[str, Any], standing: Standing) -> None:
    """Check the closing entry but for its count."""
    number = entry["number"]
    need(is_whole(entry["entries"]) and entry["entries"] == number, entry, "entries")
    need(entry["head"] == entry["previous"], entry, "head")
    need(entry["root"] == standing.box.roots[number - 1].hex(), entry, "root")
    versions = entry["versions"]
    need(isinstance(versions, dict) and set(versions) == {"format", "application"}, entry, "versions")
    need(versions["format"] == "2" and isinstance(versions["application"], str), entry, "versions")
    check_result(entry, standing)
    if standing.opened["rule"]["presence"] == "opening":
        need(sorted(entry["circumstances"]["present"]) == sorted(standing.opened["present"]), entry, "circumstances")
    standing.stage = "closed"


def check_result(entry: dict[str, Any], standing: Standing) -> None:
    """Check the fields of a result, in a closing entry or a correction, before they are counted again."""
    need(isinstance(entry["figures"], dict), entry, "figures")
    need(isinstance(entry["steps"], list) and not (standing.rule is None and entry["steps"]), entry, "steps")
    so = entry["circumstances"]
    need(isinstance(so, dict) and set(so) == set(CIRCUMSTANCES.split()), entry, "circumstances")
    need(is_texts(so["present"]) and is_texts(so["attending"]), entry, "circumstances")
    need(isinstance(so["classified"], dict) and set(so["classified"]) <= set(standing.roll), entry, "circumstances")
    need(all(each in ("yes", "no", "other") for each in so["classified"].values()), entry, "circumstances")
    if standing.opened["form"] == "meeting":
        need(so["deadline_passed"] is None, entry, "circumstances")
    elif standing.rule is None:  # nothing says that choosing is settled before its end
        need(so["deadline_passed"] is True, entry, "circumstances")
    else:
        need(is_flag(so["deadline_passed"]), entry, "circumstances")


def check_annulled(entry: dict[str, Any], standing: Standing) -> None:  # noqa: ARG001 - its fields are all there is to check
    """End the box."""
    standing.stage = "over"


def check_taken_out(entry: dict[str, Any], standing: Standing) -> None:
    """Check that a member who might vote ended a vote in a meeting."""
    need(may_vote(entry["by"], standing), entry, "by")
    need(standing.opened["form"] == "meeting", entry, "type")
    standing.stage = "over"


BY_TYPE: dict[str, Callable[[dict[str, Any], Standing], None]] = {
    "cast": check_cast,
    "paper": check_paper_ballot,
    "withdrawn": check_withdrawn,
    "extended": check_extended,
    "closed": check_closed,
    "corrected": check_result,
    "annulled": check_annulled,
    "recalled": check_recalled,
    "taken_out": check_taken_out,
}


def check_papers(box: Box, kept: set[str], report: Report) -> None:
    """Find each paper that was voted on in the bag, by its hash."""
    for paper in box.entries[0]["papers"]:
        if paper["sha256"] not in kept:
            report.fault("paper", box=box.name, document=paper["document"], version=paper["version"])


# The rule: what may stand in it.


def check_rule(rule: dict[str, Any]) -> None:
    """Raise `Unsupported`, naming the field, for a rule that nobody can count by."""
    fields = set(rule) - {"second_vote"} if rule.get("veto") == "suspensive" else set(rule)
    if fields != set(RULE_CHECKS):
        raise Unsupported(", ".join(sorted(fields ^ set(RULE_CHECKS))))
    for name, holds in RULE_CHECKS.items():
        if not holds(rule[name]):
            raise Unsupported(name)
    if not isinstance(rule.get("second_vote", ""), str):
        raise Unsupported("second_vote")
    if not decides_something(rule):
        raise Unsupported("criteria")


def decides_something(rule: dict[str, Any]) -> bool:
    """Whether a rule can be met and missed; who answered is known in writing only."""
    if rule["form"] == "meeting" and any(criterion["base"] == "answered" for criterion in rule["criteria"]):
        return False
    stops = rule["form"] == "written" and rule["silence"] == "objection_stops"
    return bool(rule["criteria"] or rule["min_yes"] or rule["no_blocks"] or stops)


def is_criterion(value: object) -> bool:
    """Whether this is one majority."""
    if not isinstance(value, dict) or set(value) != {
        "measure",
        "base",
        "fraction",
        "strict",
        "waived_if_blockers_below",
    }:
        return False
    return (
        isinstance(value["measure"], str)
        and one_of(*BASES)(value["base"])
        and is_fraction(value["fraction"])
        and is_flag(value["strict"])
        and is_waiver(value["waived_if_blockers_below"], value["base"])
    )


def is_waiver(value: object, base: str) -> bool:
    """Whether this waives a criterion in a known way, or never."""
    if value is None or base not in ("all", "entitled"):
        return value is None
    if is_whole(value):
        return True
    if not isinstance(value, dict) or set(value) != {"fewest_over", "plus"}:
        return False
    fewest = value["fewest_over"]
    return (
        is_whole(value["plus"])
        and isinstance(fewest, dict)
        and set(fewest) == {"measure", "fraction"}
        and isinstance(fewest["measure"], str)
        and is_fraction(fewest["fraction"])
    )


def is_quorum(value: object) -> bool:
    """Whether this is a quorum, or none."""
    if value is None:
        return True
    if not isinstance(value, dict) or set(value) - {"fraction", "at_least"} != set(QUORUM_CHECKS):
        return False
    return (
        all(holds(value[name]) for name, holds in QUORUM_CHECKS.items())
        and bool(set(value) & {"fraction", "at_least"})
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
        and set(value) <= {"side_of", "counts_double", "decides"}
        and is_texts([*value.values()])
    )


def is_fraction(value: object) -> bool:
    """Whether this is an exact fraction."""
    return isinstance(value, str) and FRACTION.fullmatch(value) is not None


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
    "must_approve": is_texts,
    "veto": one_of("none", "final", "suspensive"),
    "quorum": is_quorum,
    "tie": is_tie,
    "tie_when": one_of("yes_is_half_of_base", "yes_equals_no"),
    "double_counts_for_min_yes": is_flag,
    "abstention": one_of("allowed", "forbidden"),
    "silence": one_of("not_a_yes", "consent", "absent", "objection_stops"),
    "objections": some_of(*CHOICES),
    "early_close": is_flag,
    "proxies_per_member": is_whole,
    "recused_leave": some_of("present", "entitled", "quorum", "all"),
}
QUORUM_CHECKS: dict[str, Callable[[object], bool]] = {
    "of": one_of("all", "entitled"),
    "strict": is_flag,
    "roles": is_texts,
    "except_roles": is_texts,
    "attending": is_texts,
    "substitutes": is_flag,
    "represented": is_flag,
}


def roles_of(rule: dict[str, Any]) -> set[str]:
    """Return the roles that a rule names."""
    return roles_besides_tie(rule) | (set() if rule["tie"] == "fails" else set(rule["tie"].values()))


def roles_besides_tie(rule: dict[str, Any]) -> set[str]:
    """Return the roles that a rule names elsewhere than in its tie."""
    quorum = rule["quorum"] or {"roles": [], "except_roles": []}
    return {*rule["must_approve"], *quorum["roles"], *quorum["except_roles"]}


def measures_of(rule: dict[str, Any]) -> set[str]:
    """Return the weights that a rule names, those of its waivers too."""
    waivers = [each["waived_if_blockers_below"] for each in rule["criteria"]]
    named = {each["fewest_over"]["measure"] for each in waivers if isinstance(each, dict)}
    return (named | {each["measure"] for each in rule["criteria"]}) - {"heads"}


# The count: written from the rule's definition, not from the program that counted first.


@dataclass(frozen=True)
class Vote:
    """A vote laid out for counting: each member's choice as it was made, who holds which role, who was represented, what was so."""

    rule: dict[str, Any]
    roll: dict[str, dict[str, Any]]
    choice: dict[str, str]
    holder: dict[str, str]
    represented: set[str]
    attending: list[str]
    passed: bool


def check_count(box: str, entry: dict[str, Any], standing: Standing, report: Report) -> None:
    """Count the box again and compare with what an entry says."""
    outcome, figures = counted(standing, entry["circumstances"])
    ballots = ballots_of(standing)
    missing = sorted(
        line["member"] for line in standing.roll.values() if not line["recused"] and line["member"] not in ballots
    )
    said = {f"figures.{name}": value for name, value in entry["figures"].items()}
    again = {**{f"figures.{name}": value for name, value in figures.items()}, "outcome": outcome, "missing": missing}
    said |= {"outcome": entry["outcome"], "missing": entry["missing"]}
    for what in sorted({*said, *again}):
        before, now = ([value[what]] if what in value else [] for value in (said, again))
        if canonical_form(before) != canonical_form(now):
            shown = {"said": canonical_form(before).decode()[1:-1], "counted": canonical_form(now).decode()[1:-1]}
            report.fault("recount", box=box, number=entry["number"], what=what, **shown)


def counted(standing: Standing, so: dict[str, Any]) -> tuple[str, dict[str, object]]:
    """Return outcome and figures, counted from the ballots that stand."""
    if standing.rule is None:
        return "counted", figures_of_options(standing)
    vote = vote_of(standing, standing.rule, so)
    outcome, after = decided(vote)
    return outcome, figures_of(vote, after)


def ballots_of(standing: Standing) -> dict[str, dict[str, Any]]:
    """Return the ballot of each member that counts: their last that stands."""
    return {ballot["member"]: ballot for _, ballot in sorted(standing.ballots.items())}


def figures_of_options(standing: Standing) -> dict[str, object]:
    """Count a choice among persons or options."""
    ballots = ballots_of(standing)
    heads = Counter(ballot["choice"] for ballot in ballots.values())
    return {
        "members": len(standing.roll),
        "ballots": len(ballots),
        "abstain": heads["abstain"],
        "recused": sum(line["recused"] for line in standing.roll.values()),
        "options": {option: heads[option] for option in standing.opened["labels"]},
    }


def vote_of(standing: Standing, rule: dict[str, Any], so: dict[str, Any]) -> Vote:
    """Lay a vote out for counting."""
    ballots = ballots_of(standing)
    represented = {member for member, ballot in ballots.items() if ballot.get("by", member) != member}
    casting = {ballots[member]["by"] for member in represented}
    named = roles_of(rule)
    return Vote(
        rule=rule,
        roll=standing.roll,
        choice={
            member: choice_of(line, ballots.get(member), so, rule, casts=member in casting)
            for member, line in standing.roll.items()
        },
        holder={role: line["member"] for line in standing.roll.values() for role in named.intersection(line["roles"])},
        represented=represented,
        attending=so["attending"],
        passed=so["deadline_passed"] is True,
    )


def choice_of(
    line: dict[str, Any], ballot: dict[str, Any] | None, so: dict[str, Any], rule: dict[str, Any], *, casts: bool
) -> str:
    """Return a member's choice before silence is given a meaning; who casts for another has taken part."""
    member = line["member"]
    if line["recused"]:
        return "recused"
    if ballot is not None:
        other = str(so["classified"].get(member, "other"))
        return other if ballot["choice"] == "other" else str(ballot["choice"])
    if casts:
        return "present_not_voting"
    if rule["form"] == "written":
        return "silent"
    return "present_not_voting" if member in so["present"] and not line["substituted"] else "absent"


# Deciding, in the order in which the rules are written.


def decided(vote: Vote) -> tuple[str, dict[str, str]]:
    """Return the outcome, and the choices as they stand in the figures."""
    rule, choices = vote.rule, vote.choice.values()
    if rule["form"] == "written":
        if rule["silence"] == "objection_stops" and any(each in rule["objections"] for each in choices):
            return "objected", set_apart(vote, vote.choice)
        if not vote.passed and not (rule["early_close"] and all(each in (*ANSWERS, "recused") for each in choices)):
            return "open", set_apart(vote, vote.choice)
    after = set_apart(vote, after_silence(vote))
    if rule["quorum"] is not None and not quorum_holds(vote, rule["quorum"]):
        return "no_quorum", after
    return "fail" if is_blocked(vote, after) else by_majority(vote, after), after


def after_silence(vote: Vote) -> dict[str, str]:
    """Return the choices with silence taken as consent, where the rule says so."""
    consents = vote.rule["silence"] == "consent"
    return {member: "yes" if consents and choice == "silent" else choice for member, choice in vote.choice.items()}


def set_apart(vote: Vote, choices: dict[str, str]) -> dict[str, str]:
    """Return the choices with the yes or no of a role that only decides read as that of somebody who did not vote."""
    apart = vote.holder.get(deciding_role(vote.rule) or "")
    return {
        member: "present_not_voting" if member == apart and choice in ("yes", "no") else choice
        for member, choice in choices.items()
    }


def deciding_role(rule: dict[str, Any]) -> str | None:
    """Return the role that decides a tie and is named nowhere else, if there is one."""
    role: str | None = rule["tie"].get("decides") if isinstance(rule["tie"], dict) else None
    return None if role in roles_besides_tie(rule) else role


def vetoed(vote: Vote) -> bool:
    """Whether a member whose no is a veto said no."""
    return any(line["veto"] and vote.choice[member] == "no" for member, line in vote.roll.items())


def is_blocked(vote: Vote, after: dict[str, str]) -> bool:
    """Whether one rejection, one who took no part, or a veto stops the question."""
    rule, heads = vote.rule, Counter(after.values())
    missing = heads["absent"] + (heads["silent"] if rule["silence"] in ("not_a_yes", "absent") else 0)
    return bool(
        (rule["no_blocks"] and heads["no"])
        or (rule["absence_blocks"] and missing)
        or (rule["veto"] == "final" and vetoed(vote))
    )


def quorum_holds(vote: Vote, quorum: dict[str, Any]) -> bool:
    """Whether enough took part, and all who are required."""
    there = {member for member in vote.roll if is_there(vote, member, quorum)}
    if any(vote.holder.get(role) not in there for role in quorum["roles"]):
        return False
    if any(officer not in vote.attending for officer in quorum["attending"]):
        return False
    out = {vote.holder.get(role) for role in quorum["except_roles"]}
    total = len(set(base_of(vote, quorum["of"], vote.choice)) - out)
    present = len(there - out)
    enough = "fraction" not in quorum or reaches(present, total, quorum["fraction"], strict=quorum["strict"])
    return enough and present >= quorum.get("at_least", 0)


def is_there(vote: Vote, member: str, quorum: dict[str, Any]) -> bool:
    """Whether a member is counted for the quorum."""
    choice = vote.choice[member]
    if choice == "recused":
        return "quorum" not in vote.rule["recused_leave"]
    if member in vote.represented:
        return bool(quorum["represented"])
    return choice in ANSWERS or bool(quorum["substitutes"] and vote.roll[member]["substituted"])


def reaches(yes: Fraction | int, total: Fraction | int, fraction: str, *, strict: bool) -> bool:
    """Whether so many are more than (strict), or at least, the fraction of the total."""
    share = Fraction(fraction) * total
    return yes > share if strict else yes >= share


def base_of(vote: Vote, base: str, choices: dict[str, str]) -> list[str]:
    """Return the members of a base."""
    leave = vote.rule["recused_leave"]
    counted: tuple[str, ...] = ANSWERS
    if base == "cast":
        counted = ("yes", "no")
    elif base == "present" and "present" not in leave:
        counted = (*ANSWERS, "recused")
    elif base in ("all", "entitled"):
        gone = "all" in leave or (base == "entitled" and "entitled" in leave)
        counted = tuple(each for each in CHOICES if not (gone and each == "recused"))
    return [member for member, choice in choices.items() if choice in counted]


def amount(vote: Vote, members: Iterable[str], measure: str) -> Fraction:
    """Return how much some members are in a measure."""
    return sum((weight(vote, member, measure) for member in members), Fraction(0))


def weight(vote: Vote, member: str, measure: str) -> Fraction:
    """Return how much one member is in a measure: one head, or their weight."""
    return Fraction(1) if measure == "heads" else Fraction(vote.roll[member]["weights"][measure])


def by_majority(vote: Vote, after: dict[str, str]) -> str:
    """Decide by the criteria, the tie, the least number of yes and who has to approve."""
    rule = vote.rule
    verdicts = [verdict(vote, after, criterion) for criterion in rule["criteria"]]
    yes = sum(choice == "yes" for choice in after.values()) + more_for_least(rule, verdicts)
    approved = all(vote.choice.get(vote.holder.get(role, "")) == "yes" for role in rule["must_approve"])
    if yes < rule["min_yes"] or not approved or "fail" in verdicts:
        return "fail"
    if "hangs" in verdicts:
        return "tie"
    return "suspended" if rule["veto"] == "suspensive" and vetoed(vote) else "pass"


def more_for_least(rule: dict[str, Any], verdicts: list[str]) -> int:
    """Return what a tie that is settled for it, or could be, adds to the yes that the least number is held against."""
    if not {"settled", "hangs"}.intersection(verdicts):
        return 0
    doubled = "counts_double" in rule["tie"] and rule["double_counts_for_min_yes"]
    return 1 if doubled or deciding_role(rule) is not None else 0


def verdict(vote: Vote, after: dict[str, str], criterion: dict[str, Any]) -> str:
    """Return what becomes of a criterion: met, fail, settled (a tie, for it) or hangs (a tie that nobody has settled)."""
    base, measure = base_of(vote, criterion["base"], after), criterion["measure"]
    total = amount(vote, base, measure)
    yes = amount(vote, (member for member in base if after[member] == "yes"), measure)
    if not total:
        return "fail"
    if reaches(yes, total, criterion["fraction"], strict=criterion["strict"]) or is_waived(
        vote, after, base, criterion
    ):
        return "met"
    no = amount(vote, (member for member in after if after[member] == "no"), measure)
    half = yes == no if vote.rule["tie_when"] == "yes_equals_no" else 2 * yes == total
    if half and criterion["strict"] and Fraction(criterion["fraction"]) == Fraction(1, 2):
        return settled(vote)
    return "fail"


def settled(vote: Vote) -> str:
    """Return what becomes of a tie."""
    if vote.rule["tie"] == "fails":
        return "fail"
    (role,) = vote.rule["tie"].values()
    side = vote.choice.get(vote.holder.get(role, ""), "")
    return {"yes": "settled", "no": "fail"}.get(side, "hangs")


def is_waived(vote: Vote, after: dict[str, str], base: list[str], criterion: dict[str, Any]) -> bool:
    """Whether too few of the base stand against a criterion for it to matter."""
    waiver = criterion["waived_if_blockers_below"]
    if waiver is None:
        return False
    needed = waiver if isinstance(waiver, int) else waiver["plus"] + fewest_over(vote, base, waiver["fewest_over"])
    return bool(sum(after[member] != "yes" for member in base) < needed)


def fewest_over(vote: Vote, base: list[str], over: dict[str, Any]) -> int:
    """Return the least number of members of the base, heaviest first, with more than the fraction; one more than all if none."""
    heaviest = sorted((weight(vote, member, over["measure"]) for member in base), reverse=True)
    for count in range(1, len(heaviest) + 1):
        if reaches(sum(heaviest[:count]), sum(heaviest), over["fraction"], strict=True):
            return count
    return len(heaviest) + 1


def figures_of(vote: Vote, after: dict[str, str]) -> dict[str, object]:
    """Count heads by choice, and the measures."""
    heads = Counter(after.values())
    deemed = sum(after[member] == "yes" for member, choice in vote.choice.items() if choice == "silent")
    measures = {criterion["measure"] for criterion in vote.rule["criteria"]} - {"heads"}
    return {
        "members": len(after),
        **{each: heads[each] for each in CHOICES},
        "deemed_yes": deemed,
        "present": len(base_of(vote, "present", after)),
        "represented": len(vote.represented),
        "measures": {measure: figures_in(vote, after, measure) for measure in measures},
    }


def figures_in(vote: Vote, after: dict[str, str], measure: str) -> dict[str, str]:
    """Return the figures of one measure."""
    figures = {
        side: amount(vote, (member for member in after if after[member] == side), measure) for side in ("yes", "no")
    }
    figures["total"] = amount(vote, after, measure)
    return {name: decimal_text(value) for name, value in figures.items()}


def decimal_text(value: Fraction) -> str:
    """Write a sum of decimals: no exponent, no zeros at the end."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


# The command.


def verify(path: Path, key: bytes | None = None) -> Report:
    """Check a bag and return what was found; whatever is there, this does not fail."""
    report = Report()
    try:
        check_bag(members(path, report), report, key)
    except Exception as error:  # noqa: BLE001 - garbage of every kind is a finding about the bag, never a traceback
        report.fault("unreadable", path=path, why=f"{type(error).__name__}: {error}")
    return report


def check_bag(files: Iterable[tuple[str, BinaryIO]], report: Report, key: bytes | None = None) -> None:
    """Check the files of a bag."""
    bag = bag_of(read_all(files, report), report)
    if bag is None:
        report.fault("not_a_bag")
    else:
        check_manifests(bag, report)
        check_boxes(bag, key, report)


def sentences(report: Report, language: str) -> Iterable[str]:
    """Say the report in a language, one sentence a line."""
    if report.faults:
        yield say("not_whole", language, {"count": len(report.faults)})
    else:
        yield say("whole", language, {"files": report.files, "boxes": report.boxes, "ballots": report.ballots})
    for code, values in report.faults:
        yield "- " + say(code, language, values)
    for code, values in report.notes:
        yield say(code, language, values)


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
    parser.add_argument("--key", metavar="BASE64", help="the public key, from another source than the bag")
    wanted = parser.parse_args(arguments)
    key = None if wanted.key is None else bytes_of(wanted.key) or b""
    if key is not None and len(key) != 32:
        print(say("key_unusable", wanted.lang, {"key": wanted.key}), file=sys.stderr)
        return 2
    if not os.path.lexists(wanted.bag):
        print(say("nothing_there", wanted.lang, {"path": wanted.bag}), file=sys.stderr)
        return 2
    report = verify(wanted.bag, key)
    for sentence in sentences(report, wanted.lang):
        print(sentence)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
