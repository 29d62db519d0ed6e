"""What passkeys are asked and what they answer: the name under which they are kept, and the checking of what they signed (WebAuthn, level 3)."""

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import webauthn
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ecabinet.organisation.models import Person
from ecabinet.refusals import Refused
from ecabinet.sign_in import rules
from ecabinet.sign_in.rules import Reason, RelyingParty

NAME = "e-Cabinet"
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
MILLISECONDS = int(rules.CHALLENGE_LASTS.total_seconds() * 1000)
LONGEST_CREDENTIAL = 1023  # bytes of the name of a key, by WebAuthn
MOST_SENT = 16_384  # signs of one part of an answer; attestations with certificates are the longest

_serving: list[RelyingParty] = []


@dataclass(frozen=True)
class Answer:
    """What a passkey answered, decoded."""

    credential: str
    authenticator: bytes
    client: bytes
    signature: bytes

    @property
    def mark(self) -> str:
        """The hash by which the same answer is known when it is sent twice."""
        return hashlib.sha256(self.authenticator + hashlib.sha256(self.client).digest()).hexdigest()


@dataclass(frozen=True)
class NewKey:
    """What a new passkey brought."""

    credential: str
    public_key: bytes
    sign_count: int


def serve(origins: Collection[str]) -> None:
    """Say at which addresses this installation is opened."""
    _serving[:] = [rules.relying_party(tuple(origins))]


def current() -> RelyingParty:
    """Return the relying party of the running installation; refuse where its address is one under which no browser keeps passkeys."""
    if not _serving or not _serving[0].is_possible:
        raise Refused(Reason.PASSKEYS_IMPOSSIBLE)
    return _serving[0]


def are_possible() -> bool:
    """Say whether passkeys can be used at the address of this installation."""
    return bool(_serving) and _serving[0].is_possible


def creation_options(challenge: bytes, person: Person, known: Collection[str]) -> dict[str, Any]:
    """Return what the browser is asked for a new passkey: one that is found by itself and asks for finger, face or PIN."""
    options = webauthn.generate_registration_options(
        rp_id=current().id,
        rp_name=NAME,
        user_id=user_handle(person.id),
        user_name=person.account,
        user_display_name=person.name,
        challenge=challenge,
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes_of(credential)) for credential in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options)


def request_options(challenge: bytes, credentials: Collection[str]) -> dict[str, Any]:
    """Return what the browser is asked for an answer of one of these passkeys, or of any where none is named."""
    options = webauthn.generate_authentication_options(
        rp_id=current().id,
        challenge=challenge,
        timeout=MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=bytes_of(credential)) for credential in credentials],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def user_handle(person_id: int) -> bytes:
    """Return the name under which a passkey knows a person: it says nothing about them."""
    return f"person {person_id}".encode()


def text_of(value: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: object) -> bytes:
    """Return the bytes of base64url without padding; refuse anything else."""
    if not isinstance(text, str) or not text or len(text) > MOST_SENT:
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED) from None
    if text_of(value) != text:
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    return value


def read(sent: Mapping[str, object]) -> Answer:
    """Read an answer as the page sends it; refuse what is none."""
    return Answer(
        credential=text_of(bytes_of(sent.get("credential"))),
        authenticator=bytes_of(sent.get("authenticator")),
        client=bytes_of(sent.get("client")),
        signature=bytes_of(sent.get("signature")),
    )


def check_new(challenge: bytes, sent: Mapping[str, object]) -> NewKey:
    """Check what a new passkey brought: challenge, origin, relying party, the person verified by it, a kind of key that is taken here."""
    raw_id = bytes_of(sent.get("credential"))
    party = current()
    credential = RegistrationCredential(
        id=text_of(raw_id),
        raw_id=raw_id,
        response=AuthenticatorAttestationResponse(
            client_data_json=bytes_of(sent.get("client")), attestation_object=bytes_of(sent.get("attestation"))
        ),
    )
    try:
        checked = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        subject_public_key_info(checked.credential_public_key)
    except Exception:  # noqa: BLE001 - whatever the reading of what was sent stumbles over, it is no passkey
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED) from None
    if checked.credential_id != raw_id or len(raw_id) > LONGEST_CREDENTIAL:
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED)
    return NewKey(text_of(raw_id), checked.credential_public_key, checked.sign_count)


def check_answer(challenge: bytes, answer: Answer, public_key: bytes) -> int:
    """Check an answer: challenge, origin, relying party, the person verified, the signature; return how often the passkey says it was used."""
    party, raw_id = current(), bytes_of(answer.credential)
    credential = AuthenticationCredential(
        id=answer.credential,
        raw_id=raw_id,
        response=AuthenticatorAssertionResponse(
            client_data_json=answer.client, authenticator_data=answer.authenticator, signature=answer.signature
        ),
    )
    try:
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,  # the count is held against the last one by `rules.check_count`
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - the same
        raise Refused(Reason.PASSKEY_NOT_ACCEPTED) from None
    return checked.new_sign_count


def subject_public_key_info(public_key: bytes) -> bytes:
    """Return a passkey's public key in the form that others read: SubjectPublicKeyInfo, DER."""
    key = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
