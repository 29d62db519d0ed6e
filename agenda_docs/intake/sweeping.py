"""Takes active content out of a PDF: pikepdf's own sanitizer, and a sweep over every object for what it cannot reach."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from agenda_docs.intake.active import (
    ACTION_SLOTS,
    ATTACHMENT_KEYS,
    FORBIDDEN_ACTIONS,
    MEDIA_KEYS,
    NAME_TREE_KEYS,
    is_harmless_address,
    is_structure,
)
from agenda_docs.intake.verdict import Reason

_STREAM_KEYS = frozenset({"/Length", "/Filter", "/DecodeParms"})
_NAME_TREES = {
    "/JavaScript": Reason.SCRIPTS,
    "/EmbeddedFiles": Reason.ATTACHMENTS,
    "/Renditions": Reason.MEDIA,
    "/AlternatePresentations": Reason.MEDIA,
}
_SCRIPT_KEYS = frozenset({*_NAME_TREES, "/JS", "/XFA"})
_FILE_KEYS = frozenset({"/EF", "/F", "/Ref"})
_Entries = dict[str, Object]


@dataclass
class _Findings:
    """What is to go. Nothing is changed while the walk goes on."""

    actions: list[Object] = field(default_factory=list)
    entries: list[tuple[Object, str]] = field(default_factory=list)
    counts: Counter[Reason] = field(default_factory=Counter)
    lists: set[Reason] = field(default_factory=set)

    def entry(self, holder: Object, key: str, reason: Reason | None = None) -> None:
        self.entries.append((holder, key))
        if reason is not None:
            self.counts[reason] += 1

    def total(self) -> Counter[Reason]:
        """How many of each kind; a list of names counts only where what it lists was not found."""
        return self.counts + Counter(self.lists - set(self.counts))


def sweep(pdf: Pdf) -> Counter[Reason]:
    """Take all active content out, in place; return how many of each kind there were."""
    findings = _Findings()
    for holder, entries in _dictionaries(pdf):
        _inspect(holder, entries, findings)
    _inspect_root(pdf.Root, findings)
    for holder, key in findings.entries:
        if key in holder:
            del holder[key]
    for action in findings.actions:
        for key in set(action.keys()) - _STREAM_KEYS:
            del action[key]
    sanitizer = pikepdf.sanitize.Sanitizer().remove_javascript().remove_attachments().remove_multimedia()
    sanitizer.remove_collection().remove_web_capture().apply(pdf)
    return findings.total()


def _dictionaries(pdf: Pdf) -> Iterator[tuple[Object, _Entries]]:
    """Every dictionary and stream of the file with its entries, also those that no page reaches."""
    yield pdf.trailer, dict(pdf.trailer.items())
    for outermost in pdf.objects:
        waiting = [outermost]
        while waiting:
            item = waiting.pop()
            children: Iterable[Object] = ()
            if isinstance(item, Dictionary | Stream):
                entries: _Entries = dict(item.items())
                yield item, entries
                children = entries.values()
            elif isinstance(item, Array):
                children = item
            waiting.extend(
                child for child in children if isinstance(child, Dictionary | Array) and not child.is_indirect
            )


def _inspect(holder: Object, entries: _Entries, findings: _Findings) -> None:
    _inspect_action(holder, entries, findings)
    keys = entries.keys()
    if keys & _SCRIPT_KEYS:
        _inspect_scripts(holder, entries, findings)
    if keys & _FILE_KEYS:
        _inspect_files(holder, entries, findings)
    if "/Subtype" in entries:
        _inspect_media(holder, entries, findings)


def _inspect_action(holder: Object, entries: _Entries, findings: _Findings) -> None:
    reason = _forbidden(entries) if "/S" in entries else None
    if reason is not None:
        findings.actions.append(holder)
        findings.counts[reason] += 1
    for slot in entries.keys() & ACTION_SLOTS:
        action = entries[slot]
        if isinstance(action, Dictionary | Stream) and Name.S in action and _forbidden(dict(action.items())):
            findings.entry(holder, slot)


def _forbidden(entries: _Entries) -> Reason | None:
    """Why a dictionary with these entries may not stay as an action, if it is one."""
    kind = _name(entries.get("/S"))
    if kind == "/URI":
        return None if is_harmless_address(_text(entries.get("/URI"))) else Reason.LINKS
    reason = FORBIDDEN_ACTIONS.get(kind)
    return None if reason is None or is_structure(frozenset(entries)) else reason


def _name(value: object) -> str:
    """A name as the standard writes it; one with bytes that are no text, which exists, is none of the standard's."""
    return value.unparse().decode("ascii", "replace") if isinstance(value, Name) else ""


def _text(value: object) -> str:
    if isinstance(value, Stream):
        return value.read_bytes().decode("latin-1")
    return str(value) if value is not None else ""


def _inspect_scripts(holder: Object, entries: _Entries, findings: _Findings) -> None:
    for key in entries.keys() & _NAME_TREES.keys():
        tree = entries[key]
        if isinstance(tree, Dictionary) and NAME_TREE_KEYS.intersection(tree.keys()):
            findings.entry(holder, key)
            findings.lists.add(_NAME_TREES[key])
    if isinstance(entries.get("/JS"), String):
        findings.entry(holder, "/JS")
    if isinstance(entries.get("/XFA"), Array | Stream | String) and "/Fields" in entries:
        findings.entry(holder, "/XFA", Reason.FORM)


def _inspect_files(holder: Object, entries: _Entries, findings: _Findings) -> None:
    if _holds_file(entries.get("/EF")):
        findings.entry(holder, "/EF", Reason.ATTACHMENTS)
    if "/F" in entries and isinstance(holder, Stream):  # a stream whose content lies in another file
        findings.entry(holder, "/F", Reason.ACTIONS)
    if "/Ref" in entries and _name(entries.get("/Subtype")) == "/Form":  # a page of another file
        findings.entry(holder, "/Ref", Reason.ACTIONS)


def _holds_file(value: object) -> bool:
    return isinstance(value, Dictionary) and any(isinstance(value.get(key), Stream) for key in ATTACHMENT_KEYS)


def _inspect_media(holder: Object, entries: _Entries, findings: _Findings) -> None:
    present = [key for key in MEDIA_KEYS.get(_name(entries["/Subtype"]), ()) if key in entries]
    for key in present:
        findings.entry(holder, key)
    if present:
        findings.counts[Reason.MEDIA] += 1


def _inspect_root(root: Object, findings: _Findings) -> None:
    if Name.Collection in root:
        findings.entry(root, "/Collection", Reason.PORTFOLIO)
    form = root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form and not findings.counts[Reason.FORM]:
        findings.entry(form, "/XFA", Reason.FORM)
