"""Every setting, checked once at start. Each field comes from COORDINATION_<FIELD>."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs


class SettingError(ValueError):
    """A setting is wrong; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    data_dir: Path
    neo4j_uri: str = ""  # empty: the embedded server
    neo4j_user: str = "neo4j"
    neo4j_password: str = ""
    neo4j_database: str = "neo4j"
    secret_key: str = ""  # empty: made once and kept in the data directory
    public_url: str = ""  # the address people use, e.g. https://koordynacja.example; for links in letters
    trusted_proxies: int = 0  # reverse proxies in front whose X-Forwarded-* headers count
    session_minutes: int = 30
    language: str = "pl"  # of commands
    smtp_host: str = ""  # empty: letters are copied or printed, nothing is mailed
    smtp_port: int = 587  # 465: TLS from the first byte
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    smtp_starttls: bool = True
    demo: bool = False
    testing: bool = False


_BOOLEANS = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


def load(environ: Mapping[str, str] = os.environ, **overrides: object) -> Settings:
    """Settings from the environment. Raises SettingError naming the variable that is wrong."""

    def text(name: str, default: str = "") -> str:
        return environ.get(f"COORDINATION_{name}", default).strip()

    def number(name: str, default: int, low: int, high: int) -> int:
        raw = text(name, str(default))
        if not raw.isdecimal() or not low <= int(raw) <= high:
            raise SettingError(f"COORDINATION_{name} must be a whole number from {low} to {high}, not {raw!r}")
        return int(raw)

    def boolean(name: str) -> bool:
        raw = text(name).lower()
        if raw not in _BOOLEANS:
            raise SettingError(f"COORDINATION_{name} must be 0 or 1, not {raw!r}")
        return _BOOLEANS[raw]

    uri = text("NEO4J_URI")
    if uri and not uri.startswith(("neo4j://", "neo4j+s://", "neo4j+ssc://", "bolt://", "bolt+s://", "bolt+ssc://")):
        raise SettingError(f"COORDINATION_NEO4J_URI must start with neo4j:// or bolt://, not {uri!r}")
    language = text("LANGUAGE", "pl")
    if language not in ("pl", "en"):
        raise SettingError(f"COORDINATION_LANGUAGE must be pl or en, not {language!r}")
    public_url = text("PUBLIC_URL").rstrip("/")
    if public_url and not public_url.startswith(("https://", "http://")):
        raise SettingError(f"COORDINATION_PUBLIC_URL must start with https://, not {public_url!r}")
    values: dict[str, object] = {
        "data_dir": Path(text("DATA_DIR") or default_data_dir()).expanduser().resolve(),
        "neo4j_uri": uri,
        "neo4j_user": text("NEO4J_USER", "neo4j"),
        "neo4j_password": environ.get("COORDINATION_NEO4J_PASSWORD", ""),
        "neo4j_database": text("NEO4J_DATABASE", "neo4j"),
        "secret_key": text("SECRET_KEY"),
        "public_url": public_url,
        "trusted_proxies": number("TRUSTED_PROXIES", 0, 0, 5),
        "session_minutes": number("SESSION_MINUTES", 30, 5, 24 * 60),
        "language": language,
        "demo": boolean("DEMO"),
        **_mail(text, number, environ, public_url),
    }
    return Settings(**{**values, **overrides})  # type: ignore[arg-type]


def _mail(
    text: Callable[..., str], number: Callable[..., int], environ: Mapping[str, str], public_url: str
) -> dict[str, object]:
    """The settings of outgoing mail; without a host there is none. Raises SettingError."""
    host = text("SMTP_HOST")
    if not host:
        return {}
    user, port = text("SMTP_USER"), number("SMTP_PORT", 587, 1, 65535)
    starttls = _BOOLEANS.get(text("SMTP_STARTTLS", "1").lower())
    if starttls is None:
        raise SettingError("COORDINATION_SMTP_STARTTLS must be 0 or 1")
    sender = text("SMTP_FROM")
    from email_validator import EmailNotValidError, validate_email  # slow to import, and few need it here

    try:
        sender = validate_email(sender, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise SettingError(f"COORDINATION_SMTP_FROM must be the e-mail address letters come from: {error}") from None
    if user and not starttls and port != 465 and host not in ("localhost", "127.0.0.1", "::1"):
        raise SettingError("COORDINATION_SMTP_USER needs COORDINATION_SMTP_STARTTLS=1: a password is not sent in the clear")
    if not public_url:
        raise SettingError("COORDINATION_SMTP_HOST needs COORDINATION_PUBLIC_URL, the address of the links in letters")
    return {
        "smtp_host": host,
        "smtp_port": port,
        "smtp_user": user,
        "smtp_password": environ.get("COORDINATION_SMTP_PASSWORD", ""),
        "smtp_from": sender,
        "smtp_starttls": starttls,
    }


def trusted_hosts(settings: Settings) -> list[str] | None:
    """Host names a request may ask for: the public one, and the machine itself for its health checks. None, any
    host, while no public address is set."""
    host = urlsplit(settings.public_url).hostname
    return [host, "localhost", "127.0.0.1", "[::1]"] if host else None


def default_data_dir() -> str:
    """`instance/` in a checkout, the user's data folder for the installed program."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return str(checkout / "instance")
    return platformdirs.user_data_dir("coordination")


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: given, or made once and kept readable to its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / "secret_key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text("ascii").strip()
