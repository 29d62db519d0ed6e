import hashlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from ecabinet.blobs import Blobs, Reason
from ecabinet.refusals import NotFound, Refused


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs", limit=1000)


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_was_put_is_read_back_under_its_hash(blobs: Blobs) -> None:
    blob = blobs.put("Tờ trình".encode())
    assert blob.sha256 == hashlib.sha256("Tờ trình".encode()).hexdigest()
    assert blob.size == len("Tờ trình".encode())
    with blobs.open(blob.sha256) as file:
        assert file.read().decode() == "Tờ trình"
    assert blobs.holds(blob.sha256)


def test_a_stream_and_bytes_of_the_same_content_are_one_file(blobs: Blobs) -> None:
    first = blobs.put(b"content")
    second = blobs.put(io.BytesIO(b"content"))
    assert first == second
    assert everything(blobs.folder) == [blobs.path(first.sha256)]


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(Refused) as refusal:
        blobs.put(io.BytesIO(b"x" * 1001))
    assert refusal.value.reason is Reason.FILE_TOO_LARGE
    assert everything(blobs.folder) == []


def test_a_file_of_exactly_the_limit_is_taken(blobs: Blobs) -> None:
    assert blobs.put(b"x" * 1000).size == 1000


class Breaking:
    """An upload whose sender goes away."""

    def __init__(self) -> None:
        self.parts: Iterator[bytes] = iter([b"first part"])

    def read(self, _size: int) -> bytes:
        for part in self.parts:
            return part
        raise ConnectionError


def test_an_upload_that_breaks_off_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(ConnectionError):
        blobs.put(cast("BinaryIO", Breaking()))
    assert everything(blobs.folder) == []


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63, "g" * 64, "a" * 62 + "/."]
)
def test_a_name_that_is_no_hash_leads_nowhere(blobs: Blobs, name: str) -> None:
    assert not blobs.holds(name)
    with pytest.raises(NotFound):
        blobs.path(name)
    with pytest.raises(NotFound):
        blobs.open(name)


def test_a_hash_that_is_not_here_is_not_found(blobs: Blobs) -> None:
    assert not blobs.holds("a" * 64)
    with pytest.raises(NotFound):
        blobs.path("a" * 64)


def test_orphans_and_half_written_files_go_and_known_ones_stay(blobs: Blobs) -> None:
    known, orphan = blobs.put(b"known"), blobs.put(b"orphan")
    half = blobs.folder / ".incoming-broken"
    half.write_bytes(b"half")
    for path in everything(blobs.folder):
        age(path, 7200)
    assert blobs.remove_orphans({known.sha256}) == 2
    assert everything(blobs.folder) == [blobs.path(known.sha256)]
    assert not blobs.holds(orphan.sha256)


def test_a_young_orphan_stays_because_its_row_may_not_be_committed_yet(blobs: Blobs) -> None:
    blob = blobs.put(b"just now")
    assert blobs.remove_orphans(set()) == 0
    assert blobs.holds(blob.sha256)


def test_putting_an_old_orphan_again_makes_it_young(blobs: Blobs) -> None:
    blob = blobs.put(b"again")
    age(blobs.path(blob.sha256), 7200)
    blobs.put(b"again")
    assert blobs.remove_orphans(set()) == 0


def test_a_damaged_copy_of_another_length_is_written_anew(blobs: Blobs) -> None:
    blob = blobs.put(b"whole content")
    blobs.path(blob.sha256).write_bytes(b"whole")
    blobs.put(b"whole content")
    assert blobs.path(blob.sha256).read_bytes() == b"whole content"
