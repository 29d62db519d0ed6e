"""What the page checks of a receipt by itself, held against boxes written from the format alone."""

import json
from typing import Any

import pytest
import rfc8785

from tests.web.box import MadeBox, consistency, root
from tests.web.scripts import call

SENT = {
    "member": "12",
    "by": "12",
    "cast_id": "a" * 32,
    "choice": "other",
    "text": "Đồng ý, “có điều kiện”\n\t\u007f 🗳",
    "discuss": True,
    "reserved": "bảo lưu ý kiến",
    "seen": "5" * 64,
}


def made(size: int = 7) -> MadeBox:
    """A box with a ballot of ours at number 3."""
    box = MadeBox()
    for number in range(size):
        box.add(
            "opened" if number == 0 else "cast", **({} if number == 0 else SENT if number == 3 else {"choice": "yes"})
        )
    return box


def expected(box: MadeBox, **more: Any) -> dict[str, Any]:
    return {"question": box.question, "key": box.key_as_known, "types": ["cast"], "fields": SENT, **more}


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["state"] for step in answer["steps"]}


def checked(*asked: tuple[dict[str, Any], dict[str, Any]]) -> list[dict[str, str]]:
    return [states(answer) for answer in call("receipt_check", [("checkReceipt", list(each)) for each in asked])]


ALL_FIT = {"entry": "fits", "code": "fits", "tree": "fits", "signature": "fits"}


def test_a_whole_receipt_fits_in_trees_of_every_size() -> None:
    asked = []
    for size in (4, 5, 6, 7, 8, 9, 13):
        box = made(size)
        asked += [(box.receipt(3), expected(box)), (box.receipt(3, 4), expected(box))]
    assert checked(*asked) == [ALL_FIT] * len(asked)


def test_each_thing_that_does_not_fit_is_found_and_named() -> None:
    box, other = made(), made()
    whole = box.receipt(3)
    another_code = whole["code"][::-1]
    cases: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
        ({**whole, "choice": "yes"}, expected(box), {"entry"}),
        (whole, expected(box, fields={**SENT, "choice": "no"}), {"entry"}),
        (whole, expected(box, fields={**SENT, "text": "khác"}), {"entry"}),
        (whole, expected(box, fields={**SENT, "seen": "6" * 64}), {"entry"}),
        (whole, expected(box, fields={**SENT, "cast_id": "b" * 32}), {"entry"}),
        (whole, expected(box, types=["paper"]), {"entry"}),
        (whole, expected(box, number=4), {"entry"}),
        (whole, expected(box, code=another_code), {"code"}),
        ({**whole, "code": another_code}, expected(box), {"code"}),
        ({**whole, "number": 2}, expected(box), {"entry", "tree"}),
        ({**whole, "path": whole["path"][:-1]}, expected(box), {"tree"}),
        ({**whole, "path": [*whole["path"], "0" * 64]}, expected(box), {"tree"}),
        ({**whole, "path": whole["path"][::-1]}, expected(box), {"tree"}),
        ({**whole, "checkpoint": box.checkpoint(5)}, expected(box), {"tree"}),
        (whole, expected(box, question="8"), {"entry", "tree", "signature"}),
        (whole, expected(box, key=other.key_as_known), {"tree", "signature"}),
        (whole, expected(box, key={**box.key_as_known, "publicKey": other.key_as_known["publicKey"]}), {"signature"}),
        ({**whole, "entry": whole["entry"].replace('":"', '": "', 1)}, expected(box), {"entry", "code", "tree"}),
    ]
    found = checked(*((receipt, wanted) for receipt, wanted, _names in cases))
    assert [{name for name, state in each.items() if state == "unfit"} for each in found] == [c[2] for c in cases]


def test_a_changed_sign_in_any_line_of_a_checkpoint_is_found() -> None:
    box = made()
    whole = box.receipt(3)
    note: str = whole["checkpoint"]
    changed = [note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :] for at in range(0, len(note), 7)]
    changed += [
        note + "\n",
        note.rstrip("\n"),
        note.replace("\n\n", "\n"),
        note.replace("\n7\n", "\n07\n"),
        "",
        note + note,
    ]
    for found in checked(*(({**whole, "checkpoint": each}, expected(box)) for each in changed)):
        assert "unfit" in (found["tree"], found["signature"])


def test_one_tree_continues_another_exactly_where_it_does() -> None:
    box = made(14)
    leaves = box.leaves()
    asked, wanted = [], []
    for older in range(1, 15):
        for newer in range(older, 15):
            proof = [each.hex() for each in consistency(leaves[:newer], older)]
            pair = [_checkpoint(leaves[:older]), _checkpoint(leaves[:newer])]
            asked += [
                ("continues", [*pair, proof]),
                ("continues", [_checkpoint(leaves[1 : older + 1]), pair[1], proof]),
            ]
            asked += [("continues", [*pair, [*proof, "0" * 64]]), ("continues", [*pair, proof[:-1] or ["0" * 64]])]
            wanted += [True, False, False, False]
    assert call("receipts", asked) == wanted


def test_a_tree_that_is_smaller_than_the_one_seen_does_not_continue_it() -> None:
    leaves = made(6).leaves()
    larger, smaller = _checkpoint(leaves), _checkpoint(leaves[:4])
    assert call("receipts", [("continues", [larger, smaller, []])]) == [False]


@pytest.mark.parametrize("answer", [None, "x", {}, {"number": 1}, {**made().receipt(3), "path": ["zz"]}])
def test_what_is_no_receipt_is_not_read_as_one(answer: Any) -> None:
    assert call("receipts", [("receiptOf", [answer])]) == [None]


def test_the_canonical_form_is_that_of_the_server() -> None:
    strange: Any = {
        "ß": ['\u0000\u001f"\\/\b\f\n\r\t', "Nghị quyết số 1", "😀", "\u2028"],
        "€": {"b": 1, "a": None},
        "A": True,
        "é": [],
        "\r": -7,
        "1": {},
    }
    (written,) = call("canonical", [("canonical", [strange])])
    assert written == rfc8785.dumps(strange).decode()
    entries = call("receipts", [("entryOf", [written]), ("entryOf", [written + " "]), ("entryOf", ['{"a":1,"a":1}'])])
    assert entries == [json.loads(written), None, None]


def _checkpoint(leaves: list[bytes]) -> dict[str, Any]:
    return {"size": len(leaves), "root": {"hex": root(leaves).hex()}}
