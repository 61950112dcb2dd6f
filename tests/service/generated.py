"""A made-up campaign over all 114 units from a fixed seed, and the journal of what happened in it.

Everything goes in through the API, as an office would do it; the journal is written by the test alone, so that figures
can be worked out from it without the product (tests/service/reckoned.py).
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from service import life, words
from service.demo import figures
from service.flow import campaigns, events, forms, principal
from service.models import Staff, Unit
from tests.conftest import House
from tests.service import scenes
from tests.service.api.conftest import Api, client
from tests.service.scenes import DUE, PUBLISHED

SEED = 6
OTHER_WORDS = ("", "Thiếu máy quét", "thiếu máy quét tại bộ phận một cửa", "=cmd|' /C calc'!A0", "Không có ý kiến khác")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done to a unit: submit, nil, paper, return, exempt or accept; `at` is when it took effect."""

    recorded: datetime
    at: datetime
    unit: str
    what: str
    answers: dict[str, Any] | None = None


@dataclass(slots=True)
class Generated:
    """The campaign. `units` are (code, kind, group, full name), `journal` what happened, in order."""

    house: House
    api: Api
    id: int
    staff: Staff
    units: list[tuple[str, str, str, str]]
    maker: figures.Maker
    journal: list[Entry] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    async def do(self, when: datetime, what: str, unit: str) -> None:
        """One act at a moment. A paper recorded by 23/7 came on 18/7 two hours before the due time, a later one now."""
        self.house.clock.set(when)
        at, answers = when, None
        match what:
            case "submit":
                answers = self._answers(unit)
                await self._call(unit, "submissions", {"answers": answers}, idempotency_key=f"{unit}-{when}")
            case "nil":
                await self._call(unit, "submissions", {"nil": "Không phát sinh."}, idempotency_key=f"{unit}-{when}")
            case "paper":
                at = DUE - timedelta(hours=2) if when < DUE + timedelta(days=5) else when
                await self._call(unit, "intake", {"channel": "paper", "number": "12/BC", "received_at": at.isoformat()})
            case "return":
                await self._call(unit, "return", {"remark": "Vui lòng xem lại E2."})
            case "exempt":
                await self._call(unit, "exempt", {"reason": "Đã sáp nhập."})
            case "accept":
                await self._accept(unit, when)
        self.journal.append(Entry(when, at, unit, what, answers))

    def _answers(self, unit: str) -> dict[str, Any]:
        found = self.maker.answers(unit)
        found["h"]["h_other"] = OTHER_WORDS[int(unit) % len(OTHER_WORDS)]
        if "d_fine" in found["d"]:
            found["d"]["d_fine"] += 0.25
        return found

    async def _call(self, unit: str, act: str, body: object, **headers: str) -> None:
        answer = await self.api.post(f"/campaigns/{self.id}/invitations/{unit}/{act}", body, **headers)
        assert answer.status_code in (200, 201), answer.text

    async def _accept(self, unit: str, when: datetime) -> None:
        async with in_transaction():
            invitation = await events.locked(self.id, unit)
            await events.apply(invitation, life.Act.ACCEPT, principal.staff(1), at=when, recorded_at=when)


async def published(house: House) -> Generated:
    """The campaign as it is published; nobody has answered."""
    house.clock.set(PUBLISHED)
    office = await scenes.office(house.settings, PUBLISHED)
    period = {"period_from": date(2025, 6, 1), "period_to": date(2025, 6, 30)}
    found = await scenes.campaign(house.settings, office, PUBLISHED, allow_nil=True, **period)
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, PUBLISHED)
    form = await forms.built(found.form_id)
    lists = {name: [choice.name for choice in choices] for name, choices in form.lists.items()}
    rows = await Unit.all().order_by("code").values_list("code", "kind", "group", "full_name")
    units = [(code, kind, group, name) for code, kind, group, name in rows if kind in words.KINDS]
    return Generated(house, await client(house), found.id, office.staff, units, figures.Maker(lists, SEED))


def timetable(units: list[str]) -> list[tuple[datetime, str, str]]:
    """(when, what, unit) of two weeks, in order: sendings, then corrections, exemptions and papers among them."""
    dice = random.Random(SEED)
    codes = list(units)
    dice.shuffle(codes)
    found = []
    for place, code in enumerate(codes[:72]):
        when = PUBLISHED + timedelta(hours=place * 5 + dice.random())
        found.append((when, "nil" if place % 9 == 4 else "paper" if place in (50, 52, 56) else "submit", code))
    sent = {code: (when, what) for when, what, code in found}
    for place in (2, 10, 21, 33):  # handed back, two of them sent again
        when, _what = sent[codes[place]]
        found.append((when + timedelta(days=1), "return", codes[place]))
        if place % 2 == 0:
            found.append((when + timedelta(days=3), "submit", codes[place]))
    found += [
        (sent[code][0] + timedelta(hours=30), "accept", code) for code in codes[5:50:11] if sent[code][1] == "submit"
    ]
    found += [(PUBLISHED + timedelta(days=n), "exempt", codes[-n]) for n in (3, 9, 16)]
    found.append((DUE + timedelta(days=3, hours=16), "paper", codes[80]))  # of 18/7, written down on 22/7
    found.append((sent[codes[52]][0] + timedelta(days=5), "submit", codes[52]))  # typed in later
    return sorted(found)
