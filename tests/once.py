"""Work that comes out the same in every test is done once a process: what each new application and each new database would compile again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule

from ecabinet import database


@contextmanager
def compiled() -> Iterator[None]:
    """Keep compiled pages, addresses and SQL statements from one test to the next."""
    with pytest.MonkeyPatch.context() as patch:
        _keep_pages(patch)
        _keep_addresses(patch)
        _keep_statements(patch)
        yield


class CompiledPages(BytecodeCache):
    """The code of every template, by its name and its text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


def _keep_pages(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledPages())


def _keep_addresses(patch: pytest.MonkeyPatch) -> None:
    """Each address of the application becomes two functions; they know nothing of the application they were made for."""
    make = Rule._compile_builder
    kept: dict[tuple[object, ...], Any] = {}

    def made_once(rule: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - Werkzeug calls it so
        if rule.defaults:
            return make(rule, append_unknown)
        about = (rule.rule, tuple(rule._trace), append_unknown)
        if about not in kept:
            kept[about] = make(rule, append_unknown)
        return kept[about]

    patch.setattr(Rule, "_compile_builder", made_once)


def _keep_statements(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy keeps compiled statements by engine and dialect; here all engines of one kind of database share both."""
    make = database._engine
    first: dict[str, Engine] = {}

    def sharing(url: str) -> Engine:
        engine = make(url)
        kept = first.setdefault(engine.dialect.name, engine)
        engine.dialect, engine._compiled_cache = kept.dialect, kept._compiled_cache
        return engine

    patch.setattr(database, "_engine", sharing)
