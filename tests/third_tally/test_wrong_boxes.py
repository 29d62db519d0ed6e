"""The third tally names the first entry of a box that is wrong."""

import json
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.third_tally.hand_made import CHAIR, KEY_FILE, Box, Json, canonical, criterion, heads, roll, rule, sha256
from tests.third_tally.program import NODE, PROGRAM, tallied, tally

MAJORITY = rule(criterion())
RIGHT = heads(members=3, yes=2, no=1, present=3)

pytestmark = pytest.mark.skipif(not NODE.exists(), reason="Node is not installed in the virtual environment")


def three(**fields: object) -> Box:
    """Three members; nobody has voted."""
    return Box(roll(3, m2={"proxy": "1"}), MAJORITY, **fields)


def voted() -> Box:
    return three().casts("yes", 1, 2).cast(3, "no").close("pass", RIGHT)


def test_the_whole_box_is_right_with_its_checkpoints_in_a_folder_and_in_a_line(tmp_path: Path) -> None:
    box = voted()
    notes = box.checkpoints(1, 3, 5)
    (tmp_path / "entries.jsonl").write_text("".join(text + "\n" for text in box.texts))
    (tmp_path / "checkpoints.txt").write_text(notes)
    (tmp_path / "key.json").write_text(json.dumps(KEY_FILE))
    ran = subprocess.run([NODE, PROGRAM, tmp_path, tmp_path / "key.json"], capture_output=True, text=True, check=True)
    expected = {"outcome": "pass", "figures": RIGHT, "missing": [], "root": box.root()}
    assert json.loads(ran.stdout) == expected
    assert tallied({"entries": box.texts, "checkpoints": notes, "key": KEY_FILE}) == expected


def test_a_file_without_its_last_line_feed_is_wrong_at_the_last_entry(tmp_path: Path) -> None:
    (tmp_path / "entries.jsonl").write_text("\n".join(voted().texts))
    ran = subprocess.run([NODE, PROGRAM, tmp_path], capture_output=True, text=True, check=False)
    assert (json.loads(ran.stdout)["number"], ran.returncode) == (4, 1)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_changed_entry_is_named(number: int) -> None:
    box = voted()
    box.texts[number] = box.texts[number].replace("2026-11-21", "2026-11-22")
    assert tally(box)["number"] == number


def test_an_entry_with_another_previous_is_named_itself() -> None:
    box = voted()
    entry = json.loads(box.texts[2])
    box.texts[2] = canonical(entry | {"previous": "0" * 64})
    assert tally(box)["number"] == 2


def rewritten() -> Box:
    """A box in which somebody without the key turned the second ballot, and wrote all that follows anew."""
    return three().cast(1, "yes").cast(2, "no").cast(3, "no").close("fail", heads(members=3, yes=1, no=2, present=3))


def test_who_rewrites_the_rest_of_the_box_is_found_by_the_checkpoints() -> None:
    answer = tallied({"entries": rewritten().texts, "checkpoints": voted().checkpoints(1, 2, 3, 4, 5)})
    assert answer["number"] == 2


def test_checkpoints_of_another_key_or_order_or_length_are_refused() -> None:
    box = voted()
    other = ed25519.Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key()
    wrong_key = KEY_FILE | {
        "public_key": urlsafe_b64encode(other.public_bytes_raw()).decode().translate({45: 43, 95: 47})
    }
    good = box.checkpoints(1, 5)
    # The signature of one checkpoint under the three lines of another.
    forged = good.replace(good.split()[-1], box.checkpoints(3).split()[-1])
    lines: list[tuple[int | None, Json]] = [
        (0, {"checkpoints": good, "key": wrong_key}),
        (None, {"checkpoints": good, "key": KEY_FILE | {"name": "another"}}),
        (1, {"checkpoints": forged, "key": KEY_FILE}),
        (4, {"checkpoints": box.checkpoints(5, 1)}),
        (3, {"checkpoints": box.checkpoints(1, 3)}),
        (None, {"checkpoints": good[:-1]}),
        (4, {"checkpoints": good, "entries": box.texts[:4]}),
    ]
    for number, line in lines:
        assert tallied({"entries": box.texts} | line)["number"] == number
    assert "error" not in tallied({"entries": box.texts, "checkpoints": good, "key": KEY_FILE})


WRONG: dict[str, Callable[[], Box]] = {
    "nobody on the roll": lambda: three().cast(4, "yes"),
    "not offered": lambda: three(options=["yes", "no"]).cast(1, "abstain"),
    "cast by another than the proxy": lambda: three().cast(3, "yes", by="1"),
    "something else was seen": lambda: three().cast(1, "yes", seen="0" * 64),
    "a field too many": lambda: three().cast(1, "yes", note=""),
    "an empty cast_id": lambda: three().cast(1, "yes", cast_id=""),
    "a discussion asked for in a meeting": lambda: three().cast(1, "no", discuss=True),
    "no word whether to discuss": lambda: three().cast(1, "no", discuss=None),
    "no text of what is reserved": lambda: three().cast(1, "no", reserved=None),
    "who agrees asks for a discussion": lambda: in_writing().cast(1, "yes", discuss=True),
    "a discussion asked for on paper by who agrees": lambda: in_writing().paper(1, "yes", discuss=True),
    "recalled without a ballot": lambda: in_writing().recall(1),
    "recalled by nobody on the roll": lambda: in_writing().recall(4),
    "taken out by nobody on the roll": lambda: three().take_out(4),
    "taken out in writing": lambda: in_writing().take_out(1),
    "another form than the rule's": lambda: three(form="written"),
    "one official alone": lambda: three().paper(1, "yes", confirmed_by={"id": "s", "name": "The same"}),
    "withdrawn without a ballot": lambda: three().withdraw(0),
    "corrected before it was closed": lambda: three().correct("fail", RIGHT),
    "opened twice": lambda: three().enter("opened", **three().opened),
    "of another question": lambda: three().enter("extended", question="8", deadline="", reason="", extended_by=CHAIR),
    "reckoned wrongly": lambda: three().close("pass", heads(members=3, absent=3), ["1", "2", "3"]),
    "somebody is not named as missing": lambda: three().close("fail", heads(members=3, absent=3), ["1", "2"]),
    "no number of an entry": lambda: three().cast(1, "yes", number=2),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_entry_that_may_not_stand_is_named(wrong: str) -> None:
    box = WRONG[wrong]()
    assert tally(box)["number"] == len(box.texts) - 1


def in_writing(**fields: object) -> Box:
    return Box(roll(3), rule(criterion(), form="written"), **fields)


def test_a_recall_is_in_writing_by_who_may_and_before_it_nothing_counts() -> None:
    assert tally(three().cast(1, "yes").recall(1))["number"] == 2
    assert tally(in_writing(change_of_ballot="never").cast(1, "yes").recall(1))["number"] == 2
    assert tally(in_writing().cast(1, "yes").recall(1, by="2"))["number"] == 2
    assert tally(in_writing().cast(1, "yes").recall(1, cast_id="cast-1"))["number"] == 2
    assert tally(in_writing().cast(1, "yes").recall(1).recall(1))["number"] == 3
    assert tally(in_writing().cast(1, "yes").recall(1).withdraw(1))["number"] == 3
    figures = heads(members=3, no=1, silent=2, present=1)
    again = in_writing().cast(1, "yes").cast(1, "yes").recall(1).cast(1, "no", text="Why", discuss=True)
    assert tally(again.close("fail", figures, ["2", "3"], deadline_passed=True))["outcome"] == "fail"


def test_nothing_follows_what_was_taken_out() -> None:
    box = three().cast(1, "yes").take_out(2)
    assert tally(box) == {"outcome": "taken_out", "figures": None, "missing": None, "root": box.root()}
    assert tally(box.cast(3, "no"))["number"] == 3
    assert tally(Box(roll(3, m2={"recused": True}), MAJORITY).take_out(2))["number"] == 1
    closed = three().close("fail", heads(members=3, absent=3), ["1", "2", "3"])
    assert tally(closed.take_out(2))["number"] == 2


def test_choosing_in_writing_is_closed_after_its_deadline_only() -> None:
    def chosen(*, passed: object) -> Json:
        offered = ["option:1", "option:2", "abstain"]
        box = Box(roll(2), None, form="written", options=offered, labels={"option:1": "A", "option:2": "B"})
        box.cast(1, "abstain", text="Let us talk", discuss=True)
        figures: Json = {
            "members": 2,
            "ballots": 1,
            "abstain": 1,
            "recused": 0,
            "options": {"option:1": 0, "option:2": 0},
        }
        return tally(box.close("counted", figures, ["2"], deadline_passed=passed))

    assert chosen(passed=True)["outcome"] == "counted"
    assert [chosen(passed=passed)["number"] for passed in (False, None)] == [2, 2]


def test_a_second_ballot_or_the_same_cast_id_is_named() -> None:
    assert tally(three(change_of_ballot="never").cast(1, "yes").cast(1, "no"))["number"] == 2
    assert "error" not in tally(three(change_of_ballot="never").cast(1, "yes").withdraw(1).cast(1, "no"))
    assert tally(three().cast(1, "yes", cast_id="x").paper(2, "no", cast_id="x"))["number"] == 2


def test_a_recused_member_neither_votes_nor_casts_for_others() -> None:
    def box() -> Box:
        return Box(roll(3, m1={"recused": True}, m2={"proxy": "1"}), MAJORITY)

    assert tally(box().cast(1, "yes"))["number"] == 1
    assert tally(box().cast(2, "yes", by="1"))["number"] == 1


@pytest.mark.parametrize(
    "lines",
    [
        roll(2) + roll(1),
        roll(2, m1={"proxy": "1"}),
        roll(3, m1={"proxy": "2"}, m2={"proxy": "3"}),
        roll(3, m1={"proxy": "3"}, m2={"proxy": "3"}),
        roll(2, m1={"weights": {"population": "-1"}}),
    ],
)
def test_a_roll_that_does_not_fit_is_wrong_from_the_opening(lines: list[Json]) -> None:
    assert tally(Box(lines, MAJORITY))["number"] == 0


def test_everybody_has_the_weight_that_the_rule_counts() -> None:
    assert tally(Box(roll(2), rule(criterion(measure="population"))))["number"] == 0


def test_presence_at_the_opening_is_what_was_entered_then() -> None:
    figures = heads(members=3, present_not_voting=1, absent=2, present=1)
    box = three(presence="opening", present=["1"]).close("fail", figures, ["1", "2", "3"], present=["1"])
    assert tally(box)["outcome"] == "fail"
    box = three(presence="opening", present=["2"]).close("fail", figures, ["1", "2", "3"], present=["1"])
    assert tally(box)["number"] == 1


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def bound(box: Box, choice: str) -> Json:
    """What a passkey signs for a ballot with that choice."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    signed: Json = {"cast_id": "x", "choice": choice, "member": "1", "question": "9", "seen": box.seen(), "text": ""}
    signed |= {"discuss": False, "reserved": ""}
    client = json.dumps({"type": "webauthn.get", "challenge": base64url(sha256(canonical(signed).encode()))}).encode()
    public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(b"authenticator" + sha256(client), ec.ECDSA(SHA256()))
    parts = {"credential": b"credential", "public_key": public_key, "authenticator": b"authenticator", "client": client}
    return {name: base64url(part) for name, part in (parts | {"signature": signature}).items()}


def test_a_passkey_signs_for_one_ballot_and_no_other() -> None:
    good = bound(three(), "yes")
    assert "error" not in tally(three().cast(1, "yes", cast_id="x", assertion=good))
    assert tally(three().cast(1, "no", cast_id="x", assertion=good))["number"] == 1
    assert tally(three().cast(1, "yes", cast_id="x", reserved="On record", assertion=good))["number"] == 1
    forged = good | {"signature": bound(three(), "no")["signature"]}
    assert tally(three().cast(1, "yes", cast_id="x", assertion=forged))["number"] == 1


def test_a_text_that_is_not_canonical_is_named() -> None:
    box = voted()
    box.texts[3] = json.dumps(json.loads(box.texts[3]))
    assert tally(box)["number"] == 3
    for text in ('{"a":"\\ud800"}', '{"a":1.5}', '{"a":1,"a":1}', "[]"):
        assert tallied({"entries": [text]})["number"] == 0
    assert tallied({"entries": []})["number"] is None
