"""Which endpoints a model may have: the rules for its URL, and for the address it leads to."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

MAX_URL_CHARACTERS = 2048

_HOST = re.compile(r"(?!-)[a-z0-9._-]{1,253}\Z")
_NUMERIC_LABEL = re.compile(r"(\d+|0x[0-9a-f]*)\Z")
_PRIVATE_SUFFIXES = (".localhost", ".internal", ".local", ".home.arpa", ".lan", ".intranet")
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is given out (RFC 4291); what else Python calls global leads into nobody's network, or
ours.
"""


def check_base_url(url: str, *, allow_private: bool) -> str:
    """The URL without a slash at its end. Raises `ValueError` saying what is wrong and what is allowed.

    Always: http or https, a host, no user, query or fragment. Unless `allow_private`: https on its own port,
    and a name that looks public; where it really leads is checked on every connection (`is_public`).
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise ValueError(f"must have at most {MAX_URL_CHARACTERS} characters")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError(
            "must be printable ASCII without spaces; write an international name in its xn-- form"
        )
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise ValueError("is not a URL; give one like https://host.example/v1") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError("must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("must not name a user or password; give the key as api_key")
    if "?" in url or "#" in url:
        raise ValueError("must not have a query or a fragment")
    if not (_HOST.match(host) or _is_address(host)):
        raise ValueError("must name a host, like https://host.example/v1")
    for added in ("/chat/completions", "/embeddings"):
        if parts.path.rstrip("/").endswith(added):
            raise ValueError(f"must end before {added}, which is added to it")
    if not allow_private:
        _check_looks_public(parts.scheme, host, port)
    return url.rstrip("/")


def is_public(address: str) -> bool:
    """Whether it is an address on the public internet; of IPv6 that wraps IPv4, the inner one counts."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        ip = _wrapped(ip) or ip
    if isinstance(ip, IPv6Address) and ip not in _UNICAST:
        return False
    return ip.is_global and not ip.is_multicast


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address behind an IPv4-mapped, 6to4 or NAT64 address (RFC 4291, 3056, 6052)."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _check_looks_public(scheme: str, host: str, port: int | None) -> None:
    if scheme != "https":
        raise ValueError("must begin with https://")
    if port not in {None, 443}:
        raise ValueError("must not name a port other than 443")
    # Resolvers also take 2130706433, 0x7f.1 and 0177.1 for addresses: whatever ends in a number is one.
    if _is_address(host) or _NUMERIC_LABEL.match(host.rpartition(".")[2]):
        raise ValueError("must name a host, not an IP address")
    if "." not in host or host.endswith(_PRIVATE_SUFFIXES):
        raise ValueError("must name a host on the public internet")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
