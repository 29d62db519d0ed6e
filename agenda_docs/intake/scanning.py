"""Second step, in a child: another library reads the cleaned file and looks for active content again."""

import sys
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from agenda_docs.intake.active import (
    ATTACHMENT_KEYS,
    FORBIDDEN_ACTIONS,
    MEDIA_KEYS,
    NAME_TREE_KEYS,
    is_harmless_address,
    is_structure,
)
from agenda_docs.intake.verdict import Reason, Rejected

_TREES = ("/JavaScript", "/EmbeddedFiles", "/Renditions", "/AlternatePresentations")


def run(*, pages: int) -> dict[str, object]:
    """Check the file on standard input: it has so many pages and nothing in it is active."""
    reader = PdfReader(BytesIO(sys.stdin.buffer.read()), strict=False)
    if len(reader.pages) != pages:
        raise Rejected(Reason.SECOND_CHECK)
    if "/Collection" in reader.root_object or any(_is_active(holder) for holder in _dictionaries(reader)):
        raise Rejected(Reason.STILL_ACTIVE)
    return {}


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    for number in sorted(numbers - {0}):
        waiting: list[object] = [reader.get_object(IndirectObject(number, 0, reader))]
        while waiting:
            item = waiting.pop()
            if isinstance(item, DictionaryObject):
                yield item
                waiting.extend(item.values())  # references are not followed here; each object has its turn
            elif isinstance(item, ArrayObject):
                waiting.extend(list.__iter__(item))


def _is_active(holder: DictionaryObject) -> bool:
    keys = frozenset(str(key) for key in holder)
    return _is_forbidden_action(holder, keys) or _has_active_entry(holder, keys)


def _is_forbidden_action(holder: DictionaryObject, keys: frozenset[str]) -> bool:
    kind = holder.get("/S")
    if not isinstance(kind, NameObject):
        return False
    if kind == "/URI":
        return not is_harmless_address(_text(holder.get("/URI")))
    return str(kind) in FORBIDDEN_ACTIONS and not is_structure(keys)


def _text(value: object) -> str:
    if isinstance(value, ByteStringObject):
        return value.decode("latin-1")
    return str(value) if value is not None else ""


def _has_active_entry(holder: DictionaryObject, keys: frozenset[str]) -> bool:
    return (
        ("/JS" in keys and isinstance(holder.get("/JS"), TextStringObject | ByteStringObject))
        or ({"/XFA", "/Fields"} <= keys)
        or ("/EF" in keys and _holds_file(holder.get("/EF")))
        or ("/F" in keys and isinstance(holder, StreamObject))
        or any(_is_name_tree(holder.get(key)) for key in keys.intersection(_TREES))
        or bool(keys.intersection(MEDIA_KEYS.get(str(holder.get("/Subtype")), ())))
    )


def _holds_file(value: object) -> bool:
    return isinstance(value, DictionaryObject) and any(
        isinstance(value.get(key), StreamObject) for key in ATTACHMENT_KEYS
    )


def _is_name_tree(value: object) -> bool:
    return isinstance(value, DictionaryObject) and bool(NAME_TREE_KEYS.intersection(value))
