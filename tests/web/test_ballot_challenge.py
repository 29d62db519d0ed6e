"""What a passkey signs for a ballot is the same in the page and on the server, to the bit, whatever was typed."""

import hashlib
from typing import Any

import rfc8785

from ecabinet import forms
from tests.web.scripts import call
from voting import entries

# Blanks, signs that no text keeps, control characters, quotation marks, letters beyond the first plane, marks put together and apart.
TYPED = (
    "",
    "Giảm mức vốn, và “lùi” thời hạn\nđến 30/6/2027.",
    "  \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000đồng ý \u3000",
    "\ufeffcó dấu thứ tự byte\ufeff",
    "\u200bkhông rộng\u180e",
    "\0một\0hai\0",
    "".join(map(chr, range(1, 0x30))) + "x",
    'dấu " và \\ và / và \x7f \x80',
    "𝄞 🗳 \U0010ffff",
    "e\u0302\u0301 ế \u1ebf",
    "</script>",
)


def signed(text: str) -> dict[str, Any]:
    ballot = {"cast_id": "0b7c", "choice": "other", "text": text, "discuss": True, "reserved": text}
    return {**ballot, "member": "12", "question": "7", "seen": "ab" * 32}


def kept(text: str) -> str:
    return forms.text({"text": text}, "text", "", most=4000, required=False)


def test_the_page_keeps_of_a_text_what_the_server_keeps() -> None:
    assert call("ballot_challenge", [("asKept", [text]) for text in TYPED]) == [kept(text) for text in TYPED]


def test_lone_surrogates_are_taken_out_on_both_sides() -> None:
    typed = ("a\ud800b", "\udfffa\udbff", "\ude00\ud83d")
    assert call("ballot_challenge", [("asKept", [text]) for text in typed]) == [kept(text) for text in typed]


def test_the_page_s_challenge_is_the_hash_of_the_canonical_ballot() -> None:
    answers = call("ballot_challenge", [("challengeOf", [signed(text)]) for text in TYPED])
    for text, answer in zip(TYPED, answers, strict=True):
        ballot = signed(kept(text))
        assert answer["hex"] == hashlib.sha256(rfc8785.dumps(ballot)).hexdigest()
        assert answer["hex"] == entries.challenge_of(**ballot).hex()
