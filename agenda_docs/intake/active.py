"""What counts as active content of a PDF: names from ISO 32000-2, shared by the cleaning and the independent scan."""

import re

from agenda_docs.intake.verdict import Reason

# Action types (12.6.4) that run, reach outside or play; jumps within the paper and web links stay.
FORBIDDEN_ACTIONS = {
    "/JavaScript": Reason.SCRIPTS,
    "/Launch": Reason.ACTIONS,
    "/GoToR": Reason.ACTIONS,
    "/GoToE": Reason.ACTIONS,
    "/SubmitForm": Reason.ACTIONS,
    "/ImportData": Reason.ACTIONS,
    "/Rendition": Reason.MEDIA,
    "/Movie": Reason.MEDIA,
    "/Sound": Reason.MEDIA,
    "/RichMediaExecute": Reason.MEDIA,
    "/GoTo3DView": Reason.MEDIA,
}

# Where an action hangs (12.6.3); `/A` of a structure element is layout, so only the action's own type decides.
ACTION_SLOTS = frozenset(
    {"/A", "/OpenAction", "/PA", "/Next", "/E", "/X", "/D", "/U", "/Fo", "/Bl", "/PO", "/PC", "/PV", "/PI"}
)

# Keys that only an action has: a structure element, whose type of its own may be `Sound` or `Movie`, has none of them.
ACTION_KEYS = frozenset({"/JS", "/F", "/Win", "/Mac", "/Unix", "/R", "/Sound", "/TA", "/CMD", "/OP", "/T", "/D"})
STRUCTURE_KEYS = frozenset({"/P", "/K", "/Pg"})

ATTACHMENT_KEYS = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix"})
NAME_TREE_KEYS = frozenset({"/Names", "/Kids"})

MEDIA_KEYS = {
    "/RichMedia": ("/RichMediaContent", "/RichMediaSettings"),
    "/Movie": ("/Movie",),
    "/Sound": ("/Sound",),
    "/3D": ("/3DD",),
}

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)
_HARMLESS_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def is_structure(keys: frozenset[str]) -> bool:
    """Whether a dictionary with these keys is an element of the logical structure and no action."""
    return bool(STRUCTURE_KEYS & keys) and not ACTION_KEYS & keys


def is_harmless_address(address: str) -> bool:
    """Whether a link's address is a web page, an e-mail address, a telephone number or relative."""
    visible = "".join(sign for sign in address if sign.isprintable() and not sign.isspace())
    scheme = _SCHEME.match(visible)
    return scheme is None or scheme.group().lower() in _HARMLESS_SCHEMES
