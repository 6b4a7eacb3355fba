"""Requests to an endpoint: where they go, and how much of an endpoint is borne."""

import asyncio
import socket
import tracemalloc
from collections.abc import Callable

import pytest

from marksheet.errors import ModelError
from marksheet.providers.http import EndpointClient, Response
from tests.stubs.openai_stub import OpenAIStub, Rule

KEY = {"Authorization": "Bearer sk-very-secret-0123456789"}
BODY = b'{"messages": [{"content": "answer: 42"}]}'


def post(
    base_url: str,
    *,
    public_only: bool = False,
    timeout: float = 5.0,
    times: int = 1,
    headers: dict[str, str] | None = None,
) -> list[Response | ModelError]:
    """What so many POSTs over one client bring."""

    async def scene() -> list[Response | ModelError]:
        client = EndpointClient(
            base_url, timeout_seconds=timeout, max_connections=2, headers=KEY, public_only=public_only
        )
        found: list[Response | ModelError] = []
        for _ in range(times):
            try:
                found.append(await client.post("/chat/completions", BODY, headers))
            except ModelError as error:
                found.append(error)
        await client.close()
        return found

    found = asyncio.run(scene())
    for error in found:
        if isinstance(error, ModelError):
            assert KEY["Authorization"] not in error.message
            assert base_url not in error.message
    return found


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Gives names their addresses, one set after the other; returns the list of those connected to."""

    def give(*answers: tuple[str, ...]) -> list[str]:
        left, reached = list(answers), []

        def look_up(host, port, *_, **__):
            addresses = left.pop(0) if len(left) > 1 else left[0]
            families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
            places = [(each, port, 0, 0) if ":" in each else (each, port) for each in addresses]
            return [
                (family, socket.SOCK_STREAM, 6, "", place)
                for family, place in zip(families, places, strict=True)
            ]

        async def connect(self, connection, address):
            reached.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
        return reached

    return give


# Where requests go


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1",
        "https://93.184.216.34/v1",
        "https://169.254.169.254/latest",
        "https://localhost/v1",
        "https://[::1]/v1",
        "https://[::ffff:10.0.0.1]/v1",
        "https://2130706433/v1",
        "https://0177.0.0.1/v1",
        "https://0x7f000001/v1",
        "https://127.1/v1",
        "https://api.example.com:8443/v1",
        "https://user:password@api.example.com/v1",
        "https://api.example.com@169.254.169.254/v1",
    ],
)
def test_a_url_that_does_not_look_public_is_refused_before_its_name_is_looked_up(url, monkeypatch):
    looked_up = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: looked_up.append(asked))
    (error,) = post(url, public_only=True)
    assert (error.code, error.fatal, looked_up) == ("endpoint_refused", True, [])


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("::1",),
        ("fd00:ec2::254",),
        ("::ffff:10.0.0.1",),
        ("64:ff9b::a9fe:a9fe",),
        ("93.184.216.34", "10.0.0.1"),
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused_and_not_connected_to(addresses, names):
    reached = names(addresses)
    (error,) = post("https://models.example.com/v1", public_only=True)
    assert (error.code, error.fatal, reached) == ("endpoint_refused", True, [])


def test_the_address_that_was_checked_is_the_one_connected_to(names):
    """A name that would lead elsewhere when it is looked up once more is not looked up once more."""
    reached = names(("93.184.216.34",), ("127.0.0.1",))
    (error,) = post("https://models.example.com/v1", public_only=True)
    assert (error.code, set(reached)) == ("unreachable", {"93.184.216.34"})


def test_a_name_that_changes_to_a_private_address_later_is_refused_then(names):
    reached = names(("93.184.216.34",), ("127.0.0.1",))
    (first,) = post("https://models.example.com/v1", public_only=True)
    (later,) = post("https://models.example.com/v1", public_only=True)
    assert [first.code, later.code] == ["unreachable", "endpoint_refused"]
    assert set(reached) == {"93.184.216.34"}


def test_on_a_laptop_an_endpoint_may_be_anywhere():
    with OpenAIStub() as stub:
        (response,) = post(stub.base_url)
    assert response.status == 200


def test_a_redirect_is_told_and_not_followed():
    with OpenAIStub() as other, OpenAIStub([Rule("redirect", text=f"{other.base_url}/x")]) as stub:
        (response,) = post(stub.base_url)
        assert (response.status, stub.stats()["calls"], other.connections) == (307, 1, 0)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_told_the_key(name, monkeypatch):
    with OpenAIStub() as proxy, OpenAIStub() as stub:
        monkeypatch.setenv(name, proxy.origin)
        (response,) = post(stub.base_url)
        assert (response.status, proxy.connections) == (200, 0)


def test_a_password_file_of_the_environment_is_not_used(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with OpenAIStub() as stub:
        post(stub.base_url)
        assert stub.stats()["authorizations"] == {KEY["Authorization"]: 1}


def test_cookies_are_not_kept():
    with OpenAIStub([Rule("cookie")]) as stub:
        post(stub.base_url, times=2)
        assert [call.headers.get("cookie") for call in stub.script.calls] == [None, None]


def test_headers_of_one_request_go_with_it():
    with OpenAIStub() as stub:
        post(stub.base_url, headers={"X-One": "1"})
        assert stub.script.calls[0].headers["x-one"] == "1"


# How much is borne


@pytest.mark.parametrize(
    "rule",
    [Rule("endless", status=200), Rule("big", size=9_000_000), Rule("gzip_bomb", size=200_000_000)],
)
def test_an_answer_without_measure_is_left_unread(rule):
    with OpenAIStub([rule]) as stub:
        post(stub.base_url, timeout=60.0)
        tracemalloc.start()
        (error,) = post(stub.base_url, timeout=60.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error.code == "response_too_large"
    # What is read is held twice while it is handed on; the stub's own megabytes are counted, too.
    assert peak < 40 << 20


@pytest.mark.parametrize("rule", [Rule("drip", delay=0.01), Rule("hang")])
def test_an_endpoint_that_takes_its_time_has_only_the_timeout(rule):
    with OpenAIStub([rule]) as stub:
        (error,) = post(stub.base_url, timeout=0.3)
    assert (error.code, error.message) == ("timeout", "the endpoint gave no whole answer within 0.3 s")


def test_of_an_errors_body_only_the_beginning_is_read():
    with OpenAIStub([Rule("endless", status=500)]) as stub:
        (response,) = post(stub.base_url)
    assert response.status == 500
    assert 64 << 10 <= len(response.body) <= 1 << 20


def test_headers_without_an_end_are_cut_off():
    with OpenAIStub([Rule("endless_headers")]) as stub:
        tracemalloc.start()
        (error,) = post(stub.base_url, timeout=2.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error.code in {"connection_cut", "timeout"}
    assert peak < 40 << 20


def test_a_connection_with_something_unread_on_it_is_not_used_again():
    with OpenAIStub([Rule("endless", status=500, times=1)]) as stub:
        first, second = post(stub.base_url, times=2)
        assert (first.status, second.status, stub.connections) == (500, 200, 2)
