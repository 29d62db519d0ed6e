"""Ballot boxes written by hand, entry by entry, with the outcome that somebody reckoned on paper."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = "e-cabinet.0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
KEY_FILE = {"name": NAME, "public_key": b64encode(PUBLIC_KEY).decode()}
SECRETARY = {"id": "s", "name": "Secretary"}
CHAIR = {"id": "c", "name": "Chair"}
HEADS = [
    "members",
    "yes",
    "no",
    "abstain",
    "other",
    "present_not_voting",
    "absent",
    "recused",
    "silent",
    "deemed_yes",
    "present",
    "represented",
]

Json = dict[str, object]


def canonical(value: object) -> str:
    """The canonical form of RFC 8785, for the plain letters that stand in these boxes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def leaf(text: str) -> bytes:
    return sha256(b"\0" + text.encode())


def root(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162 defines it: the left part is the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return sha256(b"\1" + root(leaves[:left]) + root(leaves[left:]))


def criterion(
    fraction: str = "1/2", base: str = "all", measure: str = "heads", *, strict: bool = True, waiver: object = None
) -> Json:
    return {
        "measure": measure,
        "base": base,
        "fraction": fraction,
        "strict": strict,
        "waived_if_blockers_below": waiver,
    }


def quorum(**fields: object) -> Json:
    usual: Json = {"of": "all", "strict": False, "roles": [], "except_roles": [], "attending": []}
    return usual | {"substitutes": False, "represented": False} | fields


def rule(*criteria: Json, **fields: object) -> Json:
    """A rule of a meeting with everything at its plainest, but for the fields given."""
    plain: Json = {
        "form": "meeting",
        "criteria": list(criteria),
        "min_yes": 0,
        "no_blocks": False,
        "absence_blocks": False,
        "must_approve": [],
        "veto": "none",
        "quorum": None,
        "tie": "fails",
        "tie_when": "yes_is_half_of_base",
        "double_counts_for_min_yes": True,
        "abstention": "allowed",
        "silence": "not_a_yes",
        "objections": ["no"],
        "early_close": False,
        "proxies_per_member": 1,
        "recused_leave": ["present", "entitled", "quorum"],
    }
    return plain | fields


def line(member: object, **fields: object) -> Json:
    """A line of the roll."""
    plain: Json = {"member": str(member), "name": f"Member {member}", "roles": [], "recused": False}
    return plain | {"substituted": False, "weights": {}, "proxy": None, "veto": False} | fields


def roll(size: int, **lines: Json) -> list[Json]:
    """Members 1 to size; what is special about one is given as m1={…}."""
    return [line(number, **lines.get(f"m{number}", {})) for number in range(1, size + 1)]


def heads(**figures: int) -> Json:
    """Figures in heads without weights; what is not given is nought."""
    return dict.fromkeys(HEADS, 0) | figures | {"measures": {}}


def circumstances(**fields: object) -> Json:
    return {"present": [], "attending": [], "classified": {}, "deadline_passed": None} | fields


class Box:
    """A box that grows; it checks nothing."""

    def __init__(self, lines: Sequence[Json], the_rule: Json | None, **fields: object) -> None:
        self.texts: list[str] = []
        named = dict.fromkeys(("name", "instrument", "article", "source", "effective", "established"), "")
        frozen: Json = {**named, "titles": {}, "least_working_days": None, "most_working_days": None}
        frozen |= {"change_of_ballot": "until_close", "presence": "closing", "rule": the_rule}
        frozen |= {name: fields.pop(name) for name in ("change_of_ballot", "presence") if name in fields}
        self.opened: Json = {
            "text": "Shall it be?",
            "form": the_rule["form"] if the_rule else "meeting",
            "rule": frozen,
            "roll": list(lines),
            "papers": [{"document": "5", "version": 1, "sha256": "ab" * 32}],
            "options": ["yes", "no", "abstain", "other"],
            "labels": {},
            "present": [],
            "deadline": "",
            "grace": 0,
            "key": NAME,
        }
        self.opened |= fields
        self.enter("opened", **self.opened)

    def enter(self, kind: str, **fields: object) -> Self:
        """One more entry of any type."""
        previous = leaf(self.texts[-1]).hex() if self.texts else None
        entry = {"type": kind, "question": "9", "number": len(self.texts), "previous": previous}
        self.texts.append(canonical(entry | {"at": "2026-11-21T09:00:00.000Z"} | fields))
        return self

    def seen(self, language: str = "vi") -> str:
        shown = {name: self.opened[name] for name in ("labels", "options", "text")}
        return sha256(canonical(shown | {"language": language, "papers": ["ab" * 32]}).encode()).hex()

    def cast(self, member: object, choice: str, **fields: object) -> Self:
        usual: Json = {"member": str(member), "by": str(member), "cast_id": f"cast-{len(self.texts)}"}
        usual |= {"choice": choice, "text": "", "discuss": False, "reserved": "", "language": "vi", "seen": self.seen()}
        return self.enter("cast", **usual | {"step_up": "totp:1", "assertion": None} | fields)

    def casts(self, choice: str, *members: object) -> Self:
        for member in members:
            self.cast(member, choice)
        return self

    def paper(self, member: object, choice: str, **fields: object) -> Self:
        usual: Json = {"member": str(member), "channel": "paper", "cast_id": f"cast-{len(self.texts)}"}
        usual |= {"choice": choice, "text": "", "discuss": False, "reserved": "", "evidence": "The safe"}
        return self.enter("paper", **usual | {"entered_by": SECRETARY, "confirmed_by": CHAIR} | fields)

    def withdraw(self, number: int) -> Self:
        return self.enter("withdrawn", entry=number, reason="A ruling", ruled_by=CHAIR)

    def recall(self, member: object, **fields: object) -> Self:
        usual: Json = {"member": str(member), "by": str(member), "cast_id": f"cast-{len(self.texts)}"}
        return self.enter("recalled", **usual | {"step_up": "totp:1"} | fields)

    def take_out(self, by: object) -> Self:
        return self.enter("taken_out", by=str(by), reason="It has to be debated")

    def close(self, outcome: str, figures: Json, missing: Sequence[str] = (), **held: object) -> Self:
        leaves = [leaf(text) for text in self.texts]
        return self.enter(
            "closed",
            entries=len(leaves),
            head=leaves[-1].hex(),
            root=root(leaves).hex(),
            outcome=outcome,
            figures=figures,
            steps=[],
            circumstances=circumstances(**held),
            missing=list(missing),
            versions={"format": "2", "application": "1"},
        )

    def correct(self, outcome: str, figures: Json, missing: Sequence[str] = (), **held: object) -> Self:
        reckoned: Json = {"outcome": outcome, "figures": figures, "steps": [], "missing": list(missing)}
        reckoned |= {"circumstances": circumstances(**held), "reason": "It was otherwise"}
        return self.enter("corrected", **reckoned, entered_by=SECRETARY, confirmed_by=CHAIR)

    def annul(self) -> Self:
        return self.enter("annulled", reason="The wrong question", entered_by=SECRETARY, confirmed_by=CHAIR)

    def root(self) -> str:
        return root([leaf(text) for text in self.texts]).hex()

    def checkpoints(self, *sizes: int) -> str:
        return "".join(self._note(size) + "\n" for size in sizes)

    def _note(self, size: int) -> str:
        of_tree = b64encode(root([leaf(text) for text in self.texts[:size]])).decode()
        body = f"{NAME}/questions/9\n{size}\n{of_tree}\n"
        key_id = sha256(NAME.encode() + b"\n\1" + PUBLIC_KEY)[:4]
        return f"{body}\n— {NAME} {b64encode(key_id + KEY.sign(body.encode())).decode()}\n"
