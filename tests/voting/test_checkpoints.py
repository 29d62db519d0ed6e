"""Signed checkpoints: every commit has one, the newest lies outside the database too, and a database that was set back does not start."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import create_app
from ecabinet import database as databases
from ecabinet import signing
from ecabinet.audit import AuditEntry, Tag
from ecabinet.backup import service as backup
from ecabinet.config import PROJECT, Config
from ecabinet.database import reading, transaction
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, opened
from tests.world import World
from voting import service
from voting.models import Box, Checkpoint
from voting.proof import accept_gap, checkpoints, starting, tree
from voting.proof.starting import CannotStart


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def notes(question_id: int) -> list[Checkpoint]:
    with reading() as session:
        return checkpoints.of_question(session, question_id)


def outside(config: Config, question_id: int) -> Path:
    return config.checkpoints / f"{question_id}.txt"


def voted(room: Room, secretary: Persona, *members: Persona) -> int:
    question_id = opened(room, secretary.actor())
    for member in members:
        casts(member, question_id, "yes")
    return question_id


def test_every_commit_signs_size_and_root_of_the_box(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = voted(room, secretary, health_minister, chair)
    rooms.closed(question_id, secretary.actor())
    leaves = [tree.leaf_of(body) for body in rooms.bodies(question_id)]
    signer = signing.signer()
    kept = notes(question_id)
    assert [each.size for each in kept] == [1, 2, 3, 4]
    for each in kept:
        root = tree.root(leaves[: each.size])
        assert each.root == root.hex()
        lines = each.note.split("\n")
        assert lines[:4] == [
            f"{signer.name}/questions/{question_id}",
            str(each.size),
            base64.b64encode(root).decode(),
            "",
        ]
        signed = checkpoints.read(each.note, signer.name, signer.public_key)
        assert signed is not None
        assert (signed.question_id, signed.size, signed.root) == (question_id, each.size, root)
    closed = json.loads(rooms.bodies(question_id)[-1])
    assert closed["root"] == tree.root(leaves[:3]).hex()


def test_the_box_keeps_what_its_tree_needs_to_grow(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = voted(room, secretary, health_minister, health_minister)
    with reading() as session:
        kept = session.get_one(Box, question_id)
    leaves = [tree.leaf_of(body) for body in rooms.bodies(question_id)]
    assert tree.frontier_from_text(kept.length, kept.frontier) == tree.Tree(leaves).frontier()


@pytest.mark.parametrize("statement", ["UPDATE checkpoint SET size = 9", "DELETE FROM checkpoint"])
def test_no_checkpoint_is_changed_or_deleted(room: Room, secretary: Persona, statement: str) -> None:
    voted(room, secretary)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("questions/7", "questions/8"),
        ("\n3\n", "\n4\n"),
        ("\n3\n", "\n03\n"),
        ("questions/7", "questions/07"),
        ("3", "3\n"),
    ],
)
def test_a_checkpoint_says_nothing_that_was_not_signed_in_its_form(database: Config, there: str, instead: str) -> None:
    signer = signing.load(database)
    said = checkpoints.text_of(signer.name, 7, 3, b"\x01" * 32)
    good, changed = signer.sign_note(said), said.replace(there, instead, 1)
    assert checkpoints.read(good, signer.name, signer.public_key) is not None
    assert checkpoints.read(good.replace(there, instead, 1), signer.name, signer.public_key) is None
    signed_so = checkpoints.read(signer.sign_note(changed), signer.name, signer.public_key)
    assert signed_so is None or signed_so != checkpoints.read(good, signer.name, signer.public_key)
    assert checkpoints.read(signer.sign_note("7\n3\nx\n"), signer.name, signer.public_key) is None


# Outside the database


def test_the_newest_checkpoint_lies_outside_the_database_after_the_commit(
    database: Config, room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = voted(room, secretary, health_minister)
    assert outside(database, question_id).read_text() == notes(question_id)[-1].note
    assert outside(database, question_id).stat().st_mode & 0o077 == 0


def test_what_was_not_committed_is_not_signed_outside(database: Config, room: Room, secretary: Persona) -> None:
    question_id = voted(room, secretary)
    before = outside(database, question_id).read_text()
    with suppress(OSError), transaction() as session:
        service.close(session, secretary.actor(), question_id)
        raise OSError("no space")
    assert len(notes(question_id)) == 1
    assert outside(database, question_id).read_text() == before


def test_an_older_checkpoint_that_arrives_late_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    usual = os.umask(0)
    try:
        checkpoints.put_outside(tmp_path, 7, 12, "a name\n12\nroot\n")
    finally:
        os.umask(usual)
    assert (tmp_path / "7.txt").stat().st_mode & 0o777 == 0o600
    checkpoints.put_outside(tmp_path, 7, 9, "name\n9\nroot\n")
    assert (tmp_path / "7.txt").read_text() == "a name\n12\nroot\n"
    assert [path.name for path in tmp_path.glob("*.txt")] == ["7.txt"]


def test_the_folder_of_the_newest_checkpoints_is_made_for_us_alone_and_used_again_where_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_folder", None)
    with pytest.raises(RuntimeError, match=r"^no folder for checkpoints is in use$"):
        checkpoints.folder()
    place, usual = tmp_path / "instance" / "checkpoints", os.umask(0)
    try:
        checkpoints.use(place)
    finally:
        os.umask(usual)
    assert place.stat().st_mode & 0o777 == 0o700
    checkpoints.use(place)
    assert checkpoints.folder() == place


@pytest.mark.parametrize("there", [None, "", "name", "name\nx\nroot\n", "name\n3\nroot\n", "— tên\n3\n"])
def test_a_newer_checkpoint_takes_the_place_of_what_was_there_and_nothing_else_is_left(
    tmp_path: Path, there: str | None
) -> None:
    if there is not None:
        (tmp_path / "7.txt").write_text(there, "utf-8")
    checkpoints.put_outside(tmp_path, 7, 4, "name\n4\n— Chữ ký\n")
    checkpoints.put_outside(tmp_path, 7, 4, "name\n4\nanother of the same size\n")
    assert (tmp_path / "7.txt").read_text("utf-8") == "name\n4\n— Chữ ký\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "7.txt"]


@pytest.mark.any_database
def test_the_checkpoints_of_a_box_are_its_own(room: Room, secretary: Persona, health_minister: Persona) -> None:
    first = voted(room, secretary, health_minister)
    rooms.closed(first, secretary.actor())
    second = voted(room, secretary)
    assert [[(each.question_id, each.size) for each in notes(box)] for box in (first, second)] == [
        [(first, 1), (first, 2), (first, 3)],
        [(second, 1)],
    ]


def test_a_database_that_continues_what_was_signed_starts(
    database: Config, room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = voted(room, secretary, health_minister)
    older = outside(database, question_id).read_text()
    casts(health_minister, question_id, "no")
    outside(database, question_id).write_text(older)
    starting.start(database)


def test_a_file_that_a_power_cut_emptied_proves_nothing_and_stops_nothing(
    database: Config, room: Room, secretary: Persona
) -> None:
    question_id = voted(room, secretary)
    outside(database, question_id).write_text("")
    starting.start(database)


def signed_ahead(config: Config, question_id: int, size: int, root: bytes = b"\x01" * 32) -> None:
    """Write a checkpoint that the database does not know, as if the database had been set back after it."""
    signer = signing.load(config)
    note = signer.sign_note(checkpoints.text_of(signer.name, question_id, size, root))
    outside(config, question_id).write_text(note)


def test_a_database_that_knows_less_than_was_signed_does_not_start_and_the_gap_is_named(
    database: Config, room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = voted(room, secretary, health_minister)
    signed_ahead(database, question_id, 5)
    with pytest.raises(CannotStart) as refusal:
        starting.start(database)
    said = str(refusal.value)
    assert f"question no. {question_id} (“{rooms.TEXT}”) 5 entries were signed, and the database holds 2." in said
    assert "accept-gap" in said


def test_a_question_that_is_gone_with_its_box_is_named(database: Config) -> None:
    signed_ahead(database, 9, 5)
    with pytest.raises(CannotStart, match=r"question no\. 9, of which 5 entries were signed, is not in the database"):
        starting.start(database)


def test_a_box_that_was_rewritten_does_not_start(
    database: Config, room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = voted(room, secretary, health_minister)
    signed_ahead(database, question_id, 2)
    with pytest.raises(CannotStart, match="are others than those that were signed"):
        starting.start(database)


@pytest.mark.parametrize("how", ["words", "other question", "changed"])
def test_a_checkpoint_that_is_not_ours_does_not_pass(
    database: Config, room: Room, secretary: Persona, how: str
) -> None:
    question_id = voted(room, secretary)
    file = outside(database, question_id)
    if how == "other question":
        file = file.rename(outside(database, question_id + 1))
    file.write_text({"words": "x", "changed": file.read_text().replace("\n1\n", "\n0\n")}.get(how, file.read_text()))
    with pytest.raises(CannotStart, match=rf"{file.name} cannot be read, or was not signed by this installation"):
        starting.start(database)


def test_the_application_itself_does_not_start(database: Config) -> None:
    signed_ahead(database, 9, 5)
    with pytest.raises(CannotStart, match=r"question no\. 9"):
        create_app(database)


# The key


def test_votes_were_signed_and_the_key_is_gone(database: Config, room: Room, secretary: Persona) -> None:
    voted(room, secretary)
    signing.key_file(database).unlink()
    with pytest.raises(CannotStart, match=r"is missing, although votes were signed with it"):
        starting.start(database)
    assert not signing.key_file(database).exists()


def test_votes_were_signed_with_another_key(database: Config, room: Room, secretary: Persona) -> None:
    voted(room, secretary)
    signing.key_file(database).unlink()
    signing.make(database)
    with pytest.raises(CannotStart, match=r"is another one than that with which the votes"):
        starting.start(database)


def test_a_spoilt_key_is_named_also_where_nothing_was_signed(database: Config) -> None:
    signing.key_file(database).write_text("no key")
    with pytest.raises(CannotStart, match=r"cannot be read"):
        starting.start(database)


# The programs


def run(config: Config, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of this installation."""
    environment = {
        **os.environ,
        "ECABINET_MODE": "test",
        "ECABINET_INSTANCE": str(config.instance),
        "ECABINET_DATABASE_URL": config.database_url,
    }
    return subprocess.run(
        (sys.executable, "-m", *arguments), cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_worker_and_the_check_before_a_start_end_with_the_sentence(database: Config, engine: str) -> None:
    if engine != "sqlite":
        pytest.skip("the programs do not differ by database")
    assert run(database, "voting.proof.starting").returncode == 0
    signed_ahead(database, 9, 5)
    for program in ("voting.proof.starting", "worker"):
        ended = run(database, program)
        assert ended.returncode == 1
        assert ended.stderr.startswith("The question no. 9, of which 5 entries were signed, is not in the database")
        assert "Traceback" not in ended.stderr


@pytest.fixture
def of_this_installation(database: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return the command `./run accept-gap` in this process."""
    monkeypatch.setattr(accept_gap, "or_end", lambda: database)
    return accept_gap.main


def test_two_officials_accept_a_gap_that_is_kept_in_the_log_and_the_application_starts(
    database: Config,
    room: Room,
    secretary: Persona,
    health_minister: Persona,
    of_this_installation: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    question_id = voted(room, secretary, health_minister)
    signed_ahead(database, question_id, 5)
    answers = iter(["Chánh Văn phòng", "Phó Chánh Văn phòng", "Khôi phục bản sao lưu"])
    of_this_installation([], ask=lambda _question: next(answers))
    starting.start(database)
    shown = capsys.readouterr().out
    aside = next(database.checkpoints.glob("accepted-*"))
    assert "5 entries were signed" in shown
    assert str(aside) in shown
    assert [path.name for path in aside.iterdir()] == [f"{question_id}.txt"]
    with reading() as session:
        row = session.query(AuditEntry).filter_by(tag=Tag.GAP_ACCEPTED).one()
    assert row.details["officials"] == ["Chánh Văn phòng", "Phó Chánh Văn phòng"]
    assert row.details["reason"] == "Khôi phục bản sao lưu"
    assert (row.subject_kind, row.subject_id, row.body_id) == ("question", question_id, room.world.body_id)
    casts(health_minister, question_id, "no")
    assert outside(database, question_id).read_text() == notes(question_id)[-1].note


@pytest.mark.parametrize("said", [("A", "a", "x"), ("A", "", "x"), ("A", "B", " ")])
def test_one_official_alone_or_without_a_reason_accepts_nothing(
    database: Config, of_this_installation: Callable[..., None], said: tuple[str, ...]
) -> None:
    signed_ahead(database, 9, 5)
    answers = iter(said)
    with pytest.raises(SystemExit, match="Two different officials"):
        of_this_installation([], ask=lambda _question: next(answers))
    assert outside(database, 9).exists()


def test_there_is_nothing_to_accept_where_nothing_is_missing(
    of_this_installation: Callable[..., None],
) -> None:
    with pytest.raises(SystemExit, match="nothing to accept"):
        of_this_installation(["--first", "A", "--second", "B", "--reason", "x"])


def test_an_older_backup_that_is_restored_does_not_start_and_a_newer_one_does(
    database: Config, room: Room, secretary: Persona, health_minister: Persona, tmp_path: Path, engine: str
) -> None:
    if engine != "sqlite":
        pytest.skip("how a database comes back is tested with the backups, on both")
    question_id = voted(room, secretary)
    backup.save(database, tmp_path / "older")
    casts(health_minister, question_id, "yes")
    backup.save(database, tmp_path / "newer")
    for name in ("older", "newer"):
        databases.current().close()
        backup.restore(database, tmp_path / name, replace=True)
        databases.connect(database.database_url)
        if name == "older":
            with pytest.raises(CannotStart, match=r"2 entries were signed, and the database holds 1\."):
                starting.start(database)
    starting.start(database)


@pytest.mark.any_database
def test_a_checkpoint_is_three_lines_and_is_read_as_it_was_written(database: Config) -> None:
    signer = signing.load(database)
    said = checkpoints.text_of(signer.name, 7, 3, b"\x01" * 32)
    assert said == f"{signer.name}/questions/7\n3\n{base64.b64encode(bytes([1] * 32)).decode()}\n"
    note = signer.sign_note(said)
    expected = checkpoints.Signed(question_id=7, size=3, root=b"\x01" * 32)
    assert checkpoints.read(note, signer.name, signer.public_key) == expected
    assert checkpoints.read(note, "elsewhere", signer.public_key) is None
    two_lines, one_line = (said.rsplit("\n", cut)[0] + "\n" for cut in (2, 3))
    for others in ("\n" + said, said + "more\n", said.removesuffix("\n"), said + "\n", two_lines, one_line):
        assert checkpoints.read(signer.sign_note(others), signer.name, signer.public_key) is None
    elsewhere = signer.sign_note(checkpoints.text_of("elsewhere", 7, 3, b"\x01" * 32))
    assert checkpoints.read(elsewhere, signer.name, signer.public_key) is None


@pytest.mark.parametrize(
    "lines",
    [
        "questions/x\n3\nAQ==\n",
        "questions/7\nx\nAQ==\n",
        "questions/7\n3\nAQ==*\n",
        "questions/7\n3\nAQ\n",
        "questions/7\n3\n*\n",
        "other/7\n3\nAQ==\n",
    ],
)
def test_signed_words_that_are_no_checkpoint_say_nothing(database: Config, lines: str) -> None:
    signer = signing.load(database)
    assert checkpoints.read(signer.sign_note(f"{signer.name}/{lines}"), signer.name, signer.public_key) is None


def test_the_file_of_the_archive_has_an_empty_line_after_each_checkpoint() -> None:
    assert checkpoints.as_file(["a\n1\n", "b\n2\n"]) == b"a\n1\n\nb\n2\n\n"


def test_nothing_is_signed_by_a_process_that_was_not_started(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = voted(room, secretary)
    for place, name, said in ((signing, "_signer", "no signing key"), (checkpoints, "_folder", "no folder")):
        with monkeypatch.context() as without:
            without.setattr(place, name, None)
            with pytest.raises(RuntimeError, match=said):
                casts(health_minister, question_id, "yes")
    assert rooms.entries_of(question_id) == 1


def test_who_accepts_a_gap_is_asked_for_and_where_nobody_answers_nothing_changes(
    database: Config, of_this_installation: Callable[..., None]
) -> None:
    signed_ahead(database, 9, 5)

    def nobody(_question: str) -> str:
        raise EOFError

    with pytest.raises(SystemExit, match="say everything as options"):
        of_this_installation([], ask=nobody)
    signing.key_file(database).write_text("spoilt")
    with pytest.raises(SystemExit, match="cannot be read"):
        of_this_installation([], ask=nobody)
    assert outside(database, 9).exists()
