"""Archive bags: read by the library that defines them, whole or not at all, the same bytes for the same contents."""

import os
import time
from pathlib import Path

import bagit
import pytest

from ecabinet.refusals import Refused
from outcomes import bag as bags
from outcomes.bag import Contents, Reason, digest_of, entries_file, write_bag

INFORMATION = {
    "Source-Organization": "Government Office",
    "External-Identifier": "Meeting 11/2026",
    "Bagging-Date": "2026-11-21",
}


def contents(folder: Path) -> dict[str, Contents]:
    paper = folder / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 " + b"x" * 3_000_000)
    return {"agenda/v1.json": b"{}", "papers/Tờ trình.pdf": paper, "boxes/7/entries.jsonl": b"{}\n"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bag_is_valid_for_the_library_of_congress_reader(tmp_path: Path) -> None:
    written = write_bag(tmp_path / "archives" / "m11", contents(tmp_path), INFORMATION)
    read = bagit.Bag(str(written.path))
    read.validate()
    assert read.version_info == (1, 0)
    assert read.info["External-Identifier"] == "Meeting 11/2026"
    assert set(read.payload_entries()) == {
        "data/agenda/v1.json",
        "data/papers/Tờ trình.pdf",
        "data/boxes/7/entries.jsonl",
        "data/verify.py",
    }


def test_the_same_contents_make_the_same_bytes(tmp_path: Path) -> None:
    payload = contents(tmp_path)
    first = write_bag(tmp_path / "a", payload, INFORMATION)
    turned = dict(reversed(payload.items()))
    second = write_bag(tmp_path / "b", turned, dict(reversed(INFORMATION.items())))
    assert first.digest == second.digest == digest_of(first.path)
    assert files(first.path) == files(second.path)


def test_writing_the_same_bag_again_is_harmless_and_another_is_refused(tmp_path: Path) -> None:
    payload = contents(tmp_path)
    first = write_bag(tmp_path / "m11", payload, INFORMATION)
    assert write_bag(tmp_path / "m11", payload, INFORMATION) == first
    with pytest.raises(Refused) as caught:
        write_bag(tmp_path / "m11", {**payload, "more": b""}, INFORMATION)
    assert caught.value.reason is Reason.ALREADY_THERE
    assert digest_of(first.path) == first.digest
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["m11"]


def test_a_foreign_file_in_the_way_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "m11").write_bytes(b"somebody's")
    with pytest.raises(Refused):
        write_bag(tmp_path / "m11", {"a": b""}, {})
    assert (tmp_path / "m11").read_bytes() == b"somebody's"


@pytest.mark.parametrize(
    "path",
    [
        "../escape",
        "a/../../escape",
        "/etc/passwd",
        "a//b",
        "",
        "a/",
        "./a",
        "a\\b",
        "line\nbreak",
        "nul\0",
        "100%.pdf",
        "Tờ".encode().decode().replace("ờ", "ơ\u0300"),
        "lone \ud800",
        "x" * 201,
    ],
)
def test_a_path_that_leads_elsewhere_or_reads_differently_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused) as caught:
        write_bag(tmp_path / "bag", {path: b"x"}, {})
    assert caught.value.reason is Reason.UNSAFE_PATH
    assert list(tmp_path.iterdir()) == []


def test_a_file_cannot_be_a_folder_too(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        write_bag(tmp_path / "bag", {"a": b"x", "a/b": b"y"}, {})


def test_a_paper_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_bag(tmp_path / "bag", {"a": b"x", "b": tmp_path / "gone.pdf"}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_fails_is_not_called_a_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_folder: Path, _destination: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", no_space)
    with pytest.raises(OSError, match="No space"):
        write_bag(tmp_path / "bag", {"a": b"x"}, {})
    assert list(tmp_path.iterdir()) == []


def test_another_writer_who_comes_first_with_the_same_bag_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_bag(tmp_path / "bag", {"a": b"x"}, {})
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    assert write_bag(tmp_path / "bag", {"a": b"x"}, {}) == first


def test_what_a_crash_left_is_removed_by_the_next_writer_but_not_one_at_work(tmp_path: Path) -> None:
    crashed, working, other = (tmp_path / name for name in (".bag-1.writing", ".bag-2.writing", ".other-1.writing"))
    for folder in (crashed, working, other):
        folder.mkdir()
    long_ago = time.time() - 2 * bags.STALE_SECONDS
    for folder in (crashed, other):
        os.utime(folder, (long_ago, long_ago))
    write_bag(tmp_path / "bag", {"a": b"x"}, {})
    assert not crashed.exists()
    assert working.exists()
    assert other.exists()


def test_a_line_break_in_the_information_cannot_forge_another_line(tmp_path: Path) -> None:
    written = write_bag(tmp_path / "bag", {"a": b"x"}, {"Source-Organization": "Office\r\nPayload-Oxum: 0.0"})
    lines = (written.path / "bag-info.txt").read_text("utf-8").splitlines()
    assert "Source-Organization: Office Payload-Oxum: 0.0" in lines
    assert [line for line in lines if line.startswith("Payload-Oxum:")] != ["Payload-Oxum: 0.0"]


def test_the_file_of_a_box_has_an_entry_a_line() -> None:
    assert entries_file([b'{"a":1}', b'{"b":2}']) == b'{"a":1}\n{"b":2}\n'
    assert digest_of(Path("/nowhere/at/all")) == ""
