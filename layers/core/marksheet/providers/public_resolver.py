"""Name resolution that leads nowhere but to the public internet."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from aiohttp.resolver import ThreadedResolver

from marksheet.providers.endpoints import is_public

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult


class AddressRefused(OSError):
    """A host's name leads to an address that is not public."""


class PublicResolver(ThreadedResolver):
    """Resolves a host if all its addresses are public, else raises `AddressRefused`.

    The connection is made to the very addresses given back here, so a name that changes between two look-ups
    (DNS rebinding) gains nothing.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(is_public(result["host"]) for result in found):
            raise AddressRefused("the host has an address that is not public")
        return found
