"""The configuration: read once from the environment, typed and frozen."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


class Mode(StrEnum):
    """What the installation is for."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"
    TEST = "test"


class ConfigurationError(Exception):
    """The environment does not describe an installation that can start; the sentence names what is missing."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between two installations."""

    mode: Mode
    instance: Path
    database_url: str
    secret_key: str
    redis_url: str | None
    port: int
    bind: tuple[str, ...]
    language: str
    smtp_url: str | None
    mail_sender: str
    origins: tuple[str, ...]

    @property
    def secure(self) -> bool:
        """Whether pages are served over TLS, so that cookies may insist on it."""
        return self.mode is Mode.PRODUCTION

    @property
    def blobs(self) -> Path:
        """The folder of served files, by hash."""
        return self.instance / "blobs"

    @property
    def originals(self) -> Path:
        """The folder of files as they were uploaded, by hash; they are never served."""
        return self.instance / "originals"

    @property
    def archives(self) -> Path:
        """The folder of the bags of closed meetings."""
        return self.instance / "archives"


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the `ECABINET_…` variables; raise `ConfigurationError` with one sentence when something needed is missing."""
    mode = _mode(environment)
    instance = Path(environment.get("ECABINET_INSTANCE") or PROJECT / "instance" / mode.value)
    port = int(environment.get("ECABINET_PORT", "8000"))
    return Config(
        mode=mode,
        instance=instance,
        database_url=environment.get("ECABINET_DATABASE_URL") or f"sqlite:///{instance / 'ecabinet.sqlite'}",
        secret_key=_secret_key(environment, mode, instance),
        redis_url=environment.get("ECABINET_REDIS_URL") or None,
        port=port,
        bind=_bind(environment, mode, port),
        language=environment.get("ECABINET_LANGUAGE", "vi"),
        smtp_url=environment.get("ECABINET_SMTP_URL") or None,
        mail_sender=environment.get("ECABINET_MAIL_SENDER", "e-cabinet@localhost"),
        origins=_origins(environment, mode, port),
    )


def _mode(environment: Mapping[str, str]) -> Mode:
    name = environment.get("ECABINET_MODE", Mode.PRODUCTION.value)
    try:
        return Mode(name)
    except ValueError:
        allowed = ", ".join(Mode)
        raise ConfigurationError(f"ECABINET_MODE is {name!r}; it can be one of: {allowed}.") from None


def _secret_key(environment: Mapping[str, str], mode: Mode, instance: Path) -> str:
    """The key that signs cookies: given, or (outside production) made once and kept beside the database."""
    if given := environment.get("ECABINET_SECRET_KEY"):
        return given
    if mode is Mode.PRODUCTION:
        raise ConfigurationError(
            "ECABINET_SECRET_KEY is missing: set it to at least 32 random characters before starting."
        )
    kept = instance / "secret-key"
    if not kept.exists():
        instance.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
    return kept.read_text()


def check_hosts(mode: Mode, hosts: Iterable[str]) -> None:
    """Raise `ConfigurationError` where a demonstration, which signs people in without a password, would listen beyond this machine."""
    if mode is Mode.DEMONSTRATION and not all(_is_loopback(host) for host in hosts):
        raise ConfigurationError(
            "A demonstration has sign-in links without passwords, so it listens on 127.0.0.1 and ::1 alone: remove ECABINET_BIND and --bind."
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _bind(environment: Mapping[str, str], mode: Mode, port: int) -> tuple[str, ...]:
    """The addresses the server listens on."""
    given = environment.get("ECABINET_BIND") or f"127.0.0.1:{port},[::1]:{port}"
    addresses = tuple(address.strip() for address in given.split(","))
    check_hosts(mode, (address.rpartition(":")[0].strip("[]") for address in addresses))
    return addresses


def _origins(environment: Mapping[str, str], mode: Mode, port: int) -> tuple[str, ...]:
    """The origins that may open a socket."""
    if given := environment.get("ECABINET_ORIGINS"):
        return tuple(origin.strip() for origin in given.split(","))
    if mode is Mode.PRODUCTION:
        raise ConfigurationError(
            "ECABINET_ORIGINS is missing: set it to the address people open, such as https://cabinet.example."
        )
    return (f"http://localhost:{port}",)
