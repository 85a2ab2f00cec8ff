"""The address guard: what it denies by table, and that a real crawl reaches nothing denied."""

from __future__ import annotations

import pytest

from crawler.network.addresses import denial, read_allowances


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.8",
        "198.18.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12::1",
        "fec0::1",
        "ff02::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "2001:db8::1",
        "64:ff9b:1::1",
        "100::1",
        "localhost",
        "example.com",
        "2130706433",
        "0x7f000001",
        "127.1",
        "",
    ],
)
def test_denies_what_is_not_public(host: str) -> None:
    assert denial(host, 80) is not None


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_lets_public_addresses_through_on_the_web_ports_only(host: str) -> None:
    assert denial(host, 80) is None
    assert denial(host, 443) is None
    assert denial(host, 8080) == "port other than 80 and 443"
    assert denial(host, 22) is not None


def test_allowances_open_their_networks_and_ports_and_nothing_else() -> None:
    allowed = read_allowances("127.0.0.0/8:8000-8999, 10.1.0.0/16:9000  [::1/128]:80-90,192.168.7.7 fd00::/8")
    assert denial("127.0.0.1", 8000, allowed) is None
    assert denial("::ffff:127.9.9.9", 8999, allowed) is None
    assert denial("127.0.0.1", 9000, allowed) == "loopback"
    assert denial("127.0.0.1", 80, allowed) == "loopback"
    assert denial("10.1.255.1", 9000, allowed) is None
    assert denial("10.2.0.1", 9000, allowed) == "private"
    assert denial("::1", 85, allowed) is None
    assert denial("::1", 91, allowed) is not None
    assert denial("192.168.7.7", 1, allowed) is None
    assert denial("fd00::5", 5432, allowed) is None
    assert denial("8.8.8.8", 443, allowed) is None
    assert read_allowances("") == ()


@pytest.mark.parametrize(
    "text", ["localhost", "127.0.0.1:9-1", "127.0.0.1:70000", "300.1.1.1", "127.0.0.1:a", "*"]
)
def test_an_allowance_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="not an allowed address"):
        read_allowances(f"10.0.0.0/8 {text}")


def test_no_request_of_a_crawl_reaches_a_denied_address(crawl, serve) -> None:
    canary = serve()
    names = ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "127.0.0.2")
    site = serve({"/to": (302, {"Location": f"{canary.url}/secret"}, b"")})
    done = crawl(
        f"{site.url}/to",
        *(f"http://{name}:{canary.port}/page" for name in names),
        ALLOW_ADDRESSES=f"127.0.0.1:{site.port}",
    )
    assert canary.connections == 0
    assert "/to" in site.paths()
    assert len(done.ends) == 1 + len(names)
    refused = {end[0]: end[1] for end in done.ends}
    assert refused.pop(f"http://[::ffff:127.0.0.1]:{canary.port}/page") in (
        "address_denied",
        "robots_unreachable",
    )
    assert set(refused.values()) == {"address_denied"}
    assert f"127.0.0.1 port {canary.port} (loopback)" in str(done.ends)


def test_robots_that_leads_to_a_denied_address_is_unreachable(crawl, serve) -> None:
    canary = serve()
    site = serve({"/robots.txt": (302, {"Location": f"{canary.url}/robots.txt"}, b"")})
    done = crawl(f"{site.url}/a", ALLOW_ADDRESSES=f"127.0.0.1:{site.port}")
    assert canary.connections == 0
    assert done.outcomes == ["robots_unreachable"]
    assert site.paths() == ["/robots.txt"]


def test_other_schemes_are_not_read(crawl, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    done = crawl(secret.as_uri(), "data:text/plain,secret", "ftp://127.0.0.1/x")
    assert len(done.ends) == 3
    assert 200 not in done.outcomes


def test_a_crawl_whose_allow_list_cannot_be_read_does_not_start(crawl, serve) -> None:
    site = serve()
    done = crawl(f"{site.url}/a", ALLOW_ADDRESSES="everything")
    assert done.ends == []
    assert "not an allowed address: 'everything'" in done.log
    assert site.connections == 0
