"""Signed checkpoints: how large a box is and the root of its tree, after each commit.

The newest one of each box is also written outside the database, after the commit, so that a database that was set back is noticed:
it knows less than was signed.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ecabinet import database, signing
from voting.models import Checkpoint
from voting.proof.tree import Tree

LINES = 3
LOCK = ".lock"
_folder: Path | None = None


@dataclass(frozen=True)
class Signed:
    """What a checkpoint says."""

    question_id: int
    size: int
    root: bytes


def use(folder: Path) -> None:
    """Keep the newest checkpoint of each box in this folder."""
    global _folder  # noqa: PLW0603 - one process has one installation
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _folder = folder


def folder() -> Path:
    """Return where the newest checkpoints are kept; `use` must have been called."""
    if _folder is None:
        raise RuntimeError("no folder for checkpoints is in use")
    return _folder


def sign(session: Session, question_id: int, tree: Tree) -> str:
    """Sign the state of a box, keep it with the box, and return the note; once this transaction has committed, it is put outside too."""
    root = tree.root()
    note = signing.signer().sign_note(text_of(signing.signer().name, question_id, tree.size, root))
    row = {"question_id": question_id, "size": tree.size, "root": root.hex(), "note": note}
    session.execute(insert(Checkpoint.__table__), [row])  # type: ignore[arg-type] # a mapped table is a table
    database.after_commit(session, partial(put_outside, folder(), question_id, tree.size, note))
    return note


def text_of(name: str, question_id: int, size: int, root: bytes) -> str:
    """Return the three lines that are signed."""
    return f"{name}/questions/{question_id}\n{size}\n{base64.b64encode(root).decode()}\n"


def read(note: str, name: str, public_key: bytes) -> Signed | None:
    """Return what a checkpoint says, or None where the owner of this key did not sign it so."""
    text = signing.text_of_note(note, name, public_key)
    lines = (text or "").removesuffix("\n").split("\n")
    origin = f"{name}/questions/"
    if len(lines) != LINES or not lines[0].startswith(origin):
        return None
    try:
        signed = Signed(int(lines[0].removeprefix(origin)), int(lines[1]), base64.b64decode(lines[2], validate=True))
    except ValueError:
        return None
    return signed if text == text_of(name, signed.question_id, signed.size, signed.root) else None


def of_question(session: Session, question_id: int) -> list[Checkpoint]:
    """Return the checkpoints of a box in the order of their sizes."""
    found = select(Checkpoint).where(Checkpoint.question_id == question_id).order_by(Checkpoint.size)
    return list(session.scalars(found))


def as_file(notes: Iterable[str]) -> bytes:
    """Return `checkpoints.txt`: each note followed by an empty line."""
    return "".join(f"{note}\n" for note in notes).encode()


def put_outside(into: Path, question_id: int, size: int, note: str) -> None:
    """Write a checkpoint in place of an older one; commits of several processes may arrive here in another order than they were made in."""
    file = into / f"{question_id}.txt"
    with (into / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if size <= _size_in(file):
            return
        partial_file = into / f".{secrets.token_hex(8)}"
        descriptor = os.open(partial_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(note)
        partial_file.replace(file)


def _size_in(file: Path) -> int:
    """How many entries the checkpoint in a file covers; nothing where there is none that can be read."""
    try:
        return int(file.read_text("utf-8").split("\n")[1])
    except (OSError, ValueError, IndexError):
        return 0
