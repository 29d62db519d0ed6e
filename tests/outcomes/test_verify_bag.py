"""The verifier on a bag: a whole one passes in every wrapping; a file changed, missing or added is named; the command answers."""

import base64
import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes import verify
from tests.outcomes.made_boxes import SIGNER, Box, Fault, Files, Signer, bag_of, report_of, sealed


def a_bag(more: Files | None = None) -> Files:
    box = Box()
    box.cast("1", "yes")
    box.cast("2", "no")
    box.close()
    annulled = Box("8")
    annulled.annul()
    return bag_of(box, annulled, more=more)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return written(tmp_path / "m11", a_bag({"data/verify.py": Path(verify.__file__).read_bytes()}))


def written(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def faults(path: Path) -> list[Fault]:
    return verify.verify(path).faults


def codes(path: Path) -> set[str]:
    return {code for code, _ in faults(path)}


def test_a_whole_bag_passes_and_says_what_was_checked(bag: Path) -> None:
    report = verify.verify(bag)
    assert report.faults == []
    assert (report.files, report.boxes, report.ballots, report.signatures) == (11, 2, 2, 6)


@pytest.mark.parametrize("mode", ["zip", "tar", "tar.gz"])
def test_a_whole_bag_passes_as_one_file(bag: Path, tmp_path: Path, mode: str) -> None:
    packed = tmp_path / f"packed.{mode}"
    if mode == "zip":
        shutil.make_archive(str(tmp_path / "packed"), "zip", root_dir=tmp_path, base_dir="m11")
    else:
        with tarfile.open(packed, "w:gz" if mode == "tar.gz" else "w") as archive:
            archive.add(bag, arcname="data/m11")
    assert faults(packed) == []


@pytest.mark.parametrize(
    ("language", "begins"), [("vi", "Hồ sơ lưu trữ còn nguyên vẹn"), ("en", "The archive is whole")]
)
def test_the_copy_in_the_bag_runs_alone(bag: Path, language: str, begins: str) -> None:
    command = [sys.executable, "-I", str(bag / "data/verify.py"), str(bag), "--lang", language]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(begins)


def test_a_changed_byte_of_any_file_is_found() -> None:
    whole = a_bag()
    for name, content in whole.items():
        for place in range(0, len(content), 23):
            changed = content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :]
            found = report_of({**whole, name: changed}).faults
            assert found, (name, place)
            assert not name.startswith("data/") or ("changed", {"path": name}) in found


def test_a_missing_and_an_added_file_are_named(bag: Path) -> None:
    (bag / "data/papers/draft.pdf").rename(bag / "data/papers/other.pdf")
    (bag / "note.txt").write_text("hello")
    assert faults(bag) == [
        ("missing", {"path": "data/papers/draft.pdf"}),
        ("extra", {"path": "data/papers/other.pdf"}),
        ("extra", {"path": "note.txt"}),
    ]


@pytest.mark.parametrize("manifest", [verify.MANIFEST, verify.TAG_MANIFEST])
def test_a_manifest_that_is_gone_or_written_in_another_way_is_named(manifest: str) -> None:
    whole = a_bag()
    lines = whole[manifest].decode().splitlines(keepends=True)
    garbled = {
        1: ["no digest at all, and not in UTF-8: \xff\n", *lines],
        2: [lines[1], lines[0], *lines[2:]],
        3: [*lines[:2], *lines[1:]],
        len(lines) + 1: [*lines, lines[0]],
        len(lines): [*lines[:-1], lines[-1].rstrip("\n")],
    }
    for number, text in garbled.items():
        found = report_of({**whole, manifest: "".join(text).encode("latin-1")}).faults
        assert ("manifest_line", {"path": manifest, "line": number}) in found
        assert sum(code == "extra" for code, _ in found) <= 1  # what stands after the line is still read
    found = report_of({name: content for name, content in whole.items() if name != manifest}).faults
    assert ("missing", {"path": manifest}) in found


def test_a_paper_that_was_voted_on_has_to_be_in_the_bag() -> None:
    found = report_of(sealed({**a_bag(), "data/papers/draft.pdf": b"another draft"})).faults
    paper: dict[str, object] = {"document": "12", "version": 2}
    assert found == [("paper", {"box": "7", **paper}), ("paper", {"box": "8", **paper})]


@pytest.mark.parametrize("name", ["data/boxes/7/entries.jsonl", "data/boxes/7/checkpoints.txt", "data/key.json"])
def test_a_file_without_which_nothing_is_proven_is_missed(name: str) -> None:
    files = a_bag()
    del files[name]
    assert ("missing", {"path": name}) in report_of(sealed(files)).faults


def test_a_bag_without_boxes_needs_no_key() -> None:
    report = report_of(sealed({"data/papers/draft.pdf": b"a paper"}))
    assert (report.faults, report.notes) == ([], [])


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"name":"a"}',
        b'{"name":"a","public_key":1}',
        b'{"name":"a","public_key":"AAAA"}',
        b'{"name":"a","public_key":"*"}',
    ],
)
def test_a_file_that_holds_no_key_is_named(content: bytes) -> None:
    assert report_of(sealed({**a_bag(), "data/key.json": content})).faults == [("key_file", {"path": "data/key.json"})]


def test_a_key_from_another_source_is_held_against_that_of_the_bag() -> None:
    assert report_of(a_bag(), SIGNER.public).faults == []
    other = Signer(2)
    found, given = (base64.b64encode(each.public).decode() for each in (SIGNER, other))
    assert report_of(a_bag(), other.public).faults == [("key_other", {"found": found, "given": given})]


def test_links_and_things_that_are_no_files_are_refused(bag: Path) -> None:
    (bag / "data/link").symlink_to("/etc/hostname")
    (bag / "data/folder").symlink_to("/etc", target_is_directory=True)
    assert faults(bag) == [("not_plain", {"path": f"data/{name}"}) for name in ("folder", "link")]


def test_a_folder_that_cannot_be_listed_is_a_fault(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_folder: Path, onerror: Callable[[OSError], None]) -> Iterator[tuple[str, list[str], list[str]]]:
        onerror(PermissionError("data"))
        yield from ()

    monkeypatch.setattr(os, "walk", closed)
    assert faults(bag) == [("unreadable", {"path": bag, "why": "PermissionError: data"})]


def test_a_tar_with_a_link_or_a_second_copy_or_a_stray_file_is_refused(bag: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        archive.add(bag, arcname="m11")
        archive.add(bag / "bagit.txt", arcname="m11/bagit.txt")
        archive.add(bag / "bagit.txt", arcname="elsewhere.txt")
        link = tarfile.TarInfo("m11/data/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert faults(packed) == [
        ("twice", {"path": "m11/bagit.txt"}),
        ("not_plain", {"path": "m11/data/link"}),
        ("outside", {"path": "elsewhere.txt"}),
    ]


def test_a_tar_of_the_folder_itself_is_whole_and_a_second_copy_by_another_spelling_is_found(
    bag: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        archive.add(bag, arcname=".")
    assert faults(packed) == []
    with tarfile.open(packed, "a") as archive:
        archive.add(bag / "bagit.txt", arcname="bagit.txt")
    assert faults(packed) == [("twice", {"path": "bagit.txt"})]


def test_a_zip_with_a_link_is_refused(bag: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        link = zipfile.ZipInfo("data/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        for file in sorted(path for path in bag.rglob("*") if path.is_file()):
            archive.write(file, file.relative_to(bag))
    assert faults(tmp_path / "packed.zip") == [("not_plain", {"path": "data/link"})]


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04garbage", b"\x1f\x8b\x08garbage", b"BZh9garbage"])
def test_a_file_that_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bag.zip").write_bytes(content)
    assert codes(tmp_path / "bag.zip") in ({"not_a_bag"}, {"unreadable"})


def test_a_folder_without_a_bag_or_of_another_version_is_none(bag: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert codes(tmp_path / "empty") == {"not_a_bag"}
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    assert codes(bag) == {"not_a_bag"}
    assert faults(Path("/dev/null")) == [("not_plain", {"path": Path("/dev/null")}), ("not_a_bag", {})]


def test_a_box_too_large_to_be_looked_into_is_not_called_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LARGEST_BOX", 500)
    monkeypatch.setattr(verify, "CHUNK", 100)
    assert report_of(a_bag()).faults.count(("too_large", {"path": "data/boxes/7/entries.jsonl"})) == 1


def test_a_file_is_looked_into_whole_however_it_is_read(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "CHUNK", 100)
    assert faults(bag) == []


def test_a_bag_within_the_bag_does_not_stand_for_it(tmp_path: Path) -> None:
    inner = {f"data/inner/{name}": content for name, content in a_bag().items()}
    files = a_bag(inner)
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        for name in sorted(files, key=lambda name: not name.endswith("inner/bagit.txt")):
            archive.writestr(f"m11/{name}", files[name])
    assert faults(tmp_path / "bag.zip") == []
    aside = written(tmp_path / "m11", {**a_bag(), "a/bagit.txt": verify.DECLARATION})
    assert faults(aside) == [("extra", {"path": "a/bagit.txt"})]


def test_where_signatures_cannot_be_checked_that_is_told(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "SIGNATURES", False)
    report = verify.verify(bag)
    assert [code for code, _ in report.notes] == ["signed_by", "no_signatures"]
    assert (report.faults, report.signatures) == ([], 0)


def test_who_signed_is_told_with_the_key(bag: Path) -> None:
    key = base64.b64encode(SIGNER.public).decode()
    assert ("signed_by", {"name": SIGNER.name, "key": key}) in verify.verify(bag).notes


@settings(max_examples=40, deadline=None)
@given(cut=st.floats(0, 1), flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), max_size=8))
def test_a_damaged_archive_file_never_passes_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, cut: float, flips: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    written(folder / "m11", a_bag())
    shutil.make_archive(str(folder / "packed"), "zip", root_dir=folder, base_dir="m11")
    whole = bytearray((folder / "packed.zip").read_bytes())
    for place, mask in flips:
        whole[int(place * len(whole))] ^= mask
    (folder / "packed.zip").write_bytes(whole[: int(cut * len(whole))])
    report = verify.verify(folder / "packed.zip")
    for language in ("vi", "en"):
        assert all(isinstance(sentence, str) for sentence in verify.sentences(report, language))
    if cut < 0.9:
        assert report.faults
    shutil.rmtree(folder)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_command_answers_in_sentences(bag: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert verify.main([str(bag), "--lang", language, "--key", base64.b64encode(SIGNER.public).decode()]) == 0
    assert SIGNER.name in capsys.readouterr().out
    (bag / "data/papers/draft.pdf").write_bytes(b"changed")
    assert verify.main([str(bag), "--lang", language]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "data/papers/draft.pdf" in said[1]
    assert "%" not in "".join(said)


@pytest.mark.parametrize("key", ["", "AAAA", "no key"])
def test_calling_it_wrongly_is_told_from_a_bad_bag(
    bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    assert verify.main([str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err
    assert verify.main([str(bag), "--key", key]) == 2
    assert "base64" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        verify.main([])
    assert caught.value.code == 2


def test_a_hostile_name_cannot_write_to_the_terminal(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bag / "data" / "\x1b[31mred\nwhole").write_bytes(b"")
    assert verify.main([str(bag)]) == 1
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "“data/?[31mred?whole”" in said


def test_every_sentence_is_in_both_languages_with_the_same_values() -> None:
    for english, vietnamese in verify.SENTENCES.values():
        assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", vietnamese))


def test_it_ends_with_its_answer_where_it_is_run_as_a_program(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["verify.py", str(bag)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(verify.__file__, run_name="__main__")
    assert ended.value.code == 0


def test_the_command_holds_the_bag_to_the_key_that_is_given(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = base64.b64encode(Signer(2).public).decode()
    assert verify.main([str(bag), "--key", other]) == 1
    said = capsys.readouterr().out
    assert f"not the one that was given, {other}." in said


def test_the_command_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as asked:
        verify.main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert asked.value.code == 0
    assert said.startswith("usage: verify [-h] [--lang {vi,en}] [--key BASE64] BAG")
    assert "BAG Check an archive bag / Kiểm tra hồ sơ lưu trữ positional" in said
    assert "--key BASE64 the public key, from another source than the bag" in said
    with pytest.raises(SystemExit) as refused:
        verify.main(["bag", "--lang", "fr"])
    assert refused.value.code == 2


def test_the_command_speaks_english_unless_asked_for_vietnamese(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(bag)]) == 0
    assert capsys.readouterr().out.startswith("The archive is whole: files 11, ballot boxes 2, ballots 2.\n")
    assert verify.main([str(bag), "--lang", "vi"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Hồ sơ lưu trữ còn nguyên vẹn: 11 tệp, 2 hòm phiếu, 2 phiếu.\n")
    assert "Số chữ ký đã kiểm tra: 6." in said
    (bag / "data/papers/draft.pdf").write_bytes(b"changed")
    assert verify.main([str(bag), "--lang", "vi"]) == 1
    assert capsys.readouterr().out.startswith(
        "Hồ sơ lưu trữ KHÔNG nguyên vẹn. Số lỗi phát hiện: 3.\n- “data/papers/draft.pdf” đã bị thay đổi.\n"
    )
    assert verify.main([str(bag / "nothing"), "--lang", "vi"]) == 2
    assert capsys.readouterr().err.startswith("Không có gì tại “")
    assert verify.main([str(bag), "--lang", "vi", "--key", "AAAA"]) == 2
    assert capsys.readouterr().err.startswith("“AAAA” không phải khóa công khai")


@pytest.mark.parametrize("size", [31, 33])
def test_a_key_of_another_length_is_none(bag: Path, capsys: pytest.CaptureFixture[str], size: int) -> None:
    assert verify.main([str(bag), "--key", base64.b64encode(bytes(size)).decode()]) == 2
    assert "32 bytes in base64 are needed" in capsys.readouterr().err


class Terminal(io.StringIO):
    """What can be written to, and answers in its own way when asked to replace letters that it lacks."""

    def __init__(self, answer: Exception | None) -> None:
        super().__init__()
        self.answer = answer
        self.errors_asked_for = ""

    def reconfigure(self, *, errors: str) -> None:
        self.errors_asked_for = errors
        if self.answer:
            raise self.answer


@pytest.mark.parametrize("answer", [None, ValueError(), AttributeError()])
def test_a_terminal_without_vietnamese_letters_is_written_to(
    bag: Path, monkeypatch: pytest.MonkeyPatch, answer: Exception | None
) -> None:
    terminal = Terminal(answer)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", Terminal(answer))
    assert verify.main([str(bag), "--lang", "vi"]) == 0
    assert (terminal.errors_asked_for, terminal.getvalue()[:5]) == ("replace", "Hồ sơ")
