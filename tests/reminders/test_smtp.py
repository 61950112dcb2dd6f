import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from reminders import smtp
from reminders.ports import Mail, Permanent, Reply, Transient
from reminders.smtp import Server, SmtpSender
from tests.post import Post

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.test", Server("mail.test", 25, "plain")),
        ("smtp://127.0.0.1:1025/", Server("127.0.0.1", 1025, "plain")),
        ("smtps://mail.test", Server("mail.test", 465, "tls")),
        ("smtp+starttls://u:p@mail.test", Server("mail.test", 587, "starttls", "u", "p")),
        (
            "smtps://khaosat%40x.vn:a%2Fb%3A%23@mail.test:2465",
            Server("mail.test", 2465, "tls", "khaosat@x.vn", "a/b:#"),
        ),
        ("smtp://[::1]:1025", Server("::1", 1025, "plain")),
    ],
)
def test_addresses_of_servers(url: str, server: Server) -> None:
    assert smtp.parse_url(url) == server


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mail.test", "start with smtp://"),
        ("http://mail.test", "start with smtp://"),
        ("smtp:mail.test", "start with smtp://"),
        ("smtp://", "host"),
        ("smtp://:25", "host"),
        ("smtp://mail.test:0", "port"),
        ("smtp://mail.test:99999", "port"),
        ("smtp://mail.test:x", "port"),
        ("smtp://user@mail.test", "both a user and a password"),
        ("smtp://:secret@mail.test", "both a user and a password"),
        ("smtp://mail.test/path", "follow"),
        ("smtp://mail.test?starttls=1", "follow"),
        ("smtp://mail test", "spaces"),
        ("smtp://mail.test\nx", "spaces"),
        ("smtp://u:sec/ret@mail.test", "percent-encode"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_not_the_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        smtp.parse_url(url)
    assert "sec" not in str(caught.value).replace("percent-encode", "")


def test_the_password_is_not_in_what_a_log_would_show() -> None:
    assert "secret" not in repr(smtp.parse_url("smtps://u:secret@mail.test"))


TEXT = "Xin chào\n.\n.một dòng bắt đầu bằng dấu chấm\n"


def mail(to: str = "a@anlao.test") -> Mail:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Sở <khaosat@phieu.test>"
    message["To"] = to
    message["Subject"] = "Thử"
    message["Message-ID"] = "<1@phieu.test>"
    message.set_content(TEXT, charset="utf-8", cte="8bit")
    return Mail("khaosat@phieu.test", to, message.as_bytes())


@pytest.fixture
async def sender(post: Any) -> AsyncIterator[SmtpSender]:
    made = SmtpSender(Server("127.0.0.1", post.port, "plain"), timeout=5)
    yield made
    await made.close()


async def test_a_mail_arrives_as_it_was_written(post: Any, sender: SmtpSender) -> None:
    assert await sender.send(mail()) == Reply(250, "taken")
    ((address, read),) = post.accepted
    assert address == "a@anlao.test"
    assert read.get_content().replace("\r\n", "\n") == TEXT


@pytest.mark.parametrize("end", [b"\n.\r\nMAIL FROM:<x@x.test>\r\n", b"\r.\r\n", b"no end"])
async def test_a_line_end_in_which_another_mail_could_hide_is_never_sent(
    post: Any, sender: SmtpSender, end: bytes
) -> None:
    whole = mail()
    with pytest.raises(ValueError, match="CRLF"):
        await sender.send(replace(whole, content=whole.content + end))
    assert not post.accepted
    assert await sender.send(whole) == Reply(250, "taken")


async def test_one_connection_serves_many_mails(post: Any, sender: SmtpSender) -> None:
    for number in range(5):
        await sender.send(mail(f"a{number}@anlao.test"))
    assert len(post.accepted) == 5
    assert len(post.sessions) == 1


async def test_a_refused_recipient_is_final_and_the_next_one_still_goes(post: Any, sender: SmtpSender) -> None:
    post.replies["gone@anlao.test"] = ["550 5.1.1 no such user"]
    with pytest.raises(Permanent) as caught:
        await sender.send(mail("gone@anlao.test"))
    assert caught.value.reply == Reply(550, "5.1.1 no such user")
    assert (await sender.send(mail())).code == 250
    assert len(post.sessions) == 1


async def test_a_busy_server_is_tried_again(post: Any, sender: SmtpSender) -> None:
    post.replies["a@anlao.test"] = ["451 4.7.1 greylisted"]
    with pytest.raises(Transient) as caught:
        await sender.send(mail())
    assert (caught.value.reply, caught.value.ambiguous) == (Reply(451, "4.7.1 greylisted"), False)
    assert (await sender.send(mail())).code == 250


@pytest.mark.parametrize(("reply", "kind"), [("554 5.7.1 spam", Permanent), ("452 4.3.1 full", Transient)])
async def test_a_refused_text(post: Any, sender: SmtpSender, reply: str, kind: type[Exception]) -> None:
    post.data_replies = [reply]
    with pytest.raises(kind):
        await sender.send(mail())
    assert (await sender.send(mail())).code == 250


async def test_a_refused_sender_is_no_fault_of_the_message(served: Callable[..., Any]) -> None:
    class Strict(Post):
        async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return "550 5.7.1 sender not allowed"

    async with served(Strict()) as post:
        sender = SmtpSender(Server("127.0.0.1", post.port, "plain"), timeout=5)
        with pytest.raises(Transient) as caught:
            await sender.send(mail())
        await sender.close()
    assert (caught.value.reply.code, caught.value.unreachable) == (550, True)


async def test_a_drop_after_data_is_ambiguous(post: Any, sender: SmtpSender) -> None:
    post.after_data = ["a@anlao.test"]
    with pytest.raises(Transient) as caught:
        await sender.send(mail())
    assert caught.value.ambiguous
    assert len(post.accepted) == 1
    assert (await sender.send(mail("b@anlao.test"))).code == 250


async def test_no_server_is_transient() -> None:
    sender = SmtpSender(Server("127.0.0.1", 1, "plain"), timeout=2)
    with pytest.raises(Transient) as caught:
        await sender.send(mail())
    assert caught.value.reply.code is None
    assert "Error connecting" in caught.value.reply.text


async def test_a_silent_server_does_not_hold_us_for_ever() -> None:
    gone = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        sender = SmtpSender(Server("127.0.0.1", server.sockets[0].getsockname()[1], "plain"), timeout=0.2)
        with pytest.raises(Transient):
            await sender.send(mail())
        await sender.close()
        await gone.wait()


async def test_a_connection_that_went_stale_is_opened_anew(post: Any, sender: SmtpSender) -> None:
    """The server says goodbye between two mails, as they do after some idle minutes."""
    await sender.send(mail())
    client = sender._client
    assert client is not None
    assert client.transport is not None
    client.transport.abort()
    assert (await sender.send(mail("b@anlao.test"))).code == 250
    assert len(post.sessions) == 2


async def test_a_connection_that_was_idle_is_asked_before_it_is_used(
    post: Any, sender: SmtpSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that a firewall has forgotten takes everything and says nothing: half a minute would be lost."""
    monkeypatch.setattr(smtp, "UNUSED", -1.0)
    monkeypatch.setattr(smtp, "NOOP_TIMEOUT", 0.2)
    await sender.send(mail())
    await sender.send(mail("b@anlao.test"))
    assert len(post.sessions) == 1
    client = sender._client
    assert client is not None
    assert client.transport is not None
    client.transport.pause_reading()  # type: ignore[attr-defined]
    assert (await sender.send(mail("c@anlao.test"))).code == 250
    assert len(post.sessions) == 2
    assert post.to("c@anlao.test") != []


async def test_421_before_data_is_no_fault_of_the_recipient(post: Any, sender: SmtpSender) -> None:
    post.replies["a@anlao.test"] = ["421 4.3.2 closing"]
    with pytest.raises(Transient) as caught:
        await sender.send(mail())
    assert (caught.value.reply.code, caught.value.unreachable) == (421, True)
    post.replies["b@anlao.test"] = ["421 4.3.2 closing"]
    await sender.send(mail())
    assert (await sender.send(mail("b@anlao.test"))).code == 250, "on a connection that was used, another is tried"


async def test_starttls_is_required_when_configured(post: Any) -> None:
    """The server does not offer it: nothing may go out in clear."""
    sender = SmtpSender(Server("127.0.0.1", post.port, "starttls"), timeout=5)
    with pytest.raises(Transient) as caught:
        await sender.send(mail())
    assert "STARTTLS" in caught.value.reply.text.upper()
    assert post.accepted == []
    await sender.close()


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


async def test_starttls_and_log_in(post: Any, served: Callable[..., Any], certificate: Contexts) -> None:
    def login(server: object, session: object, envelope: object, how: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"u", b"p"), handled=False)

    options = {"tls_context": certificate[0], "require_starttls": True, "authenticator": login, "auth_required": True}
    async with served(post, **options):
        good = SmtpSender(Server("127.0.0.1", post.port, "starttls", "u", "p"), tls_context=certificate[1])
        assert (await good.send(mail())).code == 250
        assert (await good.check()).code == 250
        await good.close()
        wrong = SmtpSender(Server("127.0.0.1", post.port, "starttls", "u", "x"), tls_context=certificate[1])
        # A wrong password is our setting: it must not condemn the address.
        with pytest.raises(Transient) as caught:
            await wrong.send(mail())
        assert caught.value.reply.code == 535
        await wrong.close()


async def test_a_certificate_nobody_vouches_for_is_refused(
    post: Any, served: Callable[..., Any], certificate: Contexts
) -> None:
    async with served(post, tls_context=certificate[0]):
        sender = SmtpSender(Server("127.0.0.1", post.port, "starttls"), timeout=5)
        with pytest.raises(Transient):
            await sender.send(mail())
        await sender.close()
    assert post.accepted == []


async def test_plain_smtp_stays_plain_even_when_starttls_is_offered(
    post: Any, served: Callable[..., Any], certificate: Contexts
) -> None:
    async with served(post, tls_context=certificate[0]):
        sender = SmtpSender(Server("127.0.0.1", post.port, "plain"), timeout=5)
        assert (await sender.send(mail())).code == 250
        await sender.close()


async def test_cancelled_in_the_middle_the_next_mail_gets_a_fresh_connection(post: Any, sender: SmtpSender) -> None:
    await sender.send(mail())
    task = asyncio.create_task(sender.send(mail("b@anlao.test")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await sender.send(mail("c@anlao.test"))).code == 250
    assert len(post.sessions) == 2
