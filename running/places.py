"""Where things stand in the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
WEB = ROOT / "web"
TRANSLATIONS = ROOT / "translations"
DEMONSTRATION = ROOT / "instance" / "demonstration"

# From the first to be imported to the last; a package that does not exist is passed over.
PACKAGES = ("ecabinet", "agenda_docs", "meetings", "voting", "outcomes", "desk", "demonstration")


def present(*names: str) -> list[str]:
    """Return those of the files and folders of the project that exist, in the order given."""
    return [name for name in names if (ROOT / name).exists()]
