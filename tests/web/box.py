"""A ballot box written from docs/box-format.md alone: entries, tree, proofs, signed checkpoints. Nothing of the application is in it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Leaves = list[bytes]


def leaf_of(entry: str) -> bytes:
    """The leaf of an entry."""
    return hashlib.sha256(b"\0" + entry.encode()).digest()


def root(leaves: Leaves) -> bytes:
    """RFC 9162, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root(leaves[:split]), root(leaves[split:])) if leaves else hashlib.sha256().digest()


def inclusion(leaves: Leaves, index: int) -> Leaves:
    """RFC 9162, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root(leaves[:split])]


def consistency(leaves: Leaves, size: int, *, whole: bool = True) -> Leaves:
    """RFC 9162, section 2.1.4.1."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [*consistency(leaves[:split], size, whole=whole), root(leaves[split:])]
    return [*consistency(leaves[split:], size - split, whole=False), root(leaves[:split])]


def code_of(leaf: bytes) -> str:
    """The code that stands on a receipt."""
    signs = base64.b32encode(leaf[:10]).decode()
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


@dataclass
class MadeBox:
    """A box of one question and the key that signs for it."""

    question: str = "7"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    entries: list[str] = field(default_factory=list)

    @property
    def public_key(self) -> bytes:
        """The public key, raw."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def name(self) -> str:
        """Who signs."""
        return f"e-cabinet.{hashlib.sha256(self.public_key).hexdigest()[:16]}"

    @property
    def key_as_known(self) -> dict[str, str]:
        """The key as a page knows it."""
        return {"name": self.name, "publicKey": base64.b64encode(self.public_key).decode()}

    def add(self, kind: str = "cast", **fields: Any) -> int:
        """Add an entry; return its number."""
        number = len(self.entries)
        previous = leaf_of(self.entries[-1]).hex() if self.entries else None
        common = {"type": kind, "question": self.question, "number": number, "previous": previous, "at": "2026-11-21"}
        written = json.dumps({**common, **fields}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.entries.append(written)
        return number

    def leaves(self, size: int | None = None) -> Leaves:
        """The leaves of the first so many entries."""
        return [leaf_of(entry) for entry in self.entries[:size]]

    def checkpoint(self, size: int | None = None, *, name: str | None = None) -> str:
        """A signed checkpoint of the first so many entries."""
        leaves = self.leaves(size)
        text = f"{self.name}/questions/{self.question}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
        key_id = hashlib.sha256(self.name.encode() + b"\n\x01" + self.public_key).digest()[:4]
        signature = base64.b64encode(key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n— {name or self.name} {signature}\n"

    def receipt(self, number: int, size: int | None = None) -> dict[str, Any]:
        """The receipt of an entry under the checkpoint of the first so many entries."""
        entry = self.entries[number]
        return {
            "number": number,
            "choice": json.loads(entry).get("choice", ""),
            "code": code_of(leaf_of(entry)),
            "entry": entry,
            "checkpoint": self.checkpoint(size),
            "path": [each.hex() for each in inclusion(self.leaves(size), number)],
        }


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1 if size > 1 else 0
