"""Where the service is and which key opens it: options, environment, or the local stack's file."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_FILE = Path(".marksheet") / "local.env"


@dataclass(frozen=True, slots=True)
class Connection:
    """A deployment's address and the API key sent to it."""

    url: str
    """Without a trailing slash."""
    api_key: str

    @property
    def loopback(self) -> bool:
        """The service runs on this machine, so proxies are not for it and plain http is safe."""
        return is_loopback(urlsplit(self.url).hostname or "")


def resolve(*, url: str | None, api_key: str | None, env_file: Path | None) -> Connection:
    """Find the address and the key, each from the most explicit place that names it.

    The order is: options, `--env-file`, environment, `local.env`. The key of a `local.env` that was merely
    found is never sent to an address that came from elsewhere. Raises CommandError (USAGE without an address
    or with a bad one, UNAUTHENTICATED without a key).
    """
    chosen = read_env_file(env_file) if env_file else {}
    address = url or chosen.get("MARKSHEET_URL") or os.environ.get("MARKSHEET_URL")
    key = api_key or chosen.get("MARKSHEET_API_KEY") or os.environ.get("MARKSHEET_API_KEY")
    if not address:
        found = find_local_file()
        values = read_env_file(found) if found else {}
        address = values.get("MARKSHEET_URL")
        key = key or values.get("MARKSHEET_API_KEY")
    if not address:
        raise CommandError(
            "no address of a Marksheet deployment",
            hint="start one with 'marksheet local up', or set MARKSHEET_URL and MARKSHEET_API_KEY",
            code=ExitCode.USAGE,
        )
    if not key:
        raise CommandError(
            f"no API key for {address}",
            hint="set MARKSHEET_API_KEY; an administrator makes one with 'marksheet keys create --org ORG'",
            code=ExitCode.UNAUTHENTICATED,
        )
    return Connection(_checked(address), _header_safe(key))


def find_local_file() -> Path | None:
    """The `local.env` of the local stack: in MARKSHEET_HOME, else upward from the working directory."""
    home = os.environ.get("MARKSHEET_HOME")
    if home:
        candidate = Path(home) / LOCAL_FILE.name
        return candidate if candidate.is_file() else None
    here = Path.cwd()
    return next((d / LOCAL_FILE for d in (here, *here.parents) if (d / LOCAL_FILE).is_file()), None)


def read_env_file(path: Path) -> Mapping[str, str]:
    """NAME=value lines as a shell reads them; comments, quotes and a leading `export` are understood."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CommandError(f"cannot read {path}: {reason}", code=ExitCode.USAGE) from error
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            words = [word for word in shlex.split(line, comments=True) if word != "export"]
        except ValueError as error:
            raise CommandError(f"{path}, line {number}: {error}", code=ExitCode.USAGE) from error
        values |= {name: value for name, equals, value in (word.partition("=") for word in words) if equals}
    return values


def _checked(address: str) -> str:
    """The address without a trailing slash; refuses what is no address, or would show the key to others."""
    parts = urlsplit(address)
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or not address.isprintable():
        raise CommandError(
            f"{address!r} is no address of a deployment",
            hint="give the ApiUrl output of the stack, such as https://abc123.execute-api.eu-west-1.amazonaws.com",
            code=ExitCode.USAGE,
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise CommandError(
            f"{address} is not encrypted, so the API key would be readable on the way",
            hint="use https; plain http is accepted for this machine only",
            code=ExitCode.USAGE,
        )
    return address.rstrip("/")


def _header_safe(key: str) -> str:
    if key.isascii() and key.isprintable() and " " not in key:
        return key
    raise CommandError(
        "the API key contains characters that no key has",
        hint="copy it again; it looks like msk_..., without spaces or line ends",
        code=ExitCode.UNAUTHENTICATED,
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
