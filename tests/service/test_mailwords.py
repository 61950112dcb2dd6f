"""Every code of mail and life has words."""

import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

import reminders
from reminders import steps
from service import life, mailwords
from service.flow import desk, reminding

ROOM = Path(reminders.__file__).parent


def codes(name: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (ROOM / name).read_text(encoding="utf-8")))


def test_every_reason_of_the_plan_has_words() -> None:
    found = codes("plan.py", r'(?:Skipped\([^)]*?|return |reason = )"([a-z_]+)"') - {"leader"}
    assert {"closed", "not_yet", "before_publication", "passed", "already", "outside_hours"} <= found
    assert found | {"same_mailbox", "no_address", "state", "calendar_gap"} <= set(mailwords.REASONS)


def test_every_reason_of_a_message_has_words() -> None:
    found = codes("outbox.py", r'why: str = "([a-z_]+)"')
    for name in ("delivery.py", "settling.py", "returns.py"):
        found |= codes(name, r'"why": "([a-z_]+)"')
    assert {"recalled", "refused", "gave_up"} <= found
    assert found | {"transient", "ambiguous", "passed"} <= set(mailwords.REASONS)
    source = Path(desk.__file__).read_text(encoding="utf-8")
    service_reasons = set(re.findall(r'(?:reason = |Verdict\()"([a-z_]+)"', source))
    assert {"replanned", "contact_gone", "recalled"} <= service_reasons
    assert service_reasons | set(reminding.OWES_NOT.values()) <= set(mailwords.REASONS)


def test_every_message_state_and_outcome_has_words() -> None:
    for name in ("delivery.py", "settling.py"):
        assert codes(name, r'"state": "([a-z]+)"') | {"waiting"} <= set(mailwords.MESSAGE_STATES)
        assert codes(name, r'Outcome\("([a-z]+)"') | {"lost", "ambiguous"} <= set(mailwords.OUTCOMES)


def test_every_act_actor_and_text_has_words() -> None:
    assert set(mailwords.ACTS) == set(life.Act)
    assert set(mailwords.ACTORS) == set(life.Actor)
    assert set(mailwords.TEXTS) == steps.TEXTS


def test_the_default_plan_reads_well() -> None:
    assert {field.name for field in fields(steps.Step)} >= {"offset", "every", "times"}
    lines = [mailwords.step(step) for step in steps.DEFAULT]
    assert lines[0] == "3 ngày làm việc trước hạn, lúc 08:00, gửi công chức đầu mối (nhắc trước hạn)"
    assert lines[2].startswith("đúng ngày đến hạn")
    assert "3 ngày làm việc sau hạn, rồi cứ 5 ngày làm việc một lần, tối đa thêm 4 lần" in lines[4]
    assert "báo lãnh đạo, không kèm đường dẫn" in lines[5]


@pytest.mark.parametrize(
    ("count", "unit", "words"),
    [(Decimal("2.5"), "working_day", "2,5 ngày làm việc"), (10, "day", "10 ngày")],
)
def test_days_say_which_days(count: Decimal, unit: str, words: str) -> None:
    assert mailwords.days(count, unit) == words


def test_links_are_masked() -> None:
    assert mailwords.masked("Mở {link} và nhập {code}") == "Mở [đường dẫn riêng] và nhập [mã dùng một lần]"
