"""The verifier on signatures: of checkpoints by the key in the bag, of ballots by passkeys; and without the package for them."""

import base64
import hashlib
import importlib.util
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from outcomes import verify
from tests.outcomes.made_boxes import (
    SIGNER,
    Box,
    Entry,
    Fault,
    Passkey,
    Signer,
    bag_of,
    canonical,
    faults_of,
    report_of,
    rewritten,
    short,
)


def a_box() -> Box:
    box = Box()
    box.cast("1", "yes")
    box.cast("2", "yes")
    box.close()
    return box


def signed_again(box: Box, place: int, signer: Signer) -> Box:
    """Let another key sign one checkpoint under the name of the first."""
    size = int(box.notes[place].split(b"\n")[1])
    box.notes[place] = signer.note(box.question, box.leaves[:size], name=SIGNER.name)
    return box


@pytest.mark.parametrize("place", range(4))
def test_a_checkpoint_signed_by_another_key_is_named_with_the_first_entry_it_should_confirm(place: int) -> None:
    found = faults_of(signed_again(a_box(), place, Signer(2)))
    assert found == [("signature", {"box": "7", "size": place + 1, "number": place})]


def test_a_signature_of_another_checkpoint_does_not_count() -> None:
    box = a_box()
    first, second = box.notes[:2]
    box.notes[1] = second[: second.rindex(b" ")] + first[first.rindex(b" ") :]
    assert faults_of(box) == [("signature", {"box": "7", "size": 2, "number": 1})]


def test_a_box_signed_anew_with_another_key_needs_the_key_of_the_bag_and_the_opening_to_follow() -> None:
    thief = Signer(2)
    assert faults_of(Box(signer=thief))[0] == ("signature", {"box": "7", "size": 1, "number": 0})
    assert ("entry_wrong", {"box": "7", "number": 0, "what": "key"}) in faults_of(Box(signer=thief))
    whole = Box(signer=thief)
    whole.annul()
    assert report_of(bag_of(whole, signer=thief)).faults == []
    ((code, _),) = report_of(bag_of(whole, signer=thief), SIGNER.public).faults
    assert code == "key_other"


def test_without_a_key_the_rest_is_still_checked() -> None:
    files = {name: content for name, content in bag_of(a_box()).items() if name != "data/key.json"}
    report = report_of(files)
    assert [code for code, _ in report.faults] == ["missing", "missing"]  # the manifest and the box each miss it
    assert report.ballots == 2


def with_assertion(kind: str, change: Callable[[Entry], object] = lambda _: None) -> list[Fault]:
    """Cast one ballot with a passkey, change its assertion, and return what is found."""
    box = Box()
    ballot = box.ballot("1", "yes", text="why")
    box.cast("1", "yes", text="why", assertion=Passkey(kind).assertion(box, ballot))
    box.annul()
    return faults_of(rewritten(box, lambda entries: change(entries[1])))


WRONG = [("entry_wrong", {"box": "7", "number": 1, "what": "assertion"})]


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_a_ballot_that_a_passkey_signed_passes_and_not_with_another_signature(kind: str) -> None:
    other = Passkey(kind).sign(b"another")
    assert with_assertion(kind) == []
    assert with_assertion(kind, lambda ballot: ballot["assertion"].update(signature=short(other))) == WRONG


def test_a_passkey_of_another_kind_is_refused() -> None:
    assert with_assertion("ES384") == WRONG
    key = X25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert with_assertion("ES256", lambda ballot: ballot["assertion"].update(public_key=short(key))) == WRONG


@pytest.mark.parametrize("field", ["choice", "text", "cast_id"])
def test_the_passkey_signed_this_ballot_and_no_other(field: str) -> None:
    changed = {"choice": "no", "text": "another reason", "cast_id": "another"}
    assert with_assertion("EdDSA", lambda ballot: ballot.update({field: changed[field]})) == WRONG


def client(said: object) -> str:
    return short(json.dumps(said).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"credential": ""},
        {"credential": "AB"},  # bits that are not used, and set
        {"credential": "A"},
        {"credential": "AA=="},
        {"credential": None},
        {"public_key": short(b"no key")},
        {"authenticator": short(bytes(36))},
        {"client": client([])},
        {"client": client({"type": "webauthn.create", "challenge": "AAAA"})},
        {"client": client({"type": "webauthn.get", "challenge": "AAAA"})},
        {"client": client({"type": "webauthn.get"})},
        {"client": short(b"\xff")},
        {"client": short(b"[" * 100_000)},
        {"more": ""},
    ],
)
def test_an_assertion_that_is_none_is_refused(changes: Entry) -> None:
    assert with_assertion("EdDSA", lambda ballot: ballot["assertion"].update(changes)) == WRONG


def test_an_assertion_is_an_object() -> None:
    assert with_assertion("EdDSA", lambda ballot: ballot.update(assertion="signed")) == WRONG


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The verifier on a machine with the standard library only."""
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    specification = importlib.util.spec_from_file_location("verify_alone", Path(verify.__file__))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "verify_alone", module)
    specification.loader.exec_module(module)
    return module


def checked_alone(alone: ModuleType, box: Box) -> verify.Report:
    report = alone.Report()
    alone.check_bag(((name, io.BytesIO(content)) for name, content in bag_of(box).items()), report)
    return report  # type: ignore[no-any-return] # the same class, loaded a second time


def test_without_the_package_for_signatures_a_bag_is_whole_and_the_report_says_so(alone: ModuleType) -> None:
    box = a_box()
    report = checked_alone(alone, box)
    assert (report.faults, report.signatures) == ([], 0)
    assert [code for code, _ in report.notes] == ["signed_by", "no_signatures"]
    assert any("Signatures were not checked" in sentence for sentence in alone.sentences(report, "en"))


def test_without_the_package_the_challenge_of_a_passkey_and_the_id_of_the_key_are_still_checked(
    alone: ModuleType,
) -> None:
    box = Box()
    ballot = box.ballot("1", "yes")
    box.cast("1", "yes", assertion=Passkey("EdDSA").assertion(box, ballot))
    box.annul()
    assert checked_alone(alone, box).faults == []
    turned = rewritten(box, lambda entries: entries[1].update(choice="no"))
    assert checked_alone(alone, turned).faults == WRONG
    assert checked_alone(alone, signed_again(a_box(), 1, Signer(2))).faults[0][0] == "signature"


def signed_over(client: bytes | None = None, authenticator: bytes = bytes(37), **changes: object) -> list[Fault]:
    """Let a passkey really sign what it should not have: the fault is then in what was signed, not in the signature."""
    box, passkey = Box(), Passkey("EdDSA")
    ballot = box.ballot("1", "yes")
    assertion = passkey.assertion(box, ballot)
    asked = json.loads(base64.urlsafe_b64decode(assertion["client"] + "=="))
    said = canonical({**asked, **changes}) if client is None else client
    signature = passkey.sign(authenticator + hashlib.sha256(said).digest())
    parts = {"client": said, "authenticator": authenticator, "signature": signature}
    box.cast("1", "yes", assertion={**assertion, **{name: short(part) for name, part in parts.items()}})
    box.annul()
    return faults_of(box)


def test_what_a_passkey_signed_has_to_be_the_answer_to_a_request_for_this_ballot() -> None:
    assert signed_over() == []
    assert signed_over(type="webauthn.create") == WRONG
    assert signed_over(challenge=short(b"another")) == WRONG
    assert signed_over(challenge=None) == WRONG
    for client in (b"\xff", b"[]", b"[" * 100_000, b"{}"):
        assert signed_over(client) == WRONG


def test_what_an_authenticator_says_is_no_shorter_than_it_can_be() -> None:
    assert signed_over(authenticator=bytes(38)) == []
    assert signed_over(authenticator=bytes(36)) == WRONG
