"""Reading a mailbox on a real IMAP server (tests/inbox.py)."""

import asyncio
import ssl
from dataclasses import replace
from datetime import date

import pytest

from reminders import imap
from reminders.imap import Fetched, Inbox, InboxError, Place
from tests.inbox import Mailroom

pytestmark = pytest.mark.anyio

DAY = date(2025, 7, 8)
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.mark.parametrize(
    ("url", "inbox"),
    [
        ("imaps://u:p@mail.test", Inbox("mail.test", 993, "tls", "u", "p")),
        (
            "imap+starttls://u%40x.vn:a%2Fb@mail.test:1143/Khao.sat",
            Inbox("mail.test", 1143, "starttls", "u@x.vn", "a/b", "Khao.sat"),
        ),
        ("imap://u:p@127.0.0.1:10143", Inbox("127.0.0.1", 10143, "plain", "u", "p")),
    ],
)
def test_addresses_of_mailboxes(url: str, inbox: Inbox) -> None:
    assert imap.parse_url(url) == inbox


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("pop3://u:p@x", "start with"),
        ("imaps://x", "both a user"),
        ("imaps://u@x", "both a user"),
        ("imaps://u:sec/ret@x:99999", "percent-encoded"),
        ('imaps://u:secret@x/"a', "folder"),
        ("imaps://u:sec ret@x", "spaces"),
        ("imaps://u:secret@", "host"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_and_not_the_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        imap.parse_url(url)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(Inbox("x", 1, "tls", "u", "secret"))


async def read(room: Mailroom, place: Place | None = None, **changes: object) -> Fetched:
    inbox = replace(Inbox("127.0.0.1", room.port, "plain", *room.user), **changes)  # type: ignore[arg-type]
    return await asyncio.to_thread(imap.fetch, inbox, place, DAY, timeout=10)


async def test_each_mail_is_read_once_and_none_is_touched() -> None:
    async with Mailroom(mails=[b"From: a@x.vn\r\n\r\nmot", b"From: b@x.vn\r\n\r\nhai"]) as room:
        first = await read(room)
        assert first == Fetched(((1, room.mails[0]), (2, room.mails[1])), Place(7, 2))
        assert (await read(room, first.place)).mails == ()
        room.mails.append(b"From: c@x.vn\r\n\r\nba")
        assert [uid for uid, _raw in (await read(room, first.place)).mails] == [3]
        assert set(room.commands) <= {"CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"}


async def test_a_folder_that_was_made_anew_is_read_from_its_beginning() -> None:
    async with Mailroom(mails=[b"mot"], validity=8) as room:
        found = await read(room, Place(7, 100))
        assert found == Fetched(((1, b"mot"),), Place(8, 1))


async def test_a_visit_reads_so_many_and_of_each_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "LARGEST", 100)
    async with Mailroom(mails=[b"x" * 1000] * (imap.MOST + 10)) as room:
        first = await read(room)
        assert len(first.mails) == imap.MOST
        assert {len(raw) for _uid, raw in first.mails} == {100}
        assert len((await read(room, first.place)).mails) == 10


async def test_an_empty_mailbox() -> None:
    async with Mailroom() as room:
        assert await read(room) == Fetched((), Place(7, 0))


async def test_a_wrong_password_is_told_without_it() -> None:
    async with Mailroom() as room:
        with pytest.raises(InboxError) as caught:
            await read(room, password="something secret")
        assert "wrong password" in str(caught.value)
        assert "secret" not in str(caught.value)


async def test_a_password_with_marks() -> None:
    async with Mailroom(mails=[b"mot"], user=("khảo sát", "mật khẩu")) as room:
        assert len((await read(room)).mails) == 1


async def test_nobody_there() -> None:
    with pytest.raises(InboxError, match="refused"):
        await asyncio.to_thread(imap.fetch, Inbox("127.0.0.1", 1, "plain", "u", "p"), None, DAY, timeout=2)


async def test_starttls_that_is_not_offered_sends_no_password() -> None:
    async with Mailroom() as room:
        with pytest.raises(InboxError):
            await read(room, security="starttls")
        assert "LOGIN" not in room.commands


async def test_tls_from_the_first_byte(certificate: Contexts) -> None:
    async with Mailroom(mails=[b"mot"], tls=certificate[0]) as room:
        inbox = Inbox("127.0.0.1", room.port, "tls", *room.user)
        with pytest.raises(InboxError, match="certificate"):
            await asyncio.to_thread(imap.fetch, inbox, None, DAY, timeout=10)
        found = await asyncio.to_thread(imap.fetch, inbox, None, DAY, timeout=10, tls_context=certificate[1])
        assert found.mails == ((1, b"mot"),)
