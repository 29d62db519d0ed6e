"""A backup brings back everything it saved, on both databases; a damaged one changes nothing."""

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import MetaData, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from ecabinet import database
from ecabinet.backup import BackupError
from ecabinet.backup.service import restore, save
from ecabinet.backup.stores import PROGRAMS_VARIABLE, RUNNING, Sqlite
from ecabinet.blobs import Blobs
from ecabinet.config import PROJECT, Config, from_environment
from tests.databases import postgresql_client_programs

_GIVE_TABLES = """
    DO $$ DECLARE it record;
    BEGIN
        FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE format('ALTER TABLE public.%I OWNER TO new_owner', it.tablename); END LOOP;
    END $$
"""
PAPER = b"%PDF-1.7 a paper" * 100


@pytest.fixture(scope="module")
def migrated(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The URL of a database of each kind that has its tables, made once and copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "ecabinet.sqlite"
    urls = {"sqlite": f"sqlite:///{file}", "postgresql": _new_database(postgresql)}
    for url in urls.values():
        alembic = AlembicConfig(PROJECT / "alembic.ini")
        alembic.attributes["url"] = url
        command.upgrade(alembic, "head")
    return urls


@pytest.fixture(params=["sqlite", "postgresql"])
def config(
    request: pytest.FixtureRequest, migrated: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Config:
    """An installation with tables, papers and an archive, and a key that must not leave it."""
    monkeypatch.setenv(PROGRAMS_VARIABLE, str(postgresql_client_programs()))
    config = _installation(tmp_path / "first", migrated[request.param])
    if request.param == "sqlite":
        shutil.copy(_file(migrated["sqlite"]), _file(config.database_url))
    _execute(config, "CREATE TABLE kept (words VARCHAR(40))", "INSERT INTO kept VALUES ('Đề án số 1')")
    Blobs(config.blobs).put(PAPER)
    Blobs(config.originals).put(PAPER + b"signed")
    bag = config.archives / "meeting-1"
    bag.mkdir(parents=True)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    return config


@pytest.fixture
def other(config: Config, postgresql: str, tmp_path: Path) -> Config:
    """A second, empty installation on the same kind of database."""
    return _installation(tmp_path / "second", None if config.database_url.startswith("sqlite") else postgresql)


@pytest.fixture
def backup(config: Config, tmp_path: Path) -> Path:
    target = tmp_path / "backup.tar"
    assert save(config, target) == 4
    return target


def test_a_backup_brings_everything_back_to_an_empty_installation(config: Config, other: Config, backup: Path) -> None:
    before = _content(config)
    assert restore(other, backup, replace=False) is None
    assert _content(other) == before
    assert _files(other) == _files(config)
    assert not [path for path in other.blobs.rglob("??/*") if path.stat().st_mode & 0o077]
    assert Blobs(other.blobs).path(hashlib.sha256(PAPER).hexdigest()).read_bytes() == PAPER


def test_a_restored_installation_can_be_saved_and_restored_again(config: Config, other: Config, backup: Path) -> None:
    restore(other, backup, replace=False)
    again = backup.with_name("again.tar")
    save(other, again)
    restore(config, again, replace=True)
    assert _content(config) == _content(other)


def test_what_is_there_is_not_replaced_unasked(config: Config, backup: Path) -> None:
    _execute(config, "INSERT INTO kept VALUES ('later')")
    before = _content(config), _files(config)
    with pytest.raises(BackupError, match="--replace"):
        restore(config, backup, replace=False)
    assert (_content(config), _files(config)) == before


def test_what_is_replaced_is_kept_aside(config: Config, backup: Path) -> None:
    before = _content(config)
    _execute(config, "INSERT INTO kept VALUES ('later')")
    Blobs(config.blobs).put(b"later")
    aside = restore(config, backup, replace=True)
    assert aside is not None
    assert _content(config) == before
    assert len(list(config.blobs.glob("??/*"))) == 1
    assert len(list((config.instance / f"blobs.{aside}").glob("??/*"))) == 2
    assert ("later",) in _kept_aside(config, aside)


def test_files_without_a_database_are_not_overwritten_either(other: Config, backup: Path) -> None:
    Blobs(other.blobs).put(b"a paper that stands here already")
    with pytest.raises(BackupError, match="--replace"):
        restore(other, backup, replace=False)


def test_no_key_is_in_a_backup_and_only_its_owner_may_read_it(config: Config, tmp_path: Path) -> None:
    (config.instance / "secret-key").write_text("this key signs everything")
    target = tmp_path / "with-key.tar"
    left_behind = tmp_path / ".with-key.tar.partial"
    left_behind.write_text("of a backup that was interrupted")
    left_behind.chmod(0o644)
    save(config, target)
    assert b"this key signs everything" not in target.read_bytes()
    assert target.stat().st_mode & 0o077 == 0


def test_a_file_still_being_written_is_left_out(config: Config, tmp_path: Path) -> None:
    (config.blobs / ".incoming-1").write_bytes(b"half")
    target = tmp_path / "backup.tar"
    save(config, target)
    with tarfile.open(target) as tar:
        assert not [name for name in tar.getnames() if "incoming" in name]


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_a_changed_byte_anywhere_is_found_or_does_not_matter(config: Config, other: Config, backup: Path) -> None:
    whole, expected = backup.read_bytes(), _content(config)
    refused = 0
    for place in range(100, len(whole), len(whole) // 30):
        backup.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            restore(other, backup, replace=True)
        except BackupError:
            refused += 1
        else:
            assert _content(other) == expected
            assert _files(other) == _files(config)
    assert refused > 20


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_a_file_cut_short_is_refused_and_nothing_is_changed(config: Config, backup: Path, share: float) -> None:
    whole = backup.read_bytes()
    end = whole.rindex(b"manifest-")
    backup.write_bytes(whole[: int(end * share)])
    before = _content(config), _files(config)
    with pytest.raises(BackupError, match=r"damaged.*Nothing was changed"):
        restore(config, backup, replace=True)
    assert (_content(config), _files(config)) == before


@pytest.mark.parametrize("name", ["../outside", "/outside", "blobs/../../outside", "secret-key", "", "blobs"])
def test_a_name_that_leads_elsewhere_is_refused(other: Config, tmp_path: Path, name: str) -> None:
    hostile = tmp_path / "hostile.tar"
    with tarfile.open(hostile, "w") as tar:
        for _ in range(2):
            member = tarfile.TarInfo(name)
            member.size = 4
            tar.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(BackupError, match="damaged"):
        restore(other, hostile, replace=False)
    assert not list(tmp_path.rglob("outside"))


def test_a_backup_is_never_overwritten(config: Config, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        save(config, backup)
    assert backup.read_bytes() == before


def test_nothing_is_replaced_while_the_server_has_the_database_open(config: Config, backup: Path) -> None:
    running = database.Database(config.database_url)
    try:
        with running.read() as session:
            session.execute(text("SELECT 1"))
        before = _files(config)
        with pytest.raises(BackupError) as refusal:
            restore(config, backup, replace=True)
    finally:
        running.close()
    assert str(refusal.value) == RUNNING
    assert _files(config) == before


@pytest.fixture
def second_account(config: Config) -> Iterator[str]:
    """The URL by which a second account, which owns nothing, uses the database."""
    url = make_url(config.database_url)
    name = f"second_{uuid4().hex}"
    _execute(
        config,
        f"CREATE ROLE {name} LOGIN PASSWORD 'second'",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {name}",
    )
    yield url.set(username=name, password="second").render_as_string(hide_password=False)
    _execute(config, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.fixture
def owner(config: Config) -> Iterator[Config]:
    """The installation as the database's owner runs it, who is no superuser."""
    url = make_url(config.database_url)
    name = f"owner_{uuid4().hex}"
    everything = (
        f"CREATE ROLE {name} LOGIN PASSWORD 'owner'",
        f"ALTER DATABASE {url.database} OWNER TO {name}",
        _GIVE_TABLES.replace("new_owner", name),
        f"ALTER FUNCTION public.refuse_change OWNER TO {name}",
    )
    _execute(config, *everything)
    yield replace(config, database_url=url.set(username=name, password="owner").render_as_string(hide_password=False))
    _execute(config, f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.mark.parametrize("config", ["postgresql"], indirect=True)
def test_a_session_of_another_account_is_seen_as_well(owner: Config, second_account: str, backup: Path) -> None:
    running = create_engine(second_account)
    with running.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(BackupError) as refusal:
            restore(owner, backup, replace=True)
    running.dispose()
    assert str(refusal.value) == RUNNING


@pytest.mark.parametrize("config", ["postgresql"], indirect=True)
def test_a_second_account_may_do_after_a_restore_what_it_might_before(
    owner: Config, second_account: str, backup: Path
) -> None:
    restore(owner, backup, replace=True)
    _execute(owner, "CREATE TABLE made_later (words VARCHAR(40))")
    second = create_engine(second_account)
    with second.begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES ('by the second account')"))
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 2
    with second.begin() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("DELETE FROM kept"))
    second.dispose()


def test_an_error_while_the_database_is_put_in_place_takes_the_files_back(
    config: Config, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _content(config), _files(config)
    monkeypatch.setenv(PROGRAMS_VARIABLE, "/bin/false")
    monkeypatch.setattr(Sqlite, "_require_whole", _fail)
    with pytest.raises(OSError, match=r"."):
        restore(config, backup, replace=True)
    assert (_content(config), _files(config)) == before


def test_a_backup_of_the_other_kind_of_database_is_refused(config: Config, backup: Path, tmp_path: Path) -> None:
    kinds = {"sqlite": "postgresql", "postgresql": "sqlite"}
    kind = make_url(config.database_url).get_backend_name()
    changed = tmp_path / "changed.tar"
    _rewrite_manifest(backup, changed, f'"database": "{kind}"', f'"database": "{kinds[kind]}"')
    with pytest.raises(BackupError, match="the installation has"):
        restore(config, changed, replace=True)


def test_a_backup_of_a_newer_program_is_refused(other: Config, backup: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.tar"
    _rewrite_manifest(backup, newer, '"revision": "', '"revision": "9')
    with pytest.raises(BackupError, match="newer e-Cabinet"):
        restore(other, newer, replace=False)


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
def test_the_command_saves_and_restores_and_answers_in_sentences(config: Config, other: Config, tmp_path: Path) -> None:
    target = tmp_path / "by-command.tar"
    said = _by_command(config, "save", target)
    assert "Saved the database and 3 files" in said
    assert "the seeds of the authenticators are in it, the secret key is not" in said
    assert "exists already" in _by_command(config, "save", target)
    assert "Restored" in _by_command(other, "restore", target)
    assert "--replace" in _by_command(other, "restore", target)
    assert "There is no file" in _by_command(other, "restore", tmp_path / "absent", "--replace")
    assert _content(other) == _content(config)


def _installation(instance: Path, like: str | None) -> Config:
    """An installation with a copy of this database on PostgreSQL, or with no database yet in a file of its own."""
    instance.mkdir()
    config = from_environment({"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(instance)})
    if like is None or like.startswith("sqlite"):
        return config
    return replace(config, database_url=_new_database(like))


def _new_database(like: str) -> str:
    """Make a database on the server, copied from the one of this URL, and return its URL."""
    url = make_url(like)
    name = f"backup_{uuid4().hex}"
    template = url.database if url.database != "postgres" else "template1"
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def _file(url: str) -> str:
    return str(make_url(url).database)


def _execute(config: Config, *statements: str) -> None:
    engine = create_engine(config.database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _content(config: Config) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    engine = create_engine(config.database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: [tuple(row) for row in connection.execute(table.select())] for name, table in tables.tables.items()
        }
    engine.dispose()
    return rows


def _kept_aside(config: Config, aside: str) -> list[tuple[object, ...]]:
    if config.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(f"{_file(config.database_url)}.{aside}")) as connection:
            return connection.execute("SELECT words FROM kept").fetchall()
    engine = create_engine(config.database_url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(f'SELECT words FROM "{aside}".kept'))]  # noqa: S608 - a name of ours
    engine.dispose()
    return rows


def _files(config: Config) -> dict[str, str]:
    """The hash of every file but the database's own."""
    return {
        str(path.relative_to(config.instance)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in config.instance.rglob("*")
        if path.is_file()
        and not path.name.startswith(("ecabinet.sqlite", "secret-key"))
        and "replaced" not in str(path)
    }


def _fail(*_arguments: object) -> None:
    raise OSError("the disk is gone")


def _rewrite_manifest(source: Path, target: Path, old: str, new: str) -> None:
    """Change a word of the list of files and give it its true name again, as a program that made it would have."""
    with tarfile.open(source) as given, tarfile.open(target, "w") as changed:
        for member in given:
            file = given.extractfile(member)
            assert file is not None
            content = file.read()
            if member.name.startswith("manifest-"):
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
                member.name = f"manifest-{hashlib.sha256(content).hexdigest()}.json"
            member.size = len(content)
            changed.addfile(member, io.BytesIO(content))


def _by_command(config: Config, *arguments: str | Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "ECABINET_MODE": "test",
        "ECABINET_INSTANCE": str(config.instance),
        "ECABINET_DATABASE_URL": config.database_url,
        PROGRAMS_VARIABLE: os.environ[PROGRAMS_VARIABLE],
    }
    done = subprocess.run(
        (sys.executable, "-m", "ecabinet.backup", *arguments),
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr
