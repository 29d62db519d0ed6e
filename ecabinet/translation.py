"""Words outside a page: an e-mail written by the worker has no reader's request to take the language from."""

from functools import lru_cache

from babel.support import NullTranslations, Translations

from ecabinet.config import PROJECT
from ecabinet.refusals import N_

SUBJECT = N_("Something waits for you in e-Cabinet")
TEXT = N_(
    "Something waits for you in e-Cabinet. Sign in to see it. This message carries no title and no content on purpose."
)


@lru_cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(str(PROJECT / "translations"), [language])


def translated(language: str, message: str) -> str:
    """Return a message in a language; in English where there is no translation."""
    return _translations(language).ugettext(message)


def words_of_a_notice(language: str) -> tuple[str, str]:
    """Return subject and text of the e-mail that says something waits, and nothing more."""
    return translated(language, SUBJECT), translated(language, TEXT)
