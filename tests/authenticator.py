"""A passkey in software, as a tablet or a security key holds it: it makes keys and signs what it is asked, as WebAuthn says."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
ORIGIN = "http://localhost"

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
MAKERS: dict[str, Callable[[], PrivateKey]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def text_of(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. Its attributes may be changed to make it lie."""

    algorithm: str = "ES256"
    origin: str = ORIGIN
    party: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(20))
    user: bytes = b""

    def __post_init__(self) -> None:
        """Make the key pair."""
        self.key: PrivateKey = MAKERS[self.algorithm]()

    @property
    def id(self) -> str:
        """The credential's id as text."""
        return text_of(self.credential)

    def made(self, options: Mapping[str, Any], **more: str) -> dict[str, str]:
        """Return what the page sends of a new passkey."""
        self.user = bytes_of(options["user"]["id"])
        key = self._length(self.credential) + self.credential + cbor2.dumps(self._cose())
        authenticator = self._authenticator(self.flags | WITH_KEY) + bytes(16) + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator})
        client = self._client("webauthn.create", bytes_of(options["challenge"]))
        return {"credential": self.id, "client": text_of(client), "attestation": text_of(attestation), **more}

    def answer(self, options: Mapping[str, Any], **more: str) -> dict[str, str]:
        """Return what the page sends of an answer to what the server asked."""
        return {**self.signed(bytes_of(options["challenge"])), "user": text_of(self.user), **more}

    def signed(self, challenge: bytes) -> dict[str, str]:
        """Return an answer to this challenge."""
        self.count += self.counts
        authenticator, client = self._authenticator(self.flags), self._client("webauthn.get", challenge)
        signature = self._sign(authenticator + hashlib.sha256(client).digest())
        parts = {"authenticator": authenticator, "client": client, "signature": signature}
        return {"credential": self.id, **{name: text_of(value) for name, value in parts.items()}}

    def _authenticator(self, flags: int) -> bytes:
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes) -> bytes:
        said = {"type": kind, "challenge": text_of(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _sign(self, signed: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(signed, ec.ECDSA(SHA256()))
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(signed)
        return self.key.sign(signed, padding.PKCS1v15(), SHA256())

    def _cose(self) -> dict[int, object]:
        """Return the public key as RFC 9052 and 9053 (RSA: RFC 8230) write it."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            point = self.key.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        numbers = self.key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}

    @staticmethod
    def _length(value: bytes) -> bytes:
        return len(value).to_bytes(2, "big")
