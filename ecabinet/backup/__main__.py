"""`python -m ecabinet.backup save FILE` and `… restore FILE [--replace]`, on the installation of the environment."""

import argparse
import sys
from pathlib import Path

from ecabinet.backup import BackupError
from ecabinet.backup.service import restore, save
from ecabinet.config import Config, ConfigurationError, from_environment


def main() -> None:
    """Do what the command line asks; end with one sentence when it cannot be done."""
    asked = _parse()
    try:
        config = from_environment()
        print(
            _save(config, asked.file) if asked.action == "save" else _restore(config, asked.file, replace=asked.replace)
        )
    except (BackupError, ConfigurationError) as error:
        sys.exit(str(error))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ecabinet.backup")
    parser.add_argument("action", choices=("save", "restore"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--replace", action="store_true")
    return parser.parse_args()


def _save(config: Config, target: Path) -> str:
    others = save(config, target) - 1
    size = target.stat().st_size
    return (
        f"Saved the database and {others} files to {target} ({size:,} bytes). "
        "The papers, the hashes of the passwords and the seeds of the authenticators are in it, the secret key is not: keep it as you keep the papers."
    )


def _restore(config: Config, source: Path, *, replace: bool) -> str:
    aside = restore(config, source, replace=replace)
    kept = (
        f" What was there before is kept under the name {aside}: delete it when it is needed no more." if aside else ""
    )
    return f"Restored from {source}.{kept} Now bring the tables up to date (./run migrate) and start the server."


if __name__ == "__main__":
    main()
