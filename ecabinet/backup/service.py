"""Save an installation to one file, and bring it back."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from alembic.script import ScriptDirectory

from ecabinet import clock
from ecabinet.backup import BackupError
from ecabinet.backup.archive import DATABASE, FOLDERS, FORMAT, Manifest, sync_folder, unpack, writing
from ecabinet.backup.stores import Store, move, store
from ecabinet.config import PROJECT, Config, make_private


def save(config: Config, target: Path) -> int:
    """Write the backup file and return how many files are in it. The server may go on running."""
    database = store(config.database_url)
    revision = database.revision()
    if revision is None:
        raise BackupError("There is nothing to save: the database has no tables.")
    with writing(target) as writer, tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        # The database comes first: a file is on disk before the row that names it, so every row finds its file.
        copy = Path(folder, DATABASE)
        database.save(copy)
        writer.add(DATABASE, copy)
        for name in FOLDERS:
            writer.add_folder(name, config.instance / name)
        writer.finish(Manifest(FORMAT, database.kind, revision, clock.now().isoformat(), writer.hashes))
        return len(writer.hashes)


def restore(config: Config, source: Path, *, replace: bool) -> str | None:
    """Bring a backup back; return the name under which what was there is kept, None when there was nothing.

    Raises `BackupError` for a damaged file, for one this program cannot read, for a target that holds something
    (unless it is to be replaced), and while the server runs. Nothing is changed then.
    """
    database = store(config.database_url)
    holds_something = not database.is_empty() or any(_holds_files(config.instance / name) for name in FOLDERS)
    if holds_something and not replace:
        raise BackupError("This installation holds something already: add --replace to put the backup in its place.")
    make_private(config.instance)
    with tempfile.TemporaryDirectory(dir=config.instance, prefix=".restoring-") as name:
        staged = Path(name)
        _require_fitting(unpack(source, staged), database)
        aside = f"replaced_{clock.now():%Y%m%d_%H%M%S}"
        _swap(config, database, staged, aside)
    return aside if holds_something else None


def _swap(config: Config, database: Store, staged: Path, aside: str) -> None:
    """Put everything in place, the database last; an error on the way takes all of it back."""
    with ExitStack() as undo:
        for name in FOLDERS:
            present = config.instance / name
            if present.exists():
                move(present, config.instance / f"{name}.{aside}", undo)
            if (staged / name).exists():
                move(staged / name, present, undo)
        database.bring_back(staged / DATABASE, aside, undo)
        sync_folder(config.instance)
        undo.pop_all()


def _require_fitting(manifest: Manifest, database: Store) -> None:
    if manifest.database != database.kind:
        raise BackupError(f"This backup is of a {manifest.database} database; the installation has {database.kind}.")
    known = {script.revision for script in ScriptDirectory(str(PROJECT / "migrations")).walk_revisions()}
    if manifest.revision not in known:
        raise BackupError("This backup was made by a newer e-Cabinet: update the program first.")


def _holds_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))
