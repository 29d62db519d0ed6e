"""The translations, compiled from the hand-written catalogues of each package."""

from running.places import PYTHON, TRANSLATIONS
from running.steps import fingerprint, forget, is_current, quietly, remember, step


def ensure() -> None:
    """Have each language's `messages.mo` hold what its `.po` files say; do nothing when it does."""
    if not TRANSLATIONS.is_dir():
        return
    sources = sorted(TRANSLATIONS.glob("*/*.po"))
    compiled = {source.parent / "LC_MESSAGES" / "messages.mo" for source in sources}
    mark = fingerprint(*sources)
    if is_current("translations", mark) and all(path.exists() for path in compiled):
        return
    forget("translations")
    with step("Translations"):
        quietly((PYTHON, "-m", "running.catalogues", "compile"))
    remember("translations", mark)
