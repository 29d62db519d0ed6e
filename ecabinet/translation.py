"""Words outside a page: an e-mail written by the worker has no reader's request to take the language from."""

from functools import lru_cache

from babel.support import NullTranslations, Translations

from ecabinet.config import PROJECT


@lru_cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(str(PROJECT / "translations"), [language])


def translated(language: str, message: str) -> str:
    """Return a message in a language; in English where there is no translation."""
    return _translations(language).ugettext(message)
