"""Boxes and bags written for the tests of the verifier from docs/box-format.md, with code of their own."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from outcomes import verify

Entry = dict[str, Any]
Files = dict[str, bytes]
Fault = tuple[str, dict[str, object]]

PAPER = b"%PDF-1.7 a draft decree"
CHAIR, CLERK = {"id": "90", "name": "Chair"}, {"id": "91", "name": "Secretary"}
AT = "2026-11-21T08:00:00Z"


def canonical(value: object) -> bytes:
    """Canonical JSON; the names here are ASCII, so that any order of code units is the same."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def leaf_of(line: bytes) -> bytes:
    """The leaf of an entry."""
    return hashlib.sha256(b"\x00" + line).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """The root of a tree, by the recursion of RFC 9162, section 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def short(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Signer:
    """An installation that signs."""

    def __init__(self, seed: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self._key.public_key().public_bytes_raw()
        self.name = f"e-cabinet.{hashlib.sha256(self.public).hexdigest()[:16]}"

    def note(self, question: str, leaves: list[bytes], *, name: str | None = None) -> bytes:
        """Sign a checkpoint over these leaves; under another name, if asked."""
        name = name or self.name
        root = base64.b64encode(root_of(leaves)).decode()
        text = f"{name}/questions/{question}\n{len(leaves)}\n{root}\n".encode()
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]
        signature = base64.b64encode(key_id + self._key.sign(text)).decode()
        return text + f"\n— {name} {signature}\n".encode()

    def key_file(self) -> bytes:
        """The file of the key in a bag."""
        return json.dumps({"name": self.name, "public_key": base64.b64encode(self.public).decode()}).encode()


SIGNER = Signer()


def rule(**changes: object) -> Entry:
    """Return a rule: more than half of those in the base, with whatever is changed in it."""
    return {
        "form": "meeting",
        "criteria": [criterion()],
        "min_yes": 0,
        "no_blocks": False,
        "absence_blocks": False,
        "must_approve": [],
        "veto": "none",
        "quorum": None,
        "tie": "fails",
        "tie_when": "yes_is_half_of_base",
        "double_counts_for_min_yes": True,
        "abstention": "allowed",
        "silence": "not_a_yes",
        "objections": ["no"],
        "early_close": False,
        "proxies_per_member": 0,
        "recused_leave": ["present", "entitled", "quorum"],
        **changes,
    }


def criterion(base: str = "cast", fraction: str = "1/2", *, measure: str = "heads", **changes: object) -> Entry:
    """Return a criterion."""
    whole = {"measure": measure, "base": base, "fraction": fraction, "strict": True, "waived_if_blockers_below": None}
    return {**whole, **changes}


def quorum(**changes: object) -> Entry:
    """Return a quorum."""
    whole: Entry = {"of": "all", "strict": False, "roles": [], "except_roles": [], "attending": []}
    return {**whole, "substitutes": False, "represented": False, **changes}


def frozen(counted_by: Entry | None, **changes: object) -> Entry:
    """Return a rule as it is frozen in an opening entry."""
    named: Entry = dict.fromkeys(verify.FROZEN_RULE.split(), "")
    named |= {"least_working_days": None, "most_working_days": None}
    return {**named, "change_of_ballot": "until_close", "presence": "closing", "rule": counted_by, **changes}


def line(member: str, *roles: str, **changes: object) -> Entry:
    """Return a line of a roll."""
    plain = {"name": f"Member {member}", "recused": False, "substituted": False, "weights": {}, "proxy": None}
    return {"member": member, "roles": list(roles), **plain, "veto": False, **changes}


def roll(size: int, *special: Entry) -> list[Entry]:
    """Return a roll of members 1 to size, some of them special."""
    lines = {str(number): line(str(number)) for number in range(1, size + 1)} | {
        each["member"]: each for each in special
    }
    return [*lines.values()]


def circumstances(**changes: object) -> Entry:
    """Return circumstances: a meeting, and nobody present but those who cast."""
    return {"present": [], "attending": [], "classified": {}, "deadline_passed": None, **changes}


@dataclass
class Box:
    """A box being written; every entry is a commit of its own, unless `together`."""

    question: str = "7"
    counted_by: Entry | None = field(default_factory=rule)
    lines: list[Entry] = field(default_factory=lambda: roll(3))
    opened: Entry = field(default_factory=dict)
    signer: Signer = SIGNER
    entries: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    stamp: bytes | None = None

    def __post_init__(self) -> None:
        plain = {
            "text": "Shall it be so?",
            "form": "written" if (self.counted_by or {}).get("form") == "written" else "meeting",
            "rule": frozen(self.counted_by),
            "roll": self.lines,
            "papers": [{"document": "12", "version": 2, "sha256": hashlib.sha256(PAPER).hexdigest()}],
            "options": ["yes", "no", "abstain", "other"],
            "labels": {},
            "present": [],
            "deadline": "",
            "grace": 0,
            "key": self.signer.name,
        }
        self.enter("opened", {**plain, **self.opened})

    def body(self, kind: str, fields: Entry) -> bytes:
        """Write an entry that would come next."""
        previous = leaf_of(self.entries[-1]).hex() if self.entries else None
        place = {"type": kind, "question": self.question, "number": len(self.entries), "previous": previous, "at": AT}
        return canonical({**place, **fields})

    def enter(self, kind: str, fields: Entry, *, commit: bool = True) -> int:
        """Append an entry; return its number."""
        self.entries.append(self.body(kind, fields))
        if commit:
            self.notes.append(self.signer.note(self.question, self.leaves))
        return len(self.entries) - 1

    @property
    def leaves(self) -> list[bytes]:
        """The leaf of each entry."""
        return [leaf_of(entry) for entry in self.entries]

    def seen(self, language: str = "vi") -> str:
        """What a voter had on the screen, hashed."""
        opening = json.loads(self.entries[0])
        papers = [paper["sha256"] for paper in opening["papers"]]
        shown = {**{name: opening[name] for name in ("labels", "options", "text")}, "language": language}
        return hashlib.sha256(canonical({**shown, "papers": papers})).hexdigest()

    def cast(self, member: str, choice: str, *, commit: bool = True, **changes: object) -> int:
        """Cast a ballot."""
        return self.enter("cast", self.ballot(member, choice, **changes), commit=commit)

    def ballot(self, member: str, choice: str, **changes: object) -> Entry:
        """Return the fields of a ballot."""
        mark = f"cast-{len(self.entries)}"
        place: Entry = {"member": member, "by": member, "cast_id": mark, "choice": choice, "text": ""}
        place |= {"discuss": False, "reserved": ""}
        shown = {"language": "vi", "seen": self.seen(), "step_up": "totp:5", "assertion": None}
        return {**place, **shown, **changes}

    def paper(self, member: str, choice: str, **changes: object) -> int:
        """Enter a ballot on paper."""
        place = {"member": member, "channel": "paper", "cast_id": f"cast-{len(self.entries)}", "choice": choice}
        kept = {
            "text": "",
            "discuss": False,
            "reserved": "",
            "evidence": "folder 3",
            "entered_by": CLERK,
            "confirmed_by": CHAIR,
        }
        return self.enter("paper", {**place, **kept, **changes})

    def recall(self, member: str, **changes: object) -> int:
        """Recall what a member answered."""
        mark = {"cast_id": f"cast-{len(self.entries)}", "step_up": "totp:5"}
        return self.enter("recalled", {"member": member, "by": member, **mark, **changes})

    def take_out(self, by: str, **changes: object) -> int:
        """Take the question out of its block."""
        return self.enter("taken_out", {"by": by, "reason": "to be debated", **changes})

    def withdraw(self, number: object, **changes: object) -> int:
        """Withdraw a ballot by a ruling."""
        return self.enter("withdrawn", {"entry": number, "reason": "by mistake", "ruled_by": CHAIR, **changes})

    def extend(self, deadline: str) -> int:
        """Extend the deadline."""
        return self.enter("extended", {"deadline": deadline, "reason": "more time", "extended_by": CHAIR})

    def close(self, so: Entry | None = None, **changes: object) -> int:
        """Close the box with what the verifier itself counts; a test states what that has to be."""
        before = self.leaves
        place = {"entries": len(before), "head": before[-1].hex(), "root": root_of(before).hex()}
        versions = {"versions": {"format": "2", "application": "1"}}
        return self.enter("closed", {**place, **versions, **self.result(so or circumstances()), **changes})

    def correct(self, so: Entry, **changes: object) -> int:
        """Correct the circumstances."""
        said = {"reason": "the list of those present", "entered_by": CLERK, "confirmed_by": CHAIR}
        return self.enter("corrected", {**said, **self.result(so), **changes})

    def annul(self, **changes: object) -> int:
        """Annul the vote."""
        fields = {"reason": "a wrong draft", "entered_by": CLERK, "confirmed_by": CHAIR}
        return self.enter("annulled", {**fields, **changes})

    def result(self, so: Entry) -> Entry:
        """Return the fields of a result in these circumstances."""
        entries = [json.loads(entry) for entry in self.entries]
        standing = verify.check_entries(verify.Box(self.question, entries, [], verify.roots_of(self.leaves)), None)
        outcome, figures = verify.counted(standing, so)
        ballots = verify.ballots_of(standing)
        missing = sorted(each["member"] for each in self.lines if not each["recused"] and each["member"] not in ballots)
        return {"outcome": outcome, "figures": figures, "steps": [], "missing": missing, "circumstances": so}

    def files(self) -> Files:
        """Return the files of the box in a bag."""
        folder = f"data/boxes/{self.question}"
        stamp = {} if self.stamp is None else {f"{folder}/stamp.tsr": self.stamp}
        entries, notes = (b"".join(each + b"\n" for each in kept) for kept in (self.entries, self.notes))
        return {f"{folder}/entries.jsonl": entries, f"{folder}/checkpoints.txt": notes, **stamp}


def rechained(entries: Iterable[Entry]) -> list[bytes]:
    """Write entries anew with numbers, chain, head and root in order: what a forger without the key can do."""
    lines: list[bytes] = []
    for number, entry in enumerate(entries):
        leaves = [leaf_of(each) for each in lines]
        previous = leaves[-1].hex() if leaves else None
        again = {**entry, "number": number, "previous": previous}
        if entry["type"] == "closed" and leaves:
            again |= {"head": previous, "root": root_of(leaves).hex(), "entries": number}
        lines.append(canonical(again))
    return lines


def rewritten(box: Box, change: Callable[[list[Entry]], object]) -> Box:
    """Change the entries of a box as one who holds the key could: chain, tree and signatures fit again."""
    entries = [json.loads(entry) for entry in box.entries]
    change(entries)
    again = copy(box)
    again.entries = rechained(entries)
    again.notes = [box.signer.note(box.question, again.leaves[:size]) for size in range(1, len(again.entries) + 1)]
    return again


def bag_of(*boxes: Box, signer: Signer = SIGNER, more: Files | None = None) -> Files:
    """Return the files of a bag with these boxes."""
    files: Files = {"data/papers/draft.pdf": PAPER, "data/key.json": signer.key_file(), **(more or {})}
    for box in boxes:
        files |= box.files()
    return sealed(files)


def sealed(files: Mapping[str, bytes]) -> Files:
    """Write every manifest anew over what is there, as a forger would too."""
    payload = {name: files[name] for name in sorted(files) if name.startswith("data/")}
    tags = {"bag-info.txt": b"External-Identifier: 11/2026\n", "bagit.txt": verify.DECLARATION}
    tags["manifest-sha512.txt"] = manifest_of(payload)
    return {**payload, **tags, "tagmanifest-sha512.txt": manifest_of(tags)}


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of these files."""
    return "".join(f"{hashlib.sha512(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


def report_of(files: Mapping[str, bytes], key: bytes | None = None) -> verify.Report:
    """Check a bag that lies in memory."""
    report = verify.Report()
    verify.check_bag(((name, io.BytesIO(content)) for name, content in files.items()), report, key)
    return report


def faults_of(*boxes: Box) -> list[Fault]:
    """Check a bag with these boxes."""
    return report_of(bag_of(*boxes)).faults


class Passkey:
    """A passkey of one of the three kinds."""

    def __init__(self, kind: str = "ES256") -> None:
        makers: dict[str, Callable[[], Any]] = {
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "EdDSA": lambda: Ed25519PrivateKey.from_private_bytes(bytes(32)),
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
        }
        self.kind, self._key = kind, makers[kind]()

    def assertion(self, box: Box, ballot: Entry, **changes: str) -> Entry:
        """Sign a ballot."""
        asked = {name: ballot[name] for name in verify.SIGNED.split() if name != "question"}
        challenge = short(hashlib.sha256(canonical({**asked, "question": box.question})).digest())
        client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": "https://vote.example"}).encode()
        authenticator = bytes(32) + b"\x05" + bytes(4)
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        signature = self.sign(authenticator + hashlib.sha256(client).digest())
        parts = {"credential": b"pass", "public_key": public, "authenticator": authenticator, "client": client}
        return {**{name: short(part) for name, part in parts.items()}, "signature": short(signature), **changes}

    def sign(self, text: bytes) -> bytes:
        """Sign as this kind of key does."""
        how: dict[str, tuple[object, ...]] = {"EdDSA": (), "RS256": (PKCS1v15(), SHA256())}
        signed: bytes = self._key.sign(text, *how.get(self.kind, (ec.ECDSA(SHA256()),)))
        return signed


def der(tag: int, *contents: bytes) -> bytes:
    """Write one DER element."""
    content = b"".join(contents)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def stamp_of(note: bytes) -> bytes:
    """Write what a time-stamp has in common with the real one: the hash inside a token inside an OCTET STRING."""
    imprint = der(0x30, der(0x30, der(0x06, b"\x60\x86\x48\x01")), der(0x04, hashlib.sha256(note).digest()))
    token = der(0x30, der(0x02, b"\x01"), imprint, der(0x04, bytes(150)))
    return der(0x30, der(0x30, der(0x02, b"\x00")), der(0xA0, der(0x04, token)), der(0x04, b"\xff\x01"))
