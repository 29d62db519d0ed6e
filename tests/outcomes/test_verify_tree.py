"""The verifier on the tree of a box, its checkpoints and its time-stamp."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from outcomes import verify
from tests.outcomes.made_boxes import (
    Box,
    Fault,
    bag_of,
    der,
    faults_of,
    rechained,
    report_of,
    root_of,
    sealed,
    stamp_of,
)

NOTES = "data/boxes/7/checkpoints.txt"
# The leaves that implementations of certificate transparency are tested with, and the roots of the first 1 to 8 of them.
KNOWN_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
KNOWN_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def a_box() -> Box:
    box = Box()
    box.cast("1", "yes", commit=False)
    box.cast("2", "no")
    box.cast("3", "yes")
    box.close()
    return box


def with_notes(change: Callable[[list[bytes]], list[bytes]]) -> list[Fault]:
    """Change the checkpoints of a box and recompute the manifests."""
    box = a_box()
    box.notes = change(box.notes)
    return faults_of(box)


def test_the_roots_are_those_of_the_known_tree() -> None:
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in KNOWN_LEAVES]
    assert [root.hex() for root in verify.roots_of(leaves)] == [*KNOWN_ROOTS]


def test_the_root_after_each_leaf_is_that_of_the_tree_as_the_standard_defines_it() -> None:
    leaves = [bytes([number]) * 32 for number in range(70)]
    assert verify.roots_of(leaves) == [root_of(leaves[:size]) for size in range(1, 71)]


def test_a_box_whose_checkpoints_fit_is_whole() -> None:
    assert with_notes(lambda notes: notes) == []


def test_entries_rewritten_without_the_key_are_named_by_the_first_checkpoint_that_no_longer_fits() -> None:
    def rewrite(place: int) -> list[Fault]:
        box = a_box()
        entries = [json.loads(entry) for entry in box.entries]
        entries[place]["at"] = "2025-01-01T00:00:00Z"
        box.entries = rechained(entries)
        return faults_of(box)

    assert rewrite(0) == [("entry_not_in_tree", {"box": "7", "number": 0, "size": 1})]
    assert rewrite(2) == [("entries_not_in_tree", {"box": "7", "number": 1, "last": 2, "size": 3})]
    assert rewrite(3) == [("entry_not_in_tree", {"box": "7", "number": 3, "size": 4})]
    assert rewrite(4) == [("entry_not_in_tree", {"box": "7", "number": 4, "size": 5})]


def test_a_checkpoint_of_another_tree_before_one_that_fits_was_itself_changed() -> None:
    box = a_box()
    other = box.signer.note("7", box.leaves[:2] + box.leaves[:1])
    assert with_notes(lambda notes: [notes[0], other, *notes[2:]]) == [("checkpoint_changed", {"box": "7", "size": 3})]


def test_a_log_shorter_than_a_checkpoint_names_the_entry_that_is_missing() -> None:
    box = a_box()
    box.entries.pop()
    assert faults_of(box)[0] == ("entry_missing", {"box": "7", "number": 4, "size": 5})


def test_a_log_longer_than_its_last_checkpoint_names_the_entry_that_is_not_covered() -> None:
    assert with_notes(lambda notes: notes[:-1]) == [("entry_uncovered", {"box": "7", "number": 4})]
    assert with_notes(lambda _: []) == [("entry_uncovered", {"box": "7", "number": 0})]


def test_a_box_cut_at_an_earlier_checkpoint_is_not_closed() -> None:
    box = a_box()
    box.entries, box.notes = box.entries[:3], box.notes[:2]
    assert faults_of(box) == [("not_closed", {"box": "7", "number": 3})]


def test_checkpoints_out_of_order_or_twice_are_named() -> None:
    assert with_notes(lambda notes: [notes[1], notes[0], *notes[2:]]) == [
        ("checkpoint_place", {"box": "7", "size": 1}),
    ]
    assert with_notes(lambda notes: [notes[0], *notes]) == [("checkpoint_place", {"box": "7", "size": 1})]


def test_a_checkpoint_of_another_box_or_under_another_name_is_named() -> None:
    box = a_box()
    elsewhere = box.signer.note("8", box.leaves[:1])
    assert ("checkpoint_other", {"box": "7", "size": 1}) in with_notes(lambda notes: [elsewhere, *notes[1:]])
    renamed = box.signer.note("7", box.leaves[:1], name="somebody")
    assert ("checkpoint_other", {"box": "7", "size": 1}) in with_notes(lambda notes: [renamed, *notes[1:]])


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note.replace(b"\n3\n", b"\n03\n"),
        lambda note: note.replace(b"\n3\n", b"\n0\n"),
        lambda note: note.replace("—".encode(), b"-"),
        lambda note: note.replace("—".encode(), b"\xff"),
        lambda note: note.replace(b"=\n\n", b"\n\n"),
        lambda note: note.replace(b"=\n\n", b"*\n\n"),
        lambda note: note.replace(b"\n3\n", b"\n3\nAAAA"),
        lambda note: note[: note.rindex(b" ")] + b" AAAA\n",
        lambda note: note[: note.rindex(b" ")] + b" *\n",
        lambda _: b"garbage",
    ],
)
def test_a_checkpoint_in_another_form_is_named(change: Callable[[bytes], bytes]) -> None:
    found = with_notes(lambda notes: [notes[0], change(notes[1]), *notes[2:]])
    assert ("checkpoint_unreadable", {"box": "7", "place": 2}) in found or (
        # a line feed too many spoils the place of the next one
        ("checkpoint_unreadable", {"box": "7", "place": 3}) in found
    )


def test_an_unused_bit_of_a_root_cannot_be_another() -> None:
    def turn(notes: list[bytes]) -> list[bytes]:
        lines = notes[1].split(b"\n")
        last = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        lines[2] = lines[2][:42] + bytes([last[last.index(lines[2][42]) ^ 1]]) + b"="
        return [notes[0], b"\n".join(lines), *notes[2:]]

    assert ("checkpoint_unreadable", {"box": "7", "place": 2}) in with_notes(turn)


def test_what_follows_the_last_checkpoint_is_named() -> None:
    files = bag_of(a_box())
    found = report_of(sealed({**files, NOTES: files[NOTES] + b"\n"})).faults
    assert found == [("checkpoint_unreadable", {"box": "7", "place": 5})]


def stamped(stamp: bytes) -> verify.Report:
    box = a_box()
    box.stamp = stamp
    return report_of(bag_of(box))


def test_a_time_stamp_says_which_checkpoint_it_is_over() -> None:
    for note, size in zip(a_box().notes, (1, 3, 4, 5), strict=True):
        report = stamped(stamp_of(note))
        assert report.faults == []
        assert ("stamped", {"box": "7", "size": size}) in report.notes
        assert any("openssl ts -verify" in sentence for sentence in verify.sentences(report, "en"))


def test_a_time_stamp_may_leave_the_end_of_its_parts_open() -> None:
    inside = stamp_of(a_box().notes[-1])[4:]
    assert stamped(b"\x30\x80" + inside + b"\x00\x00").faults == []


@pytest.mark.parametrize(
    "stamp",
    [
        b"",
        b"\x30",
        b"\x30\x05\x00",
        b"\x30\x80\x00\x00",
        b"\x3f\x01\x00",
        b"\x30\x84\xff",
        der(0x30, der(0x02, b"\x02")),
        stamp_of(b"another"),
        stamp_of(a_box().notes[-1])[:-1],
        der(0x30, der(0x03, der(0x04, hashlib.sha256(a_box().notes[-1]).digest()))),
        b"\x30\x82\xff\xff" * 400 + b"\x30\x00",
    ],
)
def test_a_time_stamp_over_something_else_or_over_nothing_is_a_fault(stamp: bytes) -> None:
    assert stamped(stamp).faults == [("stamp", {"box": "7"})]


def test_a_time_stamp_without_end_is_a_fault_and_no_crash() -> None:
    deep = b""
    for _ in range(3000):
        deep = der(0x30, deep)
    assert stamped(deep).faults == [("stamp", {"box": "7"})]


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="there is no openssl here to answer as a time-stamping authority"
)
def test_a_real_time_stamp_is_found_to_cover_its_checkpoint(tmp_path: Path) -> None:
    def openssl(command: str) -> None:
        subprocess.run(("openssl", *command.split()), cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=one\n[one]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\n"
        "signer_digest=sha256\naccuracy=secs:1\n[v3]\nextendedKeyUsage=critical,timeStamping\n[req]\n"
        "distinguished_name=dn\n[dn]\n"
    )
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "note").write_bytes(a_box().notes[-1])
    certificate = "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.crt -subj /CN=tsa"
    openssl(f"{certificate} -config tsa.cnf -extensions v3")
    openssl("ts -query -data note -sha256 -cert -out request.tsq")
    openssl("ts -reply -config tsa.cnf -queryfile request.tsq -signer tsa.crt -inkey tsa.key -out stamp.tsr")
    report = stamped((tmp_path / "stamp.tsr").read_bytes())
    assert report.faults == []
    assert ("stamped", {"box": "7", "size": 5}) in report.notes


def test_the_hash_of_a_time_stamp_is_found_whatever_the_length_of_what_stands_before_it() -> None:
    note = a_box().notes[-1]
    hashed = der(0x04, hashlib.sha256(note).digest())
    for size in (0, 1, 126, 127, 128, 129, 255, 256, 300):
        before = der(0x02, bytes(size))
        report = stamped(der(0x30, before, der(0x30, before, hashed), before))
        assert (report.faults, ("stamped", {"box": "7", "size": 5}) in report.notes) == ([], True)
    assert verify.element_at(b"\x00\x04\x81\x80" + bytes(130), 1) == (4, bytes(128), 132)
    assert verify.element_at(b"\x05\x00", 0) == (5, b"", 2)


@pytest.mark.parametrize("der_", [b"\x04\x01", b"\x04\x81\x80\x00", b"\x1f\x01\x00", b"\x04\x82\x01"])
def test_what_is_cut_short_or_has_a_tag_of_many_bytes_is_no_der(der_: bytes) -> None:
    with pytest.raises(ValueError, match="0"):
        verify.element_at(der_, 0)
