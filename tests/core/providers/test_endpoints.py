"""Which endpoints a model may have."""

import pytest

from marksheet.providers.endpoints import check_base_url, is_public


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("https://api.example.com:443", "https://api.example.com:443"),
        ("https://api.example.com./openai/deployments/x", "https://api.example.com./openai/deployments/x"),
    ],
)
def test_public_endpoints_are_fine_everywhere(url, kept):
    assert check_base_url(url, allow_private=False) == kept
    assert check_base_url(url, allow_private=True) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8000/v1",
        "http://vllm:8000/v1",
        "http://10.0.0.7/v1",
        "https://models.internal/v1",
    ],
)
def test_private_endpoints_are_for_a_laptop(url):
    assert check_base_url(url, allow_private=True) == url
    with pytest.raises(ValueError, match="must"):
        check_base_url(url, allow_private=False)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "1.1.1.1",
        "[::ffff:127.0.0.1]",
        "[2606:4700::1111]",
        "localhost",
        "localhost.",
        "a.localhost",
        "LOCALHOST",
        "metadata.google.internal",
        "printer.local",
        "intranet",
    ],
)
def test_addresses_and_private_names_are_refused_on_aws(host):
    with pytest.raises(ValueError, match="must name a host"):
        check_base_url(f"https://{host}/v1", allow_private=False)


@pytest.mark.parametrize("allow_private", [True, False])
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://api.example.com/v1", "http:// or https://"),
        ("api.example.com/v1", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("https://user:secret@api.example.com/v1", "user or password"),
        ("https://api.example.com@evil.example/v1", "user or password"),
        ("https://api.example.com/v1?key=1", "query or a fragment"),
        ("https://api.example.com/v1#", "query or a fragment"),
        ("https:///v1", "must name a host"),
        ("https://", "must name a host"),
        ("https://a_b%2f/v1", "must name a host"),
        ("https://api.example.com:99999/v1", "is not a URL"),
        ("https://[::1/v1", "is not a URL"),
        ("https://api.exämple.com/v1", "xn--"),
        ("https://api.example.com\\@evil.example/v1", "printable ASCII"),
        ("https://api.example.com/v1\r\nX: y", "printable ASCII"),
        ("https://api.example.com/v1/chat/completions/", "must end before"),
        ("https://api.example.com/v1/embeddings", "must end before /embeddings"),
        ("https://api.example.com/" + "x" * 2048, "at most 2048"),
    ],
)
def test_what_is_no_base_url_is_refused_everywhere(url, message, allow_private):
    with pytest.raises(ValueError, match=message):
        check_base_url(url, allow_private=allow_private)


@pytest.mark.parametrize("url", ["http://api.example.com/v1", "https://api.example.com:8443/v1"])
def test_on_aws_it_is_https_on_its_own_port(url):
    with pytest.raises(ValueError, match=r"https://|port"):
        check_base_url(url, allow_private=False)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"]
)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2001:db8::1",
        "::127.0.0.1",
        "::10.0.0.1",
        "64:ff9b:1::a00:1",
        "5f00::1",
        "example.com",
        "",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)
