"""The verifier: a whole bag passes in every wrapping, and whatever was done to it is found and named."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes import verify
from outcomes.bag import Bag, Contents, entries_file, write_bag
from tests.voting.made_votes import Box, named, some_rule
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.vote import Circumstances, RollMember
from voting.entries import Paper, leaf_of

PAPER = b"%PDF-1.7 a draft decree"
PAPERS = [Paper("12", 2, hashlib.sha256(PAPER).hexdigest())]
ROLL = [
    RollMember("1", "Prime Minister", roles=("prime_minister",)),
    *[RollMember(str(n), f"Minister {n}") for n in range(2, 5)],
    RollMember("5", "Minister of Health", recused=True),
    RollMember("6", "Minister of Finance", substituted=True),
]
BOX = "data/boxes/q7/entries.jsonl"


def meeting_box() -> Box:
    box = Box("q7", rule_named("viet_nam/meeting"), ROLL, PAPERS)
    box.cast("1", Choice.YES)
    box.cast("2", Choice.OTHER, "đề nghị làm rõ Điều 5")
    box.cast("3", Choice.YES)
    box.cast("4", Choice.NO)
    box.close(Circumstances(classified={"2": Choice.YES}, present=("1", "2")))
    return box


def opinion_box() -> Box:
    box = Box("8", rule_named("viet_nam/opinion_form"), ROLL)
    box.cast("3", Choice.NO)
    box.close(Circumstances(deadline_passed=True))
    return box


def payload(*boxes: Box) -> dict[str, Contents]:
    files: dict[str, Contents] = {"papers/draft.pdf": PAPER, "agenda/v1.json": b"{}"}
    return {**files, **{f"boxes/{box.question}/entries.jsonl": entries_file(box.bodies) for box in boxes}}


@pytest.fixture
def bag(tmp_path: Path) -> Bag:
    return write_bag(tmp_path / "m11", payload(meeting_box(), opinion_box()), {"External-Identifier": "11/2026"})


def faults(path: Path) -> list[tuple[str, dict[str, object]]]:
    return verify.verify(path).faults


def codes(path: Path) -> set[str]:
    return {code for code, _ in faults(path)}


def sealed_again(bag: Bag) -> None:
    """Recompute every manifest over what is there now, as a forger would."""
    files = sorted(path.relative_to(bag.path).as_posix() for path in (bag.path / "data").rglob("*") if path.is_file())
    for manifest, covered in (
        ("manifest-sha512.txt", files),
        ("tagmanifest-sha512.txt", ["bag-info.txt", "bagit.txt", "manifest-sha512.txt"]),
    ):
        digests = {name: hashlib.sha512((bag.path / name).read_bytes()).hexdigest() for name in covered}
        (bag.path / manifest).write_text("".join(f"{digests[name]}  {name}\n" for name in covered), "utf-8")


def forged(bag: Bag, change: Callable[[list[bytes]], list[bytes]]) -> list[tuple[str, dict[str, object]]]:
    """Change the entries of the box, recompute the manifests, and return what is still found."""
    path = bag.path / BOX
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().split(b"\n")[:-1])))
    sealed_again(bag)
    return faults(bag.path)


def rechained(entries: list[dict[str, Any]]) -> list[bytes]:
    """Write entries anew with numbers and chain in order: the most a forger without keys can do."""
    bodies: list[bytes] = []
    for number, entry in enumerate(entries):
        previous = leaf_of(bodies[-1]) if bodies else None
        again = {**entry, "number": number, "previous": previous}
        if entry["type"] == "closed":
            again = {**again, "head": previous, "entries": number}
        bodies.append(rfc8785.dumps(again))
    return bodies


def rewritten(bag: Bag, change: Callable[[list[dict[str, Any]]], object]) -> list[tuple[str, dict[str, object]]]:
    """Change entries as objects, mend chain and manifests, and return what is still found."""

    def edit(lines: list[bytes]) -> list[bytes]:
        entries = [json.loads(line) for line in lines]
        change(entries)
        return rechained(entries)

    return forged(bag, edit)


def test_a_whole_bag_passes(bag: Bag) -> None:
    report = verify.verify(bag.path)
    assert report.faults == []
    assert (report.boxes, report.ballots) == (2, 5)


@pytest.mark.parametrize("mode", ["zip", "tar", "tar.gz"])
def test_a_whole_bag_passes_as_one_file(bag: Bag, tmp_path: Path, mode: str) -> None:
    packed = tmp_path / f"packed.{mode}"
    if mode == "zip":
        shutil.make_archive(str(tmp_path / "packed"), "zip", root_dir=tmp_path, base_dir="m11")
    else:
        with tarfile.open(packed, "w:gz" if mode == "tar.gz" else "w") as archive:
            archive.add(bag.path, arcname="data/m11")
    assert faults(packed) == []


def test_the_copy_in_the_bag_runs_alone(bag: Bag) -> None:
    command = [sys.executable, "-I", str(bag.path / "data" / "verify.py"), str(bag.path), "--lang", "vi"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Hồ sơ lưu trữ còn nguyên vẹn")


def test_every_changed_byte_of_every_file_is_named(bag: Bag) -> None:
    for path in sorted(bag.path.rglob("*")):
        if not path.is_file() or path.name == "verify.py":
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        name = path.relative_to(bag.path).as_posix()
        found = faults(bag.path)
        assert found, name
        if name.startswith("data/"):
            assert ("changed", {"path": name}) in found
        path.write_bytes(whole)
    assert faults(bag.path) == []


def test_a_missing_and_an_added_file_are_named(bag: Bag) -> None:
    (bag.path / "data/papers/draft.pdf").rename(bag.path / "data/papers/other.pdf")
    (bag.path / "note.txt").write_text("hello")
    assert faults(bag.path) == [
        ("missing", {"path": "data/papers/draft.pdf"}),
        ("extra", {"path": "data/papers/other.pdf"}),
        ("extra", {"path": "note.txt"}),
    ]


@pytest.mark.parametrize("manifest", ["manifest-sha512.txt", "tagmanifest-sha512.txt"])
def test_a_manifest_that_is_gone_or_garbled_is_named(bag: Bag, manifest: str) -> None:
    path = bag.path / manifest
    lines = path.read_text("utf-8")
    path.write_text("no digest at all\n" + lines + lines.split("\n")[0] + "\n", "utf-8")
    garbled = [values["line"] for code, values in faults(bag.path) if code == "manifest_line"]
    assert garbled == [1, len(lines.split("\n")) + 1]
    path.unlink()
    assert ("missing", {"path": manifest}) in faults(bag.path)


def test_a_paper_that_was_voted_on_has_to_be_in_the_bag(bag: Bag) -> None:
    (bag.path / "data/papers/draft.pdf").write_bytes(b"%PDF-1.7 another draft")
    sealed_again(bag)
    assert faults(bag.path) == [("paper", {"box": "q7", "document": "12", "version": 2})]


@pytest.mark.parametrize("place", range(1, 5))
def test_a_changed_ballot_is_found_and_named_though_the_manifests_were_recomputed(bag: Bag, place: int) -> None:
    def turn(lines: list[bytes]) -> list[bytes]:
        lines[place] = lines[place].replace(b'"language":"vi"', b'"language":"en"')
        return lines

    assert forged(bag, turn) == [("entry_changed", {"box": "q7", "number": place})]


def test_a_changed_opening_is_named(bag: Bag) -> None:
    def turn(lines: list[bytes]) -> list[bytes]:
        return [lines[0].replace(b"Minister 2", b"Minister 9"), *lines[1:]]

    assert forged(bag, turn) == [("entry_changed", {"box": "q7", "number": 0})]


def test_a_changed_link_is_named_where_it_stands(bag: Bag) -> None:
    def turn(lines: list[bytes]) -> list[bytes]:
        entry = json.loads(lines[2])
        return [*lines[:2], rfc8785.dumps({**entry, "previous": "0" * 64}), *lines[3:]]

    assert forged(bag, turn) == [("entry_changed", {"box": "q7", "number": 2})]


@pytest.mark.parametrize("place", range(6))
def test_a_removed_entry_is_found(bag: Bag, place: int) -> None:
    found = forged(bag, lambda lines: lines[:place] + lines[place + 1 :])
    expected = "not_closed" if place == 5 else "entry_place"
    assert [code for code, _ in found] == [expected]


@pytest.mark.parametrize(
    "garbage",
    [b"", b"null", b"[]", b"{}", b'{"type":"cast"}', b'{"number":1.0}', b"\xff\xfe", b"[" * 100_000, b"1" * 5000],
)
def test_a_line_that_is_no_entry_is_named(bag: Bag, garbage: bytes) -> None:
    found = forged(bag, lambda lines: [*lines[:2], garbage, *lines[3:]])
    assert found == [("entry_unreadable", {"box": "q7", "number": 2})]


def test_entries_in_another_form_than_the_canonical_are_refused(bag: Bag) -> None:
    found = forged(bag, lambda lines: [*lines[:2], json.dumps(json.loads(lines[2])).encode(), *lines[3:]])
    assert found == [("entry_unreadable", {"box": "q7", "number": 2})]


def test_an_empty_box_and_one_cut_short_are_found(bag: Bag) -> None:
    assert forged(bag, lambda _: []) == [("entry_place", {"box": "q7", "number": 0})]
    (bag.path / BOX).write_bytes(b'{"half')
    sealed_again(bag)
    assert faults(bag.path) == [("entry_unreadable", {"box": "q7", "number": 0})]


def wrong_field(entries: list[dict[str, Any]], place: int, **fields: object) -> None:
    entries[place].update(fields)


@pytest.mark.parametrize(
    ("place", "fields", "what"),
    [
        (0, {"rule": "majority"}, "rule"),
        (0, {"rule": {}}, "rule"),
        (0, {"options": "yes"}, "options"),
        (0, {"papers": ["a"]}, "papers"),
        (0, {"roll": [{"member": "1"}]}, "roll"),
        (0, {"roll": [ROLL[0].as_json(), ROLL[0].as_json()]}, "roll"),
        (0, {"roll": [{**ROLL[0].as_json(), "roles": "chair"}]}, "roll"),
        (0, {"question": "q8"}, "question"),
        (1, {"question": "q8"}, "question"),
        (1, {"member": "99"}, "member"),
        (1, {"member": "5"}, "member"),
        (1, {"member": ["1"]}, "member"),
        (1, {"choice": "perhaps"}, "choice"),
        (2, {"cast_id": "cast-1"}, "cast_id"),
        (2, {"cast_id": ""}, "cast_id"),
        (3, {"seen": "0" * 64}, "seen"),
        (3, {"language": "en"}, "seen"),
        (5, {"circumstances": None}, "circumstances"),
        (
            5,
            {"circumstances": {"present": [], "attending": [], "classified": {}, "deadline_passed": 3}},
            "circumstances",
        ),
        (
            5,
            {"circumstances": {"present": [], "attending": [], "classified": {"99": "yes"}, "deadline_passed": None}},
            "circumstances",
        ),
    ],
)
def test_an_entry_that_cannot_be_right_is_named_though_the_chain_was_mended(
    bag: Bag, place: int, fields: dict[str, object], what: str
) -> None:
    found = rewritten(bag, lambda entries: wrong_field(entries, place, **fields))
    assert found == [("entry_wrong", {"box": "q7", "number": place, "what": what})]


def test_a_second_opening_and_an_early_close_are_found(bag: Bag) -> None:
    assert rewritten(bag, lambda entries: entries.insert(1, dict(entries[0])))[0][1]["what"] == "type"
    rewritten(bag, lambda entries: entries.pop(1))
    assert rewritten(bag, lambda entries: entries.insert(1, dict(entries[-1])))[0][1]["what"] == "type"


def test_two_holders_of_a_role_that_the_rule_names_are_found(bag: Bag) -> None:
    found = rewritten(bag, lambda entries: wrong_field(entries[0]["roll"], 2, roles=["prime_minister"]))
    assert found == [("entry_wrong", {"box": "q7", "number": 0, "what": "roll"})]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"outcome": "fail"}, "outcome"),
        ({"missing": []}, "missing"),
        ({"missing": None}, "missing"),
        ({"figures": {}}, "yes"),
        ({"figures": []}, "outcome"),
        ({"figures": {"yes": True}}, "yes"),
    ],
)
def test_a_result_that_the_ballots_do_not_give_is_found(bag: Bag, fields: dict[str, object], what: str) -> None:
    found = rewritten(bag, lambda entries: wrong_field(entries, -1, **fields))
    assert {code for code, _ in found} == {"recount"}
    assert what in {values["what"] for _, values in found}


def test_a_turned_ballot_no_longer_gives_the_result_though_everything_was_mended(bag: Bag) -> None:
    found = rewritten(bag, lambda entries: wrong_field(entries, 3, choice="no"))
    assert {values["what"] for _, values in found} == {"outcome", "yes", "no"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("veto", "final"),
        ("form", "letter"),
        ("criteria", [{"measure": "population", "base": "all", "fraction": "1/2", "strict": True}]),
        ("criteria", [{"measure": "heads", "base": "all", "fraction": "1/0", "strict": True}]),
        ("criteria", [{"measure": "heads", "base": ["all"], "fraction": "1/2", "strict": True}]),
        ("quorum", {"fraction": "2/3"}),
        ("quorum", "half"),
        ("tie", {"decides": "chair"}),
        ("tie", "chance"),
        ("min_yes", "3"),
        ("recused_leave", ["room"]),
    ],
)
def test_a_rule_that_cannot_be_recounted_is_not_called_whole(bag: Bag, key: str, value: object) -> None:
    found = rewritten(bag, lambda entries: wrong_field(entries, 0, rule=_with(entries[0]["rule"], key, value)))
    assert [(code, values["what"]) for code, values in found] == [("rule", key)]


def _with(frozen: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    return {**frozen, "rule": {**frozen["rule"], key: value}}


def test_a_forbidden_abstention_in_the_box_is_found(bag: Bag) -> None:
    def forbid(entries: list[dict[str, Any]]) -> None:
        entries[0]["rule"]["rule"]["abstention"] = "forbidden"
        entries[4]["choice"] = "abstain"

    assert [values["what"] for _, values in rewritten(bag, forbid)] == ["choice"]


def test_links_and_things_that_are_no_files_are_refused(bag: Bag) -> None:
    (bag.path / "data/link").symlink_to("/etc/hostname")
    (bag.path / "data/folder").symlink_to("/etc", target_is_directory=True)
    assert faults(bag.path) == [("not_plain", {"path": f"data/{name}"}) for name in ("folder", "link")]


def test_a_tar_with_a_link_or_a_second_copy_or_a_stray_file_is_refused(bag: Bag, tmp_path: Path) -> None:
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        archive.add(bag.path, arcname="m11")
        archive.add(bag.path / "bagit.txt", arcname="m11/bagit.txt")
        archive.add(bag.path / "bagit.txt", arcname="elsewhere.txt")
        link = tarfile.TarInfo("m11/data/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert codes(packed) == {"twice", "outside", "not_plain"}


def test_a_zip_with_a_link_is_refused(bag: Bag, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "packed"), "zip", root_dir=bag.path)
    with zipfile.ZipFile(tmp_path / "packed.zip", "a") as archive:
        link = zipfile.ZipInfo("data/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert codes(tmp_path / "packed.zip") == {"not_plain"}


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04garbage", b"\x1f\x8b\x08garbage", b"BZh9garbage"])
def test_a_file_that_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bag.zip").write_bytes(content)
    assert codes(tmp_path / "bag.zip") in ({"not_a_bag"}, {"unreadable"})


def test_a_folder_without_a_bag_or_of_another_version_is_none(bag: Bag, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert codes(tmp_path / "empty") == {"not_a_bag"}
    (bag.path / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    assert codes(bag.path) == {"not_a_bag"}
    assert codes(Path("/dev/null")) == {"not_plain", "not_a_bag"}


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1), flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), max_size=8))
def test_a_damaged_archive_file_never_passes_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, cut: float, flips: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    written = write_bag(folder / "m11", payload(meeting_box()), {})
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
    assert faults(written.path) == []
    shutil.rmtree(folder)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_command_answers_in_sentences(bag: Bag, capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert verify.main([str(bag.path), "--lang", language]) == 0
    (bag.path / "data/papers/draft.pdf").write_bytes(b"changed")
    capsys.readouterr()
    assert verify.main([str(bag.path), "--lang", language]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "data/papers/draft.pdf" in said[1]
    assert "%" not in "".join(said)


def test_calling_it_wrongly_is_told_from_a_bad_bag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(tmp_path / "nothing")]) == 2
    assert "nothing" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        verify.main([])
    assert caught.value.code == 2


def test_a_hostile_name_cannot_write_to_the_terminal(bag: Bag, capsys: pytest.CaptureFixture[str]) -> None:
    (bag.path / "data" / "\x1b[31mred\nwhole").write_bytes(b"")
    assert verify.main([str(bag.path)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_every_sentence_is_in_both_languages_with_the_same_values() -> None:
    for english, vietnamese in verify.SENTENCES.values():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", vietnamese))


@st.composite
def some_box(draw: st.DrawFn) -> Box:
    """Draw any box under any rule that is supported, filled and closed."""
    rule: Rule = draw(some_rule())
    size = draw(st.integers(1, 8))
    roll = [
        RollMember(
            str(n),
            f"Member {n}",
            roles=("chair",) if n == 0 and draw(st.booleans()) else (),
            recused=draw(st.integers(0, 5)) == 0,
            substituted=draw(st.integers(0, 5)) == 0,
        )
        for n in range(size)
    ]
    box = Box("1", named(rule), roll)
    voters = [line.member for line in roll if not line.recused]
    for member in draw(st.lists(st.sampled_from(voters), max_size=10)) if voters else []:
        box.cast(member, draw(st.sampled_from([Choice.YES, Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OTHER])))
    box.close(
        Circumstances(
            present=tuple(draw(st.sets(st.sampled_from([line.member for line in roll])))),
            attending=("state_secretary",) if draw(st.booleans()) else (),
            classified={member: draw(st.sampled_from([Choice.YES, Choice.NO, Choice.OTHER])) for member in voters[:2]},
            deadline_passed=draw(st.booleans()),
        )
    )
    return box


@settings(max_examples=300, deadline=None)
@given(some_box())
def test_the_recount_agrees_with_the_rule_engine_on_every_box(box: Box) -> None:
    report = verify.Report()
    verify.check_box("1", entries_file(box.bodies), set(), report)
    assert report.faults == []
