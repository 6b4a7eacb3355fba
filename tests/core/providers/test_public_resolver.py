"""Resolution that leads only to the public internet."""

import asyncio

import pytest
from aiohttp.resolver import ThreadedResolver

from marksheet.providers.public_resolver import AddressRefused, PublicResolver


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": address, "port": port} for address in addresses]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)

    async def look_up() -> list[str]:
        return [found["host"] for found in await PublicResolver().resolve("host.example", 443)]

    return asyncio.run(look_up())


def test_public_addresses_are_given_back(monkeypatch):
    assert resolve_to(monkeypatch, "8.8.8.8", "2606:4700::1111") == ["8.8.8.8", "2606:4700::1111"]


def test_one_private_address_among_public_ones_refuses_the_host(monkeypatch):
    with pytest.raises(AddressRefused):
        resolve_to(monkeypatch, "8.8.8.8", "169.254.169.254")


def test_a_name_that_leads_to_this_machine_is_refused():
    async def look_up() -> None:
        await PublicResolver().resolve("localhost", 443)

    with pytest.raises(AddressRefused):
        asyncio.run(look_up())
