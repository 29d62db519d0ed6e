"""The signing key: made once, kept to ourselves, and what it signs is known again."""

import base64
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ecabinet import signing
from ecabinet.backup import service as backup
from ecabinet.backup.archive import unpack
from ecabinet.config import Config, from_environment
from ecabinet.signing import NoKey, Signer, text_of_note


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return from_environment({"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(tmp_path / "instance")})


def test_the_key_is_made_once_and_nobody_else_may_read_it(config: Config) -> None:
    first = signing.make(config)
    again = signing.make(config)
    assert first.public_key == again.public_key == signing.load(config).public_key
    assert signing.key_file(config).stat().st_mode & 0o777 == 0o600
    assert signing.key_file(config).parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in signing.key_file(config).parent.iterdir()] == ["ed25519.pem"]


def test_the_key_lies_in_the_folder_that_the_manual_names(config: Config) -> None:
    assert signing.key_file(config) == config.instance / "signing" / "ed25519.pem"


def test_nobody_else_may_read_the_key_whatever_files_are_usually_made_with(config: Config) -> None:
    usual = os.umask(0)
    try:
        signing.make(config)
    finally:
        os.umask(usual)
    assert signing.key_file(config).stat().st_mode & 0o777 == 0o600
    assert signing.key_file(config).parent.stat().st_mode & 0o777 == 0o700


def test_the_signer_of_a_process_is_the_one_it_was_given_and_none_before(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "_signer", None)
    with pytest.raises(RuntimeError, match=r"^no signing key is in use$"):
        signing.signer()
    signer = signing.make(config)
    signing.use(signer)
    assert signing.signer() is signer


def test_what_was_signed_is_verified_with_the_public_key_alone(config: Config) -> None:
    signer = signing.make(config)
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signer.sign(b"words"), b"words")


def test_where_writing_the_key_fails_nothing_is_left_of_it(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        signing.make(config)
    assert list(signing.key_file(config).parent.iterdir()) == []


def test_of_many_who_make_it_at_once_all_have_the_same(config: Config) -> None:
    with ThreadPoolExecutor(16) as pool:
        names = {each.name for each in pool.map(signing.make, [config] * 16)}
    assert len(names) == 1


def test_the_name_is_taken_from_the_key(config: Config) -> None:
    signer = signing.make(config)
    assert signer.name == f"e-cabinet.{hashlib.sha256(signer.public_key).hexdigest()[:16]}"


def test_a_missing_key_is_not_made_by_reading_it(config: Config) -> None:
    with pytest.raises(NoKey, match=r"Put it back from your copy"):
        signing.load(config)
    assert not signing.key_file(config).exists()


@pytest.mark.parametrize("kind", ["words", "rsa"])
def test_a_file_that_is_no_key_of_ours_is_refused_and_kept(config: Config, kind: str) -> None:
    signing.make(config)
    other = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signing.key_file(config).write_bytes(other if kind == "rsa" else b"no key")
    with pytest.raises(NoKey) as refusal:
        signing.make(config)
    assert str(refusal.value) == signing.SPOILT.format(file=signing.key_file(config))
    assert signing.key_file(config).read_bytes() == (other if kind == "rsa" else b"no key")


def test_a_note_says_who_signed_what(config: Config) -> None:
    signer = signing.make(config)
    note = signer.sign_note("first\nsecond\n")
    text, line = note[: len("first\nsecond\n")], note.splitlines()[-1]
    assert text == "first\nsecond\n"
    assert note.splitlines()[2] == ""
    assert line.startswith(f"— {signer.name} ")
    signature = base64.b64decode(line.split(" ")[2])
    assert len(signature) == 68
    expected = hashlib.sha256(signer.name.encode() + b"\n\x01" + signer.public_key).digest()[:4]
    assert signature[:4] == expected
    assert text_of_note(note, signer.name, signer.public_key) == text


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("first", "other"),
        ("second\n\n", "second\n"),
        ("— e", "- e"),
        ("e-cabinet.", "f-cabinet."),
        ("=\n", "="),
        (" ", "  "),
    ],
)
def test_a_note_that_was_changed_is_nobodys(config: Config, there: str, instead: str) -> None:
    signer = signing.make(config)
    note = signer.sign_note("first\nsecond\n")
    changed = note.replace(there, instead)
    assert changed != note
    assert text_of_note(changed, signer.name, signer.public_key) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note, _signer: note + "\n",
        lambda note, _signer: note.removesuffix("\n"),
        lambda note, signer: note.replace(f"— {signer.name} ", "— "),
        lambda note, _signer: note.replace("=\n", "*=\n"),
        lambda _note, signer: f"x\n\n— {signer.name} \n",
        lambda _note, _signer: "",
        lambda _note, _signer: "words\n",
    ],
)
def test_what_has_no_signature_line_of_its_own_form_says_nothing(
    config: Config, spoil: Callable[[str, Signer], str]
) -> None:
    signer = signing.make(config)
    note = signer.sign_note("first\n— quoted\nsecond\n")
    assert text_of_note(note, signer.name, signer.public_key) == "first\n— quoted\nsecond\n"
    assert text_of_note(spoil(note, signer), signer.name, signer.public_key) is None


def test_the_signature_of_our_key_under_another_name_or_key_id_is_not_ours(config: Config) -> None:
    signer = signing.make(config)
    renamed = replace(signer, name="elsewhere").sign_note("first\n")
    assert text_of_note(renamed, signer.name, signer.public_key) is None
    under_our_name = renamed.replace("— elsewhere", f"— {signer.name}")
    assert text_of_note(under_our_name, signer.name, signer.public_key) is None
    assert text_of_note(renamed, "elsewhere", signer.public_key) == "first\n"


def test_a_note_of_another_key_is_not_ours(config: Config, tmp_path: Path) -> None:
    signer = signing.make(config)
    elsewhere = from_environment({"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(tmp_path / "elsewhere")})
    other = signing.make(elsewhere)
    assert text_of_note(other.sign_note("first\n"), other.name, signer.public_key) is None
    assert text_of_note(other.sign_note("first\n"), signer.name, signer.public_key) is None


def test_the_key_is_in_no_backup(database: Config, tmp_path: Path) -> None:
    secret = signing.key_file(database)
    signing.make(database)
    backup.save(database, tmp_path / "backup.tar")
    held = unpack(tmp_path / "backup.tar", tmp_path / "unpacked")
    assert held.files
    assert not any("signing" in name or "checkpoints" in name for name in held.files)
    private = b"".join(secret.read_bytes().splitlines()[1:-1])
    assert private not in (tmp_path / "backup.tar").read_bytes()
