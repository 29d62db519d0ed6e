"""The configuration: read once from the environment, typed and frozen."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 32
LANGUAGES = ("vi", "en")
DATABASES = ("sqlite", "postgresql")
MOST_PROXIES = 10


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
    proxies: int  # in front of the server; each adds the address it was asked from
    sms_url: str | None = None
    sms_token: str | None = None
    time_stamp_url: str | None = None
    time_stamp_roots: str | None = None  # a PEM file of the certificates that the authority's has to lead to

    @property
    def secure(self) -> bool:
        """Whether pages are served over TLS, so that cookies may insist on it."""
        return self.mode is Mode.PRODUCTION

    @property
    def home(self) -> str:
        """The address of the first page, as messages name it."""
        return f"{self.origins[0]}/"

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

    @property
    def checkpoints(self) -> Path:
        """The folder of the newest signed checkpoint of each ballot box, outside the database on purpose."""
        return self.instance / "checkpoints"


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the `ECABINET_…` variables; raise `ConfigurationError` with one sentence when one is missing or makes no sense."""
    mode = _mode(environment)
    instance = Path(environment.get("ECABINET_INSTANCE") or PROJECT / "instance" / mode.value)
    port = _whole_number(environment, "ECABINET_PORT", 8000, least=1, most=65535)
    time_stamp_url = _server(environment, "ECABINET_TIME_STAMP_URL", ("http", "https"))
    return Config(
        mode=mode,
        instance=instance,
        database_url=_database_url(environment, instance),
        secret_key=_secret_key(environment, mode, instance),
        redis_url=_server(environment, "ECABINET_REDIS_URL", ("redis", "rediss", "unix")),
        port=port,
        bind=_bind(environment, mode, port),
        language=_language(environment),
        smtp_url=_server(environment, "ECABINET_SMTP_URL", ("smtp", "smtps")),
        sms_url=_sms_url(environment),
        sms_token=_sms_token(environment),
        mail_sender=environment.get("ECABINET_MAIL_SENDER", "e-cabinet@localhost"),
        origins=_origins(environment, mode, port),
        proxies=_whole_number(environment, "ECABINET_PROXIES", 0, least=0, most=MOST_PROXIES),
        time_stamp_url=time_stamp_url,
        time_stamp_roots=_time_stamp_roots(environment) if time_stamp_url is not None else None,
    )


def or_end() -> Config:
    """Read the environment for a program that starts, and close its folder to others; it ends with one sentence where that cannot be done."""
    try:
        config = from_environment()
        make_private(config.instance)
        return config
    except ConfigurationError as error:
        sys.exit(str(error))


def make_private(instance: Path) -> None:
    """Make the folder of an installation, closed to everybody else; raise `ConfigurationError` where that is not permitted."""
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        if instance.stat().st_mode & 0o077:
            instance.chmod(0o700)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {instance} of ECABINET_INSTANCE cannot be made private ({error.strerror}): it has to belong to whoever runs this."
        ) from None


def _mode(environment: Mapping[str, str]) -> Mode:
    name = environment.get("ECABINET_MODE", Mode.PRODUCTION.value)
    try:
        return Mode(name)
    except ValueError:
        allowed = ", ".join(Mode)
        raise ConfigurationError(f"ECABINET_MODE is {name!r}; it can be one of: {allowed}.") from None


def _whole_number(environment: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    given = environment.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
        raise ConfigurationError(f"{name} is {given!r}; it has to be a whole number from {least} to {most}.")
    return int(given)


def _language(environment: Mapping[str, str]) -> str:
    given = environment.get("ECABINET_LANGUAGE") or LANGUAGES[0]
    if given not in LANGUAGES:
        raise ConfigurationError(f"ECABINET_LANGUAGE is {given!r}; it can be one of: {', '.join(LANGUAGES)}.")
    return given


def _database_url(environment: Mapping[str, str], instance: Path) -> str:
    """The given address, which is not repeated in a complaint: there is a password in it."""
    url = environment.get("ECABINET_DATABASE_URL") or f"sqlite:///{instance / 'ecabinet.sqlite'}"
    try:
        kind = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in DATABASES:
        raise ConfigurationError(
            "ECABINET_DATABASE_URL is no address of a database that can be used: write it as postgresql+psycopg://user:password@host/name or sqlite:////folder/file."
        )
    return url


def _server(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """The address of a server, or none; it is not repeated in a complaint either."""
    given = environment.get(name) or None
    if given is not None and not _is_address(given, schemes):
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ConfigurationError(f"{name} is no address of a server: it has to begin with one of: {known}.")
    return given


def _sms_url(environment: Mapping[str, str]) -> str | None:
    """The gateway for text messages, or the folder they are written into."""
    given = environment.get("ECABINET_SMS_URL") or "file:"
    is_folder = given == "file:" or given.startswith("file:///")
    return given if is_folder else _server(environment, "ECABINET_SMS_URL", ("https", "http"))


def _sms_token(environment: Mapping[str, str]) -> str | None:
    """What the gateway knows this installation by; it goes into a header, so that it is one line of plain letters."""
    given = environment.get("ECABINET_SMS_TOKEN") or None
    if given is not None and not (given.isascii() and given.isprintable()):
        raise ConfigurationError("ECABINET_SMS_TOKEN has to be one line of plain letters, digits and signs.")
    return given


def _time_stamp_roots(environment: Mapping[str, str]) -> str:
    """The file without which an answer of the time-stamping authority could not be checked."""
    given = environment.get("ECABINET_TIME_STAMP_ROOTS", "")
    if not Path(given).is_file():
        raise ConfigurationError(
            f"ECABINET_TIME_STAMP_ROOTS is {given!r}; beside ECABINET_TIME_STAMP_URL it has to be the PEM file of the authority's root certificates."
        )
    return given


def _is_address(given: str, schemes: tuple[str, ...]) -> bool:
    try:
        address = urlsplit(given)
        return address.scheme in schemes and bool(address.netloc or address.path) and address.port != 0
    except ValueError:
        return False


def _secret_key(environment: Mapping[str, str], mode: Mode, instance: Path) -> str:
    """The key that signs cookies: given, or (outside production) made once and kept beside the database."""
    if given := environment.get("ECABINET_SECRET_KEY"):
        return _long_enough(given)
    if mode is Mode.PRODUCTION:
        raise ConfigurationError(
            f"ECABINET_SECRET_KEY is missing: set it to at least {SHORTEST_KEY} random characters before starting."
        )
    kept = instance / "secret-key"
    if not kept.exists():
        make_private(instance)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
    return kept.read_text()


def _long_enough(key: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"ECABINET_SECRET_KEY has only {len(key)} characters: set it to at least {SHORTEST_KEY} random ones."
        )
    return key


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
    if not all(_has_good_port(address) for address in addresses):
        raise ConfigurationError(
            f"ECABINET_BIND is {given!r}; it is written as address:port, several with commas, such as 127.0.0.1:8000."
        )
    check_hosts(mode, (address.rpartition(":")[0].strip("[]") for address in addresses))
    return addresses


def _has_good_port(address: str) -> bool:
    """Say whether an address ends in a port, or names none."""
    port = address.rpartition("]")[2].rpartition(":")
    return address.startswith("unix:") or not port[1] or (port[2].isascii() and port[2].isdigit())


def _origins(environment: Mapping[str, str], mode: Mode, port: int) -> tuple[str, ...]:
    """The origins that may open a socket."""
    if given := environment.get("ECABINET_ORIGINS"):
        origins = tuple(origin.strip().rstrip("/") for origin in given.split(","))
        if not all(_is_address(origin, ("https", "http")) for origin in origins):
            raise ConfigurationError(f"ECABINET_ORIGINS is {given!r}; each address in it has to begin with https://.")
        return origins
    if mode is Mode.PRODUCTION:
        raise ConfigurationError(
            "ECABINET_ORIGINS is missing: set it to the address people open, such as https://cabinet.example."
        )
    return (f"http://localhost:{port}",)


if __name__ == "__main__":  # asked by ./run before it starts a server
    or_end()
