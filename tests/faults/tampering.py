"""F16: whole exports, each with one random change, of which the verifier has to reject every one and name the entry.

What is left out, because no checker of a bag alone could find it (docs/box-format.md says who does): a box removed whole, the
corrections and the annulment cut off behind the close together with their checkpoints, and a checkpoint taken from the middle.
"""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.outcomes.made_boxes import (
    SIGNER,
    Box,
    Entry,
    Fault,
    Files,
    Passkey,
    Signer,
    bag_of,
    circumstances,
    criterion,
    frozen,
    line,
    quorum,
    rechained,
    report_of,
    roll,
    rule,
    sealed,
    stamp_of,
)

THIEF = Signer(2)
ENTRIES, NOTES, STAMP = (f"data/boxes/7/{name}" for name in ("entries.jsonl", "checkpoints.txt", "stamp.tsr"))


@dataclass(frozen=True)
class Tampered:
    """A bag after one change: the entries of which one has to be named (any, if empty), and the key of the checker."""

    files: Files
    named: frozenset[int] = frozenset()
    key: bytes | None = None


@dataclass
class Figures:
    """What became of the changes: how many of each kind, and the seeds of those that passed or named no right entry."""

    kinds: Counter[str] = field(default_factory=Counter)
    unnoticed: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many changes there were."""
        return self.kinds.total()


def tampered(seed: int, count: int) -> Figures:
    """Make so many random changes, each to a whole export, and see what the verifier says; the same seed makes the same."""
    figures = Figures()
    kinds = sorted(KINDS)
    for number in range(seed, seed + count):
        chosen = random.Random(number)
        kind = chosen.choice(kinds)
        made = KINDS[kind](chosen, chosen.choice(exports()))
        figures.kinds[kind] += 1
        faults = report_of(made.files, made.key).faults
        if not faults:
            figures.unnoticed.append(f"{kind} (seed {number})")
        elif made.named and not made.named & named_in(faults):
            figures.misnamed.append(f"{kind} (seed {number}): {faults}")
    return figures


def named_in(faults: list[Fault]) -> set[int]:
    """Return the entries that faults name."""
    named: set[int] = set()
    for _, values in faults:
        if isinstance(first := values.get("number"), int):
            last = values.get("last", first)
            named |= set(range(first, (last if isinstance(last, int) else first) + 1))
    return named


# Whole exports of several kinds.


@cache
def exports() -> tuple[Box, ...]:
    """Return whole boxes: a meeting, weights with proxies and passkeys, a written vote, choices, and two ended before their close."""
    boxes = (meeting(), weights(), written(), choice(), choice_in_writing(), annulled(), taken_out())
    for box in boxes:
        assert report_of(bag_of(box)).faults == []
    return boxes


def meeting() -> Box:
    """A meeting with changed minds, a ballot on paper, a ruling and a correction; some entries share a checkpoint."""
    lines = roll(7, line("1", "prime_minister"), line("5", recused=True), line("6", substituted=True))
    counted_by = rule(criteria=[criterion("all")], quorum=quorum(fraction="1/2"), tie={"side_of": "prime_minister"})
    box = Box(counted_by=counted_by, lines=lines)
    box.cast("1", "yes", commit=False)
    box.cast("2", "other", text="đề nghị làm rõ Điều 5", commit=False)
    box.cast("3", "no")
    box.cast("3", "yes", commit=False)
    box.cast("4", "no")
    box.paper("6", "yes")
    box.withdraw(5)
    so = circumstances(present=["1", "2", "7"], classified={"2": "yes"})
    box.close(so)
    box.correct({**so, "present": ["1", "2"]})
    box.stamp = stamp_of(box.notes[-1])
    return box


def weights() -> Box:
    """Two majorities, of heads and of people; one casts for another; two ballots are signed by passkeys."""
    people = criterion("all", "65/100", measure="people", strict=False, waived_if_blockers_below=2)
    lines = [line(str(n), weights={"people": f"{n}.5"}, proxy="2" if n == 1 else None) for n in range(1, 6)]
    box = Box(counted_by=rule(criteria=[criterion("all", "55/100"), people], proxies_per_member=1), lines=lines)
    for member, kind in (("2", "ES256"), ("3", "EdDSA")):
        ballot = box.ballot(member, "yes")
        box.cast(member, "yes", assertion=Passkey(kind).assertion(box, ballot))
    box.cast("1", "yes", by="2")
    box.cast("4", "abstain")
    box.close(circumstances(present=["5"]))
    return box


def written() -> Box:
    """Opinions in writing, where silence is consent; the deadline was extended, the vote annulled after its close."""
    counted_by = rule(form="written", criteria=[criterion("all")], silence="consent")
    box = Box(counted_by=counted_by, lines=roll(4), opened={"deadline": "2026-11-21T08:00:00Z", "grace": 60})
    box.cast("1", "no", text="chưa rõ nguồn vốn", discuss=True)
    box.extend("2026-11-22T08:00:00Z")
    box.cast("2", "yes", reserved="bảo lưu ý kiến về Điều 7")
    box.cast("3", "no")
    box.recall("3")
    box.close(circumstances(deadline_passed=True))
    box.annul()
    return box


def choice_in_writing() -> Box:
    """A choice among two in writing; one member recalled an answer and gave another."""
    opened: Entry = {
        "form": "written",
        "deadline": "2026-11-21T08:00:00Z",
        "options": ["option:1", "option:2", "abstain"],
        "labels": {"option:1": "Phương án 1", "option:2": "Phương án 2"},
        "rule": frozen(None),
    }
    box = Box(counted_by=None, lines=roll(3), opened=opened)
    box.cast("1", "option:1")
    box.recall("1")
    box.cast("1", "option:2")
    box.cast("2", "abstain", text="cần bàn thêm", discuss=True)
    box.close(circumstances(deadline_passed=True))
    return box


def choice() -> Box:
    """A choice among two, with one ballot a member."""
    labels = {"option:1": "An", "option:2": "Bình"}
    opened: Entry = {
        "options": ["option:1", "option:2"],
        "labels": labels,
        "rule": frozen(None, change_of_ballot="never"),
    }
    box = Box(counted_by=None, lines=roll(3), opened=opened)
    box.cast("1", "option:2")
    box.cast("2", "option:1")
    box.close()
    return box


def annulled() -> Box:
    """A vote annulled before it was closed."""
    box = Box()
    box.cast("1", "yes")
    box.cast("2", "no")
    box.annul()
    return box


def taken_out() -> Box:
    """A vote of a block that ended with a member's objection."""
    box = Box()
    box.cast("1", "yes")
    box.take_out("2")
    return box


# Changes of bytes.


def flip_anywhere(chosen: random.Random, box: Box) -> Tampered:
    """Change one byte of any file, and recompute nothing."""
    files = bag_of(box)
    name = chosen.choice(sorted(files))
    place = chosen.randrange(len(files[name]))
    named = frozenset({files[name][:place].count(b"\n")} if name == ENTRIES else ())
    return Tampered({**files, name: flipped(chosen, files[name], place)}, named)


def flip_an_entry(chosen: random.Random, box: Box) -> Tampered:
    """Change one byte of the entries, and recompute the manifests."""
    entries = bag_of(box)[ENTRIES]
    place = chosen.randrange(len(entries))
    return resealed(box, {ENTRIES: flipped(chosen, entries, place)}, entries[:place].count(b"\n"))


def flip_a_checkpoint(chosen: random.Random, box: Box) -> Tampered:
    """Change one byte of the checkpoints, and recompute the manifests."""
    notes = bag_of(box)[NOTES]
    return resealed(box, {NOTES: flipped(chosen, notes, chosen.randrange(len(notes)))})


def flip_the_key(chosen: random.Random, box: Box) -> Tampered:
    """Change one byte of the public key, and recompute the manifests."""
    public = flipped(chosen, SIGNER.public, chosen.randrange(32))
    key = {"name": SIGNER.name, "public_key": base64.b64encode(public).decode()}
    return resealed(box, {"data/key.json": json.dumps(key).encode()})


def flip_the_stamp(chosen: random.Random, box: Box) -> Tampered:
    """Let a time-stamp be over something else."""
    return resealed(box, {STAMP: stamp_of(flipped(chosen, box.notes[-1], chosen.randrange(len(box.notes[-1]))))})


def flipped(chosen: random.Random, content: bytes, place: int) -> bytes:
    """Change the byte there."""
    return content[:place] + bytes([content[place] ^ chosen.randrange(1, 256)]) + content[place + 1 :]


def resealed(box: Box, changed: Files, *named: int) -> Tampered:
    """Put changed files into the bag and recompute the manifests."""
    return Tampered(sealed({**bag_of(box), **changed}), frozenset(named))


# Changes of files.


def lose_a_file(chosen: random.Random, box: Box) -> Tampered:
    """Take a file away; with the manifests recomputed, if it is one that has to be there."""
    files = bag_of(box)
    needed = [ENTRIES, NOTES, "data/key.json", "data/papers/draft.pdf"]
    lost = chosen.choice([*needed, *files])
    del files[lost]
    return Tampered(sealed(files) if lost in needed else files)


def add_a_file(chosen: random.Random, box: Box) -> Tampered:
    """Put a file into the bag."""
    return Tampered({**bag_of(box), chosen.choice(["note.txt", "data/note.txt", "data/boxes/7/note"]): b"hello"})


def exchange_the_paper(chosen: random.Random, box: Box) -> Tampered:
    """Let another paper be what was voted on."""
    return resealed(box, {"data/papers/draft.pdf": chosen.randbytes(50)})


# Changes of the order of entries; the manifests are recomputed.


def drop_an_entry(chosen: random.Random, box: Box) -> Tampered:
    """Take an entry away."""
    place = chosen.randrange(len(box.entries))
    return with_entries(box, box.entries[:place] + box.entries[place + 1 :], place)


def drop_and_mend(chosen: random.Random, box: Box) -> Tampered:
    """Take an entry away and mend the chain behind it."""
    place = chosen.randrange(1, len(box.entries))
    entries = loaded(box)
    del entries[place]
    return with_entries(box, rechained(entries), place)


def double_an_entry(chosen: random.Random, box: Box) -> Tampered:
    """Let an entry stand twice."""
    place = chosen.randrange(len(box.entries))
    return with_entries(box, box.entries[: place + 1] + box.entries[place:], place, place + 1)


def swap_entries(chosen: random.Random, box: Box) -> Tampered:
    """Let two entries change places."""
    one, other = sorted(chosen.sample(range(len(box.entries)), 2))
    entries = list(box.entries)
    entries[one], entries[other] = entries[other], entries[one]
    return with_entries(box, entries, one)


def insert_a_ballot(chosen: random.Random, box: Box) -> Tampered:
    """Put in a ballot that nobody cast; with the chain mended behind it, or not."""
    place = chosen.randrange(1, len(box.entries) + 1)
    short = copy(box)
    short.entries = box.entries[:place]
    options = json.loads(box.entries[0])["options"]
    ballot = short.body("cast", short.ballot("3", chosen.choice(options), cast_id="nobody"))
    entries = [*box.entries[:place], ballot, *box.entries[place:]]
    mended = chosen.random() < 0.5
    return with_entries(box, rechained(map(json.loads, entries)) if mended else entries, place, place + (not mended))


def cut_at_a_checkpoint(chosen: random.Random, box: Box) -> Tampered:
    """Cut the box where it was not closed yet, at a checkpoint, with those behind it."""
    sizes = [int(note.split(b"\n")[1]) for note in box.notes]
    kinds = [entry["type"] for entry in loaded(box)]
    end = min(number for number, kind in enumerate(kinds) if kind in ("closed", "annulled", "taken_out"))
    place = chosen.choice([place for place, size in enumerate(sizes) if size <= end])
    shorter = copy(box)
    shorter.entries, shorter.notes, shorter.stamp = box.entries[: sizes[place]], box.notes[: place + 1], None
    return Tampered(bag_of(shorter), frozenset({sizes[place]}))


def with_entries(box: Box, entries: list[bytes], *named: int) -> Tampered:
    """Put other entries into the bag."""
    again = copy(box)
    again.entries = entries
    return Tampered(bag_of(again), frozenset(named))


def loaded(box: Box) -> list[Entry]:
    """Return the entries as objects."""
    return [json.loads(entry) for entry in box.entries]


# Changes of what an entry says, with the chain mended behind it.


def change_a_field(chosen: random.Random, box: Box) -> Tampered:
    """Change a field somewhere in an entry, and recompute all that needs no key."""
    entries, place = changed_entries(chosen, box)
    return with_entries(box, rechained(entries), place)


def change_a_figure(chosen: random.Random, box: Box) -> Tampered:
    """Change a number in the figures of a result."""
    entries = loaded(box)
    results = [entry for entry in entries if "figures" in entry]
    if not results:
        return change_a_field(chosen, box)
    result = chosen.choice(results)
    name = chosen.choice([name for name, value in result["figures"].items() if isinstance(value, int)])
    result["figures"][name] += chosen.choice([-1, 1, 10])
    return with_entries(box, rechained(entries), result["number"])


def change_and_sign_wrongly(chosen: random.Random, box: Box) -> Tampered:
    """Change a field, and write checkpoints that fit, with the signatures that were there or those of another key."""
    entries, place = changed_entries(chosen, box)
    again = copy(box)
    again.entries, again.stamp = rechained(entries), None
    another = chosen.random() < 0.5
    sizes = [int(note.split(b"\n")[1]) for note in box.notes]
    again.notes = [
        note if again.leaves[:size] == box.leaves[:size] else forged_note(again, size, note, another=another)
        for note, size in zip(box.notes, sizes, strict=True)
    ]
    covered = max((size for size in sizes if size <= place), default=0)
    return Tampered(bag_of(again), frozenset({covered}))


def forged_note(box: Box, size: int, note: bytes, *, another: bool) -> bytes:
    """Write a checkpoint with the right root: signed by another key, or with the old signature."""
    made = THIEF.note(box.question, box.leaves[:size], name=SIGNER.name)
    return made if another else made[: made.rindex(b" ")] + note[note.rindex(b" ") :]


def change_and_sign_with_an_own_key(chosen: random.Random, box: Box) -> Tampered:
    """Change a ballot and sign everything anew, key and all; only a key from another source tells."""
    entries, _ = changed_entries(chosen, box)
    entries[0]["key"] = THIEF.name
    again = copy(box)
    again.entries, again.signer, again.stamp = rechained(entries), THIEF, None
    again.notes = [THIEF.note(box.question, again.leaves[:size]) for size in range(1, len(entries) + 1)]
    return Tampered(bag_of(again, signer=THIEF), key=SIGNER.public)


def changed_entries(chosen: random.Random, box: Box) -> tuple[list[Entry], int]:
    """Change one value somewhere in one entry; what is computed from the others is left to those who mend it."""
    entries = loaded(box)
    place = chosen.randrange(len(entries))
    holder: Any = entries[place]
    names: list[Any] = sorted(set(holder) - {"number", "previous", "type", "head", "root", "entries"})
    while True:
        name = chosen.choice(names)
        value = holder[name]
        if not isinstance(value, dict | list) or not value:
            holder[name] = another(chosen, value)
            return entries, place
        holder, names = value, list(value) if isinstance(value, dict) else list(range(len(value)))


def another(chosen: random.Random, value: object) -> object:
    """Return another value, of the same kind or not."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chosen.choice([-1, 1, 2])
    if isinstance(value, str) and value:
        place = chosen.randrange(len(value))
        return value[:place] + chosen.choice("0123456789xyz".replace(value[place].lower(), "")) + value[place + 1 :]
    return chosen.choice([["1"], "other", 7])


# Changes of checkpoints; the manifests are recomputed.


def replace_a_checkpoint(chosen: random.Random, box: Box) -> Tampered:
    """Put another checkpoint in the place of one: of another tree, of another box, of another size, signed by another."""
    place = chosen.randrange(len(box.notes))
    size = int(box.notes[place].split(b"\n")[1])
    made = [
        SIGNER.note("7", [*box.leaves[: size - 1], chosen.randbytes(32)]),
        SIGNER.note("8", box.leaves[:size]),
        SIGNER.note("7", [*box.leaves, chosen.randbytes(32)]),
        THIEF.note("7", box.leaves[:size]),
        THIEF.note("7", box.leaves[:size], name=SIGNER.name),
    ]
    return with_notes(box, [*box.notes[:place], chosen.choice(made), *box.notes[place + 1 :]])


def move_a_checkpoint(chosen: random.Random, box: Box) -> Tampered:
    """Lose the last checkpoint, or let one stand twice or in another's place."""
    one, other = sorted(chosen.sample(range(len(box.notes)), 2))
    swapped = list(box.notes)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    doubled = [*box.notes[: one + 1], *box.notes[one:]]
    return with_notes(box, chosen.choice([swapped, doubled, box.notes[:-1], []]))


def with_notes(box: Box, notes: list[bytes]) -> Tampered:
    """Put other checkpoints into the bag."""
    again = copy(box)
    again.notes = notes
    return Tampered(bag_of(again))


KINDS: dict[str, Callable[[random.Random, Box], Tampered]] = {
    change.__name__: change
    for change in (
        flip_anywhere,
        flip_an_entry,
        flip_a_checkpoint,
        flip_the_key,
        flip_the_stamp,
        lose_a_file,
        add_a_file,
        exchange_the_paper,
        drop_an_entry,
        drop_and_mend,
        double_an_entry,
        swap_entries,
        insert_a_ballot,
        cut_at_a_checkpoint,
        change_a_field,
        change_a_figure,
        change_and_sign_wrongly,
        change_and_sign_with_an_own_key,
        replace_a_checkpoint,
        move_a_checkpoint,
    )
}
