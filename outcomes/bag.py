"""Archive bags (BagIt 1.0, RFC 8493, SHA-512): written once, whole or not at all, and the same bytes for the same contents.

The `bagit` library reads these bags in the tests. It does not write them: it writes version 0.97, in the order the file system
lists, and changes the working folder of the whole process while it does.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from ecabinet.refusals import N_, Refused

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
AGENT = "e-Cabinet"
VERIFIER = "verify.py"
CHUNK = 1 << 20
LONGEST_NAME = 200
STALE_SECONDS = 3600
UNSAFE = re.compile(r"[\x00-\x1f\x7f\\%]")  # readers of manifests disagree on how a percent sign is written
BREAKS = re.compile(r"\s*[\r\n]+\s*")

Contents = bytes | Path


class Reason(StrEnum):
    """Why a bag cannot be written."""

    UNSAFE_PATH = N_("“%(path)s” cannot be the name of a file in an archive. Rename it.")
    ALREADY_THERE = N_("There is already another archive named “%(name)s”. It has not been changed.")


@dataclass(frozen=True)
class Bag:
    """A written bag; `digest` is the SHA-512 of its tag manifest, which covers every byte of it."""

    path: Path
    digest: str


@dataclass(frozen=True)
class Filed:
    """A file of the bag as it was written: its path, its SHA-512 and its size."""

    path: str
    sha512: str
    size: int


def write_bag(destination: Path, payload: Mapping[str, Contents], information: Mapping[str, str]) -> Bag:
    """Write a bag at the destination, with the verifier in it; the same bag again is harmless.

    The keys of the payload are paths below `data/`. Raises `Refused` for an unsafe path, or where another bag is there already.
    """
    contents = {VERIFIER: Path(__file__).with_name(VERIFIER), **payload}
    _check_paths(contents)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with _workspace(destination) as folder:
        digest = _fill(folder, contents, information)
        _put_in_place(folder, destination, digest)
    return Bag(destination, digest)


def digest_of(bag: Path) -> str:
    """Return the digest of a bag on disk; empty where there is no bag."""
    try:
        return hashlib.sha512((bag / "tagmanifest-sha512.txt").read_bytes()).hexdigest()
    except OSError:
        return ""


def entries_file(bodies: Iterable[bytes]) -> bytes:
    """Return the file of a ballot box: each entry's exact bytes on a line of its own (canonical JSON has no line break)."""
    return b"".join(body + b"\n" for body in bodies)


def _check_paths(contents: Mapping[str, Contents]) -> None:
    folders = {"/".join(parts[:depth]) for parts in map(_parts, contents) for depth in range(1, len(parts))}
    for path in contents:
        if path in folders or not all(_is_safe(part) for part in _parts(path)):
            raise Refused(Reason.UNSAFE_PATH, path=path)


def _parts(path: str) -> list[str]:
    return path.split("/")


def _is_safe(part: str) -> bool:
    """One step of a path: no way out of the bag, nothing that another system would read as something else."""
    if part in {"", ".", ".."} or UNSAFE.search(part) or not unicodedata.is_normalized("NFC", part):
        return False
    try:
        return len(part.encode()) <= LONGEST_NAME
    except UnicodeEncodeError:
        return False


@contextmanager
def _workspace(destination: Path) -> Iterator[Path]:
    """Give a folder beside the destination to build in; what is left of it afterwards is removed."""
    prefix = f".{destination.name}-"
    _remove_stale(destination.parent, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=".writing", dir=destination.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_stale(parent: Path, prefix: str) -> None:
    """Remove what a crash left behind; a bag takes minutes at most."""
    for left in parent.iterdir():
        if not (left.name.startswith(prefix) and left.name.endswith(".writing")):
            continue
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _fill(folder: Path, contents: Mapping[str, Contents], information: Mapping[str, str]) -> str:
    payload = [_write(folder, f"data/{path}", contents[path]) for path in sorted(contents)]
    tags = [
        _write(folder, "bag-info.txt", _information(payload, information)),
        _write(folder, "bagit.txt", DECLARATION),
        _write(folder, "manifest-sha512.txt", _manifest(payload)),
    ]
    tag_manifest = _write(folder, "tagmanifest-sha512.txt", _manifest(tags))
    folder.chmod(0o755)
    for place, _, _ in os.walk(folder):
        _sync_folder(Path(place))
    return tag_manifest.sha512


def _information(payload: Sequence[Filed], information: Mapping[str, str]) -> bytes:
    size = sum(filed.size for filed in payload)
    entries = {"Bag-Software-Agent": AGENT, **information, "Payload-Oxum": f"{size}.{len(payload)}"}
    return "".join(f"{label}: {BREAKS.sub(' ', entries[label])}\n" for label in sorted(entries)).encode()


def _manifest(files: Iterable[Filed]) -> bytes:
    return "".join(f"{filed.sha512}  {filed.path}\n" for filed in files).encode()


def _write(folder: Path, path: str, contents: Contents) -> Filed:
    """Write one file to the disk itself, hashing what is written."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha512()
    size = 0
    with target.open("xb") as written:
        for chunk in _chunks(contents):
            written.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        _sync(written)
    return Filed(path, digest.hexdigest(), size)


def _chunks(contents: Contents) -> Iterator[bytes]:
    if isinstance(contents, bytes):
        yield contents
        return
    with contents.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _sync(written: BinaryIO) -> None:
    written.flush()
    os.fsync(written.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename(folder: Path, destination: Path) -> None:
    """Rename, unless another writer has come first."""
    try:
        folder.rename(destination)
    except OSError as error:
        if error.errno not in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
            raise


def _put_in_place(folder: Path, destination: Path, digest: str) -> None:
    """Rename the finished folder; another writer may have been first, then both have to have written the same."""
    if not destination.exists():
        _rename(folder, destination)
    if digest_of(destination) != digest:
        raise Refused(Reason.ALREADY_THERE, name=destination.name)
    _sync_folder(destination.parent)
