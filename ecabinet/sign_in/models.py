"""The tables of signing in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of


class DeviceSession(Base):
    """One device signed in as one person. The cookie's value is kept only as its SHA-256."""

    __tablename__ = "device_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"), Index(None, "previous_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(
        String(64)
    )  # of the value before the last step-up, good for moments
    renewed_at: Mapped[datetime | None]  # when the value was last exchanged
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    stepped_up_until: Mapped[datetime | None]
    stepped_up_by: Mapped[str] = mapped_column(String(1400), default="")  # how, as in `Actor`
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One try to show who one is, for the log and for slowing down; written before it is checked."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"), Index(None, "device_mark", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(64))
    device_mark: Mapped[str | None] = mapped_column(
        String(64)
    )  # a device known to this person, which has its own count
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class ResetState(StrEnum):
    """Where the reset of a lost phone stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    USED = "used"


class PhoneReset(Base):
    """A lost second factor, replaced by two officials in person; also how a new person gets the first one."""

    __tablename__ = "phone_reset"
    __table_args__ = (
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> requested_by_id", name="two_officials"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    password_too: Mapped[bool] = mapped_column(default=False)  # the password is lost as well, or there never was one
    code_hash: Mapped[str | None] = mapped_column(String(64))
    new_secret: Mapped[str | None] = mapped_column(String(64))  # shown to the person, not yet proved by a first code
    state: Mapped[ResetState] = mapped_column(one_of(ResetState, "state"))


class Passkey(Base):
    """A key that a device or a security key of a person holds. Only its public half is here."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[str] = mapped_column(String(1400))  # base64url without padding
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # in COSE, as the device gave it
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 where the device does not count
    last_signed: Mapped[str | None] = mapped_column(
        String(64)
    )  # hash of the last answer: the same one sent twice is no copy
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """What a passkey is asked for."""

    ADD = "add"
    CONFIRM = "confirm"
    ENTER = "enter"


class PasskeyChallenge(Base):
    """What a passkey was asked to sign: good once, for a few minutes, for the one browser that asked."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index(None, "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose, "purpose"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("device_session.id")
    )  # None where nobody is signed in yet
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
