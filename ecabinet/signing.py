"""The signing key of an installation (Ed25519), and the notes that it signs.

The key lies in one file of the instance folder that nobody else may read: never in the database, never in a backup. A note is text
ended by a line feed, an empty line, and the signature, as in the signed notes of transparency logs.
"""

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ecabinet.config import Config, make_private

FILE = "ed25519.pem"
SIGNS_OF_NAME = 16
ALGORITHM = b"\x01"  # Ed25519, in the key id of a signed note
SIZE_OF_KEY_ID = 4
SIGNATURE_LINE = "\n— {name} {signature}\n"
SPOILT = (
    "The signing key {file} cannot be read: it has to be the file that ./run install made, and belong to whoever runs "
    "this. Put it back from your copy."
)


class NoKey(Exception):  # noqa: N818 - an answer to the operator, not an error
    """There is no usable signing key; the sentence says what to do."""


@dataclass(frozen=True)
class Signer:
    """Who signs: the name under which the key is known, and the key."""

    name: str
    public_key: bytes
    key: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self.key.sign(message)

    def sign_note(self, text: str) -> str:
        """Return the text with its signature; the text has to end with a line feed."""
        signature = key_id(self.name, self.public_key) + self.sign(text.encode())
        return text + SIGNATURE_LINE.format(name=self.name, signature=base64.b64encode(signature).decode())


def key_file(config: Config) -> Path:
    """Return where the key of this installation lies."""
    return config.instance / "signing" / FILE


def make(config: Config) -> Signer:
    """Make the key where there is none, and return its signer; a key that exists is never replaced."""
    file = key_file(config)
    if not file.exists():
        make_private(file.parent)
        _write_once(file)
    return load(config)


def load(config: Config) -> Signer:
    """Return the signer of this installation; raise `NoKey` where its key is missing or spoilt."""
    file = key_file(config)
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise NoKey(SPOILT.format(file=file)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(SPOILT.format(file=file))
    public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(name_of(public_key), public_key, key)


def name_of(public_key: bytes) -> str:
    """Return the name under which the owner of this key signs."""
    return f"e-cabinet.{hashlib.sha256(public_key).hexdigest()[:SIGNS_OF_NAME]}"


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature says whose it is."""
    return hashlib.sha256(name.encode() + b"\n" + ALGORITHM + public_key).digest()[:SIZE_OF_KEY_ID]


def text_of_note(note: str, name: str, public_key: bytes) -> str | None:
    """Return what a note says, or None where it was not signed by the owner of this key."""
    text, _mark, line = note.rpartition("\n— ")
    signer, _space, written = line.partition(" ")
    try:
        signature = base64.b64decode(written.removesuffix("\n"), validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature[SIZE_OF_KEY_ID:], text.encode())
    except (ValueError, InvalidSignature):
        return None
    is_ours = signer == name and signature[:SIZE_OF_KEY_ID] == key_id(name, public_key)
    return text if is_ours and written.endswith("\n") else None


def _write_once(file: Path) -> None:
    """Let the key appear whole under its name or not at all; of two who make it at once, the first one's stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    partial = file.with_name(f".{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(pem)
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()


_signer: Signer | None = None


def use(signer: Signer) -> None:
    """Make this the signer of the process."""
    global _signer  # noqa: PLW0603 - one process signs with one key
    _signer = signer


def signer() -> Signer:
    """Return the signer of the process; `use` must have been called."""
    if _signer is None:
        raise RuntimeError("no signing key is in use")
    return _signer
