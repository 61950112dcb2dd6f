"""Where a webhook goes and how it is signed; and one POST against gateways that behave badly."""

from datetime import UTC, datetime

import pytest

from service import gateway, webhook
from service.gateway import Answer
from service.webhook import Target
from tests.gate import SECRET, Gate, reply

URL = "https://gateway.haiphong.example/hooks/phieu"


def test_the_signature_is_that_of_the_scheme() -> None:
    # Secret, id, time, body and signature as standardwebhooks.com gives them for checking an implementation.
    key = webhook.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = webhook.headers(
        key,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        (URL, "gateway.haiphong.example", 443, "/hooks/phieu", "gateway.haiphong.example"),
        ("https://g.example:8443?k=1", "g.example", 8443, "/?k=1", "g.example:8443"),
        ("http://127.0.0.1:9000/x", "127.0.0.1", 9000, "/x", "127.0.0.1:9000"),
        ("http://localhost/x", "localhost", 80, "/x", "localhost"),
        ("http://[::1]:81/", "::1", 81, "/", "[::1]:81"),
    ],
)
def test_addresses_that_can_be_told(url: str, host: str, port: int, path: str, authority: str) -> None:
    found = webhook.parse(url, SECRET)
    assert (found.host, found.port, found.path, found.authority) == (host, port, path, authority)
    assert "secret" not in repr(found)
    assert "k=1" not in str(found)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://gateway.haiphong.example/x", "https"),
        ("http://10.0.0.5/x", "https"),
        ("http://localhost.evil.example/x", "https"),
        ("ftp://g.example/x", "https://host/path"),
        ("https:///x", "https://host/path"),
        ("https://user:pw@g.example/x", "without a user"),
        ("https://g.example/x#y", "without a user"),
        ("https://g.example:99999/", "not complete"),
        ("https://g.example/a b", "characters"),
        ("https://cổng.example/", "characters"),
        ("https://g.example/\r\nx: y", "characters"),
        (f"https://{'a' * 64}.example/", "host"),
        ("https://g..example/", "host"),
    ],
)
def test_addresses_that_cannot(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        webhook.parse(url, SECRET)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "not base64 at all", SECRET[6:], "whsec_" + "A" * 200]
)
def test_secrets_that_are_none(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        webhook.key(secret)


@pytest.mark.anyio
async def test_what_became_of_one_post() -> None:
    cases: list[tuple[bytes | str, Answer]] = [
        (reply("200 OK", b"fine"), Answer("taken", 200)),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + reply("202 Accepted"), Answer("taken", 202)),
        (reply("500 Oops", b"broken\r\n<b>pipe</b>"), Answer("refused", 500, "broken <b>pipe</b>")),
        (reply("301 Moved", b"", "location: /elsewhere"), Answer("refused", 301)),
        (reply("410 Gone"), Answer("gone", 410)),
        (reply("503 Busy", b"x" * 100_000), Answer("refused", 503, "x" * 300)),
        ("drop", Answer("dropped")),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Answer("dropped")),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, Answer("dropped")),
        ("hang", Answer("timeout")),
        ("drip", Answer("timeout")),
    ]
    async with Gate() as gate:
        target = webhook.parse(gate.url, SECRET)
        for given, answer in cases:
            gate.replies = [given]
            deadline = 1 if answer.outcome == "timeout" else 10
            assert await gateway.post(target, b"{}", {"webhook-id": "m"}, deadline) == answer, given
        assert len(gate.told) == len(cases), "no redirect was followed"
        assert gate.told[0].line == "POST /phieu?key=k1 HTTP/1.1"
        assert gate.told[0].headers["host"] == f"127.0.0.1:{gate.port}"
        # A gateway without TLS is not spoken to as if it had it.
        secure = Target("127.0.0.1", gate.port, "/", True, b"s")
        assert (await gateway.post(secure, b"{}", {}, deadline=0.3)).outcome == "timeout"
        assert len(gate.told) == len(cases)
    assert (await gateway.post(target, b"{}", {}, deadline=2)).outcome == "unreachable"
    unspeakable = Target("a" * 64 + ".example", 443, "/", True, b"s")
    assert (await gateway.post(unspeakable, b"{}", {}, deadline=5)).outcome == "unreachable"
    nowhere = Target("no-such-host.invalid", 443, "/", True, b"s")
    assert (await gateway.post(nowhere, b"{}", {}, deadline=5)).outcome in ("unreachable", "timeout")
