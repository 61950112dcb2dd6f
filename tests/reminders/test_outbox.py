import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox, settling
from reminders.delivery import LEASE, Claimed
from reminders.models import Attempt, Message
from reminders.ports import Letter, Outcome, Permanent, Reply, SendError, Transient
from reminders.settling import BACKOFF

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def letter(number: int = 1, **changes: Any) -> Letter:
    made = Letter(
        key=f"invitation:1:{number}",
        kind="invitation",
        ref=str(number),
        to_address=f"a{number}@anlao.test",
        campaign=1,
        unit=f"{number:05}",
        subject="Đề nghị gửi phiếu",
        text="Mở phiếu:\n\n{link}\n",
    )
    return replace(made, **changes)


async def put(*letters: Letter, now: datetime = NOW) -> list[Message]:
    async with in_transaction() as connection:
        return await outbox.enqueue(letters, connection, now=now, domain="phieu.test")


async def states() -> dict[str, tuple[str, str]]:
    return {m.ref: (m.state, m.why) for m in await Message.all().order_by("id")}


async def one(desk: Any, now: datetime = NOW) -> Claimed:
    (claimed,) = await outbox.claim(desk, now)
    return claimed


async def settle(desk: Any, claimed: Claimed, result: Reply | SendError, now: datetime) -> Outcome | None:
    (outcome,) = await outbox.settle(desk, [(claimed, result)], now)
    return outcome


async def test_a_key_is_enqueued_once_for_ever() -> None:
    first = await put(letter(1), letter(2))
    assert [message.key for message in first] == ["invitation:1:1", "invitation:1:2"]
    again = await put(letter(2, text="khác {link}"), letter(3), letter(3))
    assert [message.key for message in again] == ["invitation:1:3"]
    assert await Message.all().count() == 3
    assert (await Message.get(ref="2")).text == "Mở phiếu:\n\n{link}\n"
    assert len({message.message_id for message in await Message.all()}) == 3


async def test_hundreds_are_enqueued_in_one_go() -> None:
    assert len(await put(*(letter(number) for number in range(1, 1201)))) == 1200
    assert len(await put(*(letter(number) for number in range(1, 1211)))) == 10


async def test_what_is_enqueued_belongs_to_the_callers_transaction() -> None:
    async def fail_after_enqueueing() -> None:
        async with in_transaction() as connection:
            await outbox.enqueue([letter()], connection, now=NOW, domain="phieu.test")
            raise RuntimeError("the caller failed")

    with pytest.raises(RuntimeError):
        await fail_after_enqueueing()
    assert await Message.all().count() == 0


async def test_two_that_enqueue_the_same_at_once_make_one_message() -> None:
    letters = [letter(number) for number in range(1, 30)]
    first, second = await asyncio.gather(put(*letters), put(*reversed(letters)))
    assert len(first) + len(second) == 29
    assert await Message.all().count() == 29


async def test_a_letter_needs_words() -> None:
    with pytest.raises(ValueError, match="template"):
        await put(letter(text=""))
    assert len(await put(letter(text="", subject="", template="reminder_due"))) == 1


async def test_text_that_a_database_cannot_keep_is_cleaned() -> None:
    (message,) = await put(letter(to_name="An\x00\ud800", subject="a\x00b"))
    found = await Message.get(id=message.id)
    assert (found.to_name, found.subject) == ("An", "a b")


async def test_what_waits_can_be_called_back(desk: Any) -> None:
    await put(letter(1), letter(2), letter(3, kind="reminder"), letter(4, campaign=2))
    going = await one(desk)
    async with in_transaction() as connection:
        assert await outbox.recall(connection, now=NOW, campaign=1, kind="invitation") == 1
        assert await outbox.recall(connection, now=NOW, keys=["invitation:1:3", "nothing"], why="answered") == 1
        with pytest.raises(ValueError, match="what to call back"):
            await outbox.recall(connection, now=NOW)
    assert going.envelope.ref == "1"
    assert await states() == {
        "1": ("sending", ""),
        "2": ("cancelled", "recalled"),
        "3": ("cancelled", "answered"),
        "4": ("waiting", ""),
    }


async def test_known_keys_are_those_of_the_campaigns() -> None:
    await put(letter(1, kind="reminder"), letter(2), letter(3, kind="reminder", campaign=2))
    assert await outbox.known_keys([1, 3]) == {"invitation:1:1"}


async def test_a_message_is_claimed_once_and_its_link_never_stored(desk: Any) -> None:
    await put(letter())
    claimed = await one(desk)
    assert claimed.text == "Mở phiếu:\n\nhttps://phieu.test/p/1-secret\n"
    assert claimed.links == ("https://phieu.test/p/1-secret",)
    assert await outbox.claim(desk, NOW) == []
    message = await Message.get(ref="1")
    assert (message.state, message.attempt, message.tried_at) == ("sending", 1, None)
    assert message.lease_until == NOW + LEASE
    assert "secret" not in str(await Message.all().values())


async def test_many_that_claim_at_once_share_the_messages(desk: Any) -> None:
    await put(*(letter(number) for number in range(1, 31)))
    shares = await asyncio.gather(*(outbox.claim(desk, NOW, 10) for _ in range(6)))
    refs = [claimed.envelope.ref for share in shares for claimed in share]
    assert len(refs) == len(set(refs))
    rest = await outbox.claim(desk, NOW, 100)
    assert len(refs) + len(rest) == 30


async def test_not_before_its_time(desk: Any) -> None:
    await put(letter(not_before=NOW + 5 * MINUTE))
    assert await outbox.claim(desk, NOW + 4 * MINUTE) == []
    assert (await one(desk, NOW + 5 * MINUTE)).envelope.ref == "1"


async def test_what_is_no_longer_owed_is_dropped_with_the_reason(desk: Any) -> None:
    await put(*(letter(number) for number in range(1, 60)))
    desk.reasons = {str(number): "answered" for number in range(1, 59)}
    assert (await one(desk)).envelope.ref == "59"
    found = await states()
    assert found["1"] == ("dropped", "answered")
    assert await Attempt.all().count() == 0


async def test_a_reminder_whose_successor_has_come_is_dropped(desk: Any) -> None:
    await put(letter(1, expires_at=NOW), letter(2, expires_at=NOW + MINUTE))
    assert (await one(desk)).envelope.ref == "2"
    assert (await states())["1"] == ("dropped", "passed")


async def test_the_desk_can_hold_a_message(desk: Any) -> None:
    await put(letter())
    desk.hold_until = NOW + timedelta(hours=12)
    assert await outbox.claim(desk, NOW) == []
    desk.hold_until = None
    assert await outbox.claim(desk, NOW + timedelta(hours=11)) == []
    assert (await one(desk, NOW + timedelta(hours=12))).envelope.attempt == 1


async def test_what_somebody_is_changing_just_now_is_left_and_looked_at_again(desk: Any) -> None:
    await put(letter(1), letter(2))
    desk.changing = {"1"}
    assert [claimed.envelope.ref for claimed in await outbox.claim(desk, NOW, 10)] == ["2"]
    assert await states() == {"1": ("waiting", ""), "2": ("sending", "")}
    desk.changing = set()
    assert (await one(desk)).envelope.attempt == 1


async def test_what_was_claimed_and_never_handed_over_waits_as_before(desk: Any) -> None:
    await put(letter(1), letter(2))
    await settle(desk, await one(desk), Transient(Reply(None, "lost"), ambiguous=True), NOW)
    later = NOW + MINUTE
    claimed = await outbox.claim(desk, later, 2)
    before = await Message.get(ref="1")
    await settling.release(claimed)
    assert await states() == {"1": ("waiting", "ambiguous"), "2": ("waiting", "")}
    assert (await Message.get(ref="1")).attempt == before.attempt - 1 == 1
    assert await Attempt.all().count() == 1
    # A lease that somebody else has taken up since is not given back.
    claimed = await outbox.claim(desk, later, 2)
    await outbox.claim(desk, later + LEASE, 2)
    await settling.release(claimed)
    assert await states() == {"1": ("sending", ""), "2": ("sending", "")}


async def test_a_template_is_composed_when_it_goes_out(desk: Any) -> None:
    await put(letter(subject="", text="", template="reminder_due"))
    first = await one(desk)
    assert first.subject == "Nhắc 00001"
    assert "Lần soạn 1" in first.text
    await settle(desk, first, Transient(Reply(451, "busy")), NOW)
    assert "Lần soạn 2" in (await one(desk, NOW + MINUTE)).text
    assert (await Message.get(ref="1")).text == "Lần soạn 2\n\n{link}\n"


async def test_a_lost_lease_is_taken_up_with_the_same_words_and_message_id(desk: Any) -> None:
    await put(letter(subject="", text="", template="reminder_due"))
    first = await one(desk)
    assert await outbox.claim(desk, NOW + LEASE - MINUTE) == []
    second = await one(desk, NOW + LEASE)
    assert (second.message_id, second.text) == (first.message_id, first.text)
    assert second.envelope.attempt == 2
    assert [a.outcome for a in await Attempt.all()] == ["lost"]
    # The first comes back after all: it counts, and the second finds it settled.
    late = NOW + LEASE + MINUTE
    assert await settle(desk, first, Reply(250, "ok"), late) is not None
    assert await settle(desk, second, Reply(250, "ok"), late) is None
    assert await states() == {"1": ("sent", "")}
    assert [a.outcome for a in await Attempt.all().order_by("id")] == ["lost", "sent", "sent"]
    assert len(desk.outcomes) == 1


async def test_a_late_failure_does_not_disturb_who_took_over(desk: Any) -> None:
    await put(letter())
    first = await one(desk)
    await one(desk, NOW + LEASE)
    assert await settle(desk, first, Permanent(Reply(550, "no")), NOW + LEASE) is None
    assert await states() == {"1": ("sending", "")}


async def test_a_sent_message_is_settled_with_the_servers_words(desk: Any) -> None:
    await put(letter())
    outcome = await settle(desk, await one(desk), Reply(250, "2.0.0 queued as 4F\x00\udcff"), NOW)
    assert outcome is not None
    assert desk.outcomes == [("1", outcome)]
    message = await Message.get(ref="1")
    assert (message.state, message.settled_at, message.lease_until) == ("sent", NOW, None)
    attempt = await Attempt.get(message_id=message.id)
    assert (attempt.outcome, attempt.reply_code, attempt.reply_text) == ("sent", 250, "2.0.0 queued as 4F?")


async def test_a_refusal_is_final(desk: Any) -> None:
    await put(letter())
    outcome = await settle(desk, await one(desk), Permanent(Reply(550, "no such user")), NOW)
    assert outcome is not None
    assert (outcome.result, outcome.state) == ("permanent", "failed")
    assert await states() == {"1": ("failed", "refused")}
    assert await outbox.claim(desk, NOW + timedelta(days=2)) == []


async def test_a_busy_server_is_asked_again_ever_more_rarely_for_a_day(desk: Any) -> None:
    await put(letter())
    now, pauses = NOW, []
    while True:
        outcome = await settle(desk, await one(desk, now), Transient(Reply(451, "busy")), now)
        assert outcome is not None
        if outcome.state == "failed":
            break
        pauses.append((await Message.get(ref="1")).not_before - now)
        now += pauses[-1]
    assert pauses[:6] == [*BACKOFF, BACKOFF[-1], BACKOFF[-1]]
    assert timedelta(hours=22) < now - NOW <= timedelta(hours=24)
    assert await states() == {"1": ("failed", "gave_up")}


async def test_a_server_that_cannot_be_reached_is_no_reason_to_give_up(desk: Any) -> None:
    await put(letter())
    away, now = Transient(Reply(None, "connection refused"), unreachable=True), NOW
    for _ in range(100):
        outcome = await settle(desk, await one(desk, now), away, now)
        assert outcome is not None
        assert outcome.state == "waiting"
        now = (await Message.get(ref="1")).not_before
    assert now - NOW > timedelta(days=4)
    assert (await Message.get(ref="1")).not_before - now < BACKOFF[-1] + MINUTE
    # Once it answers, it has a day to take the message.
    busy = Transient(Reply(451, "busy"))
    await settle(desk, await one(desk, now), busy, now)
    assert await states() == {"1": ("waiting", "transient")}
    now += timedelta(hours=24)
    await settle(desk, await one(desk, now), busy, now)
    assert await states() == {"1": ("failed", "gave_up")}


async def test_an_outage_after_a_first_try_starts_the_day_anew(desk: Any) -> None:
    await put(letter())
    await settle(desk, await one(desk), Transient(Reply(451, "busy")), NOW)
    away, now = Transient(Reply(None, "connection refused"), unreachable=True), NOW + MINUTE
    await settle(desk, await one(desk, now), away, now)
    now += timedelta(days=3)
    await settle(desk, await one(desk, now), Transient(Reply(451, "busy")), now)
    assert await states() == {"1": ("waiting", "transient")}


async def test_what_waited_over_the_weekend_is_tried_before_it_is_given_up(desk: Any) -> None:
    friday, monday = datetime(2025, 7, 18, 9, 59, tzinfo=UTC), datetime(2025, 7, 21, 0, 30, tzinfo=UTC)
    await put(letter(1), letter(2), now=friday)
    for _ in range(2):
        await settle(desk, await one(desk, friday), Transient(Reply(451, "greylisted")), friday)
    # One is held until Monday; the other was not even looked at, for the machine was off.
    desk.hold_until = monday
    assert await outbox.claim(desk, friday + MINUTE, 1) == []
    await Message.filter(ref="2").update(not_before=friday + MINUTE, tried_at=friday)
    desk.hold_until = None
    held, late = sorted(await outbox.claim(desk, monday, 2), key=lambda claimed: claimed.envelope.ref)
    await settle(desk, late, Reply(250, "ok"), monday)
    await settle(desk, held, Transient(Reply(451, "greylisted")), monday)
    assert await states() == {"1": ("waiting", "transient"), "2": ("sent", "")}


async def test_one_that_takes_its_process_with_it_ends_after_a_day(desk: Any) -> None:
    await put(letter())
    now = NOW
    while await outbox.claim(desk, now):
        now += timedelta(hours=1)
    assert now - NOW > timedelta(hours=24)
    assert await states() == {"1": ("failed", "gave_up")}
    assert [(ref, outcome.state) for ref, outcome in desk.outcomes] == [("1", "failed")]


async def test_an_ambiguous_end_is_repeated_word_for_word(desk: Any) -> None:
    await put(letter(subject="", text="", template="reminder_due"))
    first = await one(desk)
    lost = Transient(Reply(None, "connection lost"), ambiguous=True)
    outcome = await settle(desk, first, lost, NOW)
    assert outcome is not None
    assert (outcome.result, outcome.state) == ("ambiguous", "waiting")
    second = await one(desk, NOW + MINUTE)
    assert (second.message_id, second.subject, second.text) == (first.message_id, first.subject, first.text)


async def test_words_that_promise_a_link_that_has_ended_are_not_repeated(desk: Any) -> None:
    await put(letter(subject="", text="", template="receipt"))
    first = await one(desk)
    await settle(desk, first, Transient(Reply(None, "connection lost"), ambiguous=True), NOW)
    desk.without_link = {"1"}
    second = await one(desk, NOW + MINUTE)
    assert (second.message_id, second.links) == (first.message_id, ())
    assert second.text == "Lần soạn 2\n\n"
    assert "{link}" not in (await Message.get(ref="1")).text


async def test_one_that_cannot_be_composed_never_stops_another(desk: Any) -> None:
    await put(letter(1, ref="broken", subject="", text="", template="reminder_due"), letter(2))
    other = await one(desk)
    assert other.envelope.ref == "2"
    await settle(desk, other, Reply(250, "ok"), NOW)
    assert (await states())["broken"] == ("waiting", "transient")
    message = await Message.get(ref="broken")
    assert (message.attempt, message.not_before) == (1, NOW + BACKOFF[0])
    attempt = await Attempt.get(message_id=message.id)
    assert attempt.reply_text == "not made ready: KeyError"
    now = NOW
    for _ in range(40):
        now += timedelta(hours=1)
        await outbox.claim(desk, now)
    assert (await states())["broken"] == ("failed", "gave_up")
    assert [(ref, outcome.state) for ref, outcome in desk.outcomes] == [("2", "sent"), ("broken", "failed")]


async def test_settling_is_all_or_nothing(desk: Any) -> None:
    await put(letter())
    claimed = await one(desk)

    async def fails(*_: object) -> None:
        raise RuntimeError("the service could not record it")

    desk.settled = fails
    with pytest.raises(RuntimeError):
        await settle(desk, claimed, Reply(250, "ok"), NOW)
    assert await states() == {"1": ("sending", "")}
    assert await Attempt.all().count() == 0


async def test_moments_are_compared_as_moments_whatever_their_zone(desk: Any) -> None:
    from zoneinfo import ZoneInfo

    haiphong = ZoneInfo("Asia/Ho_Chi_Minh")
    await put(letter(not_before=NOW.astimezone(haiphong)))
    assert await outbox.claim(desk, (NOW - MINUTE).astimezone(haiphong)) == []
    assert len(await outbox.claim(desk, NOW.astimezone(haiphong))) == 1


async def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        await put(letter(), now=datetime(2025, 7, 15, 8, 0))  # noqa: DTZ001 - the point of the test
