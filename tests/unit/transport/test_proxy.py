"""Through a proxy: chosen once, never trusted, and never mistaken for the platform."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import time
from urllib.parse import urlsplit

import pytest

from cdg62_connect.errors import (
    AuthenticationRefused,
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    UntrustedServer,
)
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import (
    FROM_ENVIRONMENT,
    BasicAuth,
    ClientCertificate,
    HttpSession,
    Proxy,
    Timeouts,
)

ACCOUNT = BasicAuth("agent", Secret("mot-42é"))
ACCOUNT_HEADER = "Basic YWdlbnQ6bW90LTQyw6k="


def answers(connection):
    while connection.request():
        connection.answer(body=b"bonjour")


def whole(answer):
    return answer.body()


def tunnels(connection):
    """What an honest proxy does with CONNECT."""
    asked = connection.request()
    host, _, port = asked.line.split()[1].rpartition(":")
    with socket.create_connection((host, int(port))) as beyond:
        connection.send(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n")
        ways = {connection.sock: beyond, beyond: connection.sock}
        while True:
            for side in select.select(list(ways), [], [], 10)[0]:
                data = side.recv(65536)
                if not data:
                    return
                ways[side].sendall(data)


def refuses(status, **headers):
    def script(connection):
        while connection.request():
            connection.answer(status, b"non", **headers)

    return script


@pytest.mark.parametrize("account", [None, ACCOUNT])
def test_an_https_platform_is_reached_through_a_tunnel_that_is_kept(
    serve, connect, a_read, an_effect, authority, account
):
    server = serve(answers, context=authority.server_context())
    proxy = serve(tunnels)
    session = connect(server, ca=authority.pem, proxy=Proxy(proxy.url, account))
    for request in (a_read(path="x"), an_effect(path="x")):
        assert session.exchange(request, whole) == b"bonjour"
    (asked,) = proxy.received
    target = urlsplit(server.url).netloc
    assert asked.line == f"CONNECT {target} HTTP/1.1"
    assert asked.headers["host"] == target
    assert asked.headers.get("proxy-authorization") == (ACCOUNT_HEADER if account else None)
    assert [each.line for each in server.received] == ["GET /x HTTP/1.1", "POST /x HTTP/1.1"]
    assert all("proxy-authorization" not in each.headers for each in server.received)


def test_the_tunnel_is_opened_again_when_its_connection_has_ended(serve, connect, a_read, authority):
    def once(connection):
        connection.request()
        connection.answer(body=b"bonjour", Connection="close")

    server = serve(once, context=authority.server_context())
    proxy = serve(tunnels)
    session = connect(server, ca=authority.pem, proxy=proxy.url)
    for _ in range(2):
        assert session.exchange(a_read(), whole) == b"bonjour"
    assert len(proxy.received) == 2


def test_trust_stays_exact_through_a_proxy(serve, connect, an_effect, authority, other_authority):
    server = serve(answers, context=other_authority.server_context())
    session = connect(server, ca=authority.pem, proxy=serve(tunnels).url)
    with pytest.raises(UntrustedServer):
        session.exchange(an_effect(), whole)
    assert server.received == []


def test_a_client_certificate_goes_through_a_proxy(serve, connect, a_read, authority, demanding, shown_name):
    def who(connection):
        connection.request()
        connection.answer(body=shown_name(connection))

    server = serve(who, context=demanding(authority, authority))
    ours = ClientCertificate(*authority.client("derriere un proxy"))
    session = connect(server, ca=authority.pem, certificate=ours, proxy=serve(tunnels).url)
    assert session.exchange(a_read(), whole) == b"derriere un proxy"


def test_an_http_platform_is_asked_for_by_its_whole_address(serve, connect, a_read):
    proxy = serve(answers)
    session = connect("http://plateforme.invalid/racine", proxy=Proxy(proxy.url, ACCOUNT))
    assert session.exchange(a_read(path="x", params=[("a", "1")]), whole) == b"bonjour"
    (asked,) = proxy.received
    assert asked.line == "GET http://plateforme.invalid/racine/x?a=1 HTTP/1.1"
    assert asked.headers["host"] == "plateforme.invalid"
    assert asked.headers["proxy-authorization"] == ACCOUNT_HEADER


@pytest.mark.parametrize("status", ["403 Forbidden", "502 Bad Gateway", "302 Found"])
def test_a_proxy_that_refuses_has_sent_nothing(serve, connect, an_effect, authority, clock, status):
    server = serve(answers, context=authority.server_context())
    session = connect(server, ca=authority.pem, proxy=serve(refuses(status)).url)
    with pytest.raises(NotSent, match=f"proxy.*HTTP {status[:3]}"):
        session.exchange(an_effect(), whole)
    assert clock.waits == [1, 2, 4]
    assert server.connections == []


@pytest.mark.parametrize("platform", ["https://plateforme.invalid", "http://plateforme.invalid"])
def test_a_proxy_that_wants_another_account_is_an_authentication_refused(
    serve, connect, an_effect, authority, clock, platform
):
    proxy = serve(refuses("407 Proxy Authentication Required", Proxy_Authenticate="Basic"))
    session = connect(platform, ca=authority.pem, proxy=Proxy(proxy.url, ACCOUNT))
    with pytest.raises(AuthenticationRefused, match="407") as caught:
        session.exchange(an_effect(), whole)
    assert clock.waits == []
    assert "mot-42" not in repr(caught.value.__dict__)


def closes(connection):
    connection.request()


def resets(connection):
    connection.request()
    connection.reset()


def speaks_something_else(connection):
    connection.request()
    connection.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def cuts_its_headers(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nVia: x\r\n")


def says_nothing(connection):
    connection.request()
    connection.sock.recv(1)


def drips(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    connection.sock.settimeout(0.02)
    while True:
        connection.send(b"X: y\r\n")
        try:
            if not connection.sock.recv(1):
                return
        except TimeoutError:
            pass


def opens_nothing(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    connection.sock.recv(65536)


def opens_on_silence(connection):
    opens_nothing(connection)
    connection.sock.recv(65536)
    connection.sock.recv(65536)


@pytest.mark.parametrize(
    "fails",
    [
        closes,
        resets,
        speaks_something_else,
        cuts_its_headers,
        says_nothing,
        drips,
        opens_nothing,
        opens_on_silence,
    ],
)
def test_a_proxy_that_fails_before_the_platform_is_reached_has_sent_nothing(
    serve, connect, an_effect, authority, clock, fails
):
    session = connect(
        "https://plateforme.invalid",
        ca=authority.pem,
        proxy=serve(fails).url,
        timeouts=Timeouts(connect=0.3, read=60, total=60),
    )
    start = time.monotonic()
    with pytest.raises(NotSent):
        session.exchange(an_effect(), whole)
    assert clock.waits == [1, 2, 4]
    assert time.monotonic() - start < 8  # four times the connect timeout, never that of silence


def test_beyond_the_tunnel_it_is_the_platform_that_fails(serve, connect, an_effect, authority):
    def opens_on_a_reset(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.sock.recv(65536)
        connection.reset()

    session = connect("https://plateforme.invalid", ca=authority.pem, proxy=serve(opens_on_a_reset).url)
    with pytest.raises(NotSent, match="à la plateforme n'a pas pu être ouverte"):
        session.exchange(an_effect(), whole)


def test_what_a_proxy_repeats_of_its_account_is_hidden(serve, connect, a_read):
    def repeats(connection):
        connection.request()
        connection.answer("407 Proxy Authentication Required", b"pas mot-42", Content_Type="text/plain")

    account = BasicAuth("agent", Secret("mot-42"))
    session = connect("http://plateforme.invalid", proxy=Proxy(serve(repeats).url, account))
    with pytest.raises(AuthenticationRefused, match="pas •••"):
        session.exchange(a_read(), whole)


def test_what_a_proxy_is_told_is_counted(serve, connect, an_effect, authority):
    events = []
    proxy = serve(refuses("403 Forbidden"))
    session = connect("https://plateforme.invalid", proxy=proxy.url, observers=[events.append])
    with pytest.raises(NotSent):
        session.exchange(an_effect(), whole)
    asked = proxy.received[0]
    head = len(asked.line) + 2 + sum(len(name) + len(value) + 4 for name, value in asked.headers.items()) + 2
    assert [each.bytes_up for each in events] == [head] * 4


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://proxy.invalid:3128"])
@pytest.mark.parametrize("platform", ["https://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_is_not_there_is_named(connect, an_effect, address, platform):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="proxy"):
        connect(platform, proxy=address.format(port=port)).exchange(an_effect(), whole)


def test_an_address_of_ipv6_is_written_between_brackets(serve, connect, an_effect):
    proxy = serve(refuses("403 Forbidden"))
    with pytest.raises(NotSent):
        connect("https://[::1]:9443", proxy=proxy.url).exchange(an_effect(), whole)
    assert proxy.received[0].line == "CONNECT [::1]:9443 HTTP/1.1"
    assert proxy.received[0].headers["host"] == "[::1]:9443"


def test_beyond_the_tunnel_a_cut_is_a_cut_of_the_platform(serve, connect, an_effect, authority, clock):
    server = serve(closes, context=authority.server_context())
    session = connect(server, ca=authority.pem, proxy=serve(tunnels).url)
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), whole)
    assert clock.waits == []


@pytest.fixture
def environment(monkeypatch):
    """Sets exactly these variables of proxies."""

    def use(**variables):
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return use


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_taken_when_asked_for_once(
    serve, connect, a_read, authority, environment, variable
):
    server = serve(answers, context=authority.server_context())
    proxy = serve(tunnels)
    account = "agent:mot-42%C3%A9@"
    environment(**{variable: proxy.url.replace("http://", f"http://{account}")})
    session = connect(server, ca=authority.pem, proxy=FROM_ENVIRONMENT)
    environment(no_proxy="*")
    assert session.exchange(a_read(), whole) == b"bonjour"
    assert proxy.received[0].headers["proxy-authorization"] == ACCOUNT_HEADER


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"https_proxy": ""},
        {"http_proxy": "http://127.0.0.1:9"},
        {"https_proxy": "http://127.0.0.1:9", "no_proxy": "autre.fr, 127.0.0.1"},
        {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.0/8"},
        {"ALL_PROXY": "http://127.0.0.1:9", "NO_PROXY": "*"},
    ],
)
def test_an_environment_that_names_no_proxy_for_the_platform_means_none(
    serve, connect, a_read, authority, environment, variables
):
    environment(**variables)
    server = serve(answers, context=authority.server_context())
    assert connect(server, ca=authority.pem, proxy=FROM_ENVIRONMENT).exchange(a_read(), whole) == b"bonjour"


def test_a_proxy_of_the_environment_may_have_no_scheme(serve, connect, a_read, environment):
    proxy = serve(answers)
    environment(http_proxy=proxy.url.removeprefix("http://"))
    session = connect("http://plateforme.invalid", proxy=FROM_ENVIRONMENT)
    assert session.exchange(a_read(), whole) == b"bonjour"


@pytest.mark.parametrize(
    "value",
    ["socks5://agent:mot-42@proxy:1080", "https://agent:mot-42@proxy", "http://agent:mot-42@[::1", "x y"],
)
def test_an_unusable_proxy_of_the_environment_is_refused_and_its_account_not_shown(environment, value):
    environment(https_proxy=value)
    with pytest.raises(ConfigurationError, match="environnement") as caught:
        HttpSession("https://plateforme.invalid", platform="p", proxy=FROM_ENVIRONMENT)
    assert "mot-42" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "proxy:3128",
        "https://proxy:3128",
        "socks5://proxy",
        "http://",
        "http://proxy:99999",
        "http://proxé:1",
        "http://a:mot-42@proxy",
        "http://proxy/x",
    ],
)
def test_an_unusable_proxy_is_an_error_of_configuration(address):
    with pytest.raises(ConfigurationError, match="proxy") as caught:
        HttpSession("https://plateforme.invalid", platform="p", proxy=address)
    assert "mot-42" not in str(caught.value)


def test_the_account_of_a_proxy_is_never_shown(serve, connect, a_read, authority, caplog):
    caplog.set_level(logging.DEBUG)
    server = serve(answers, context=authority.server_context())
    for proxy in (serve(tunnels), serve(refuses("403 Forbidden"))):
        through = Proxy(proxy.url, ACCOUNT)
        session = connect(server, ca=authority.pem, proxy=through)
        with contextlib.suppress(NotSent):
            session.exchange(a_read(), whole)
        assert "mot-42" not in repr(through) + repr(session)
    assert any("urllib3" in each.name for each in caplog.records)
    assert ACCOUNT_HEADER not in caplog.text
    assert "mot-42" not in caplog.text
