"""Every figure of a generated campaign on the page, by API, in the workbook and in the Word report is what pandas makes
of its journal.

At three moments as they pass, and again of the same moments after more has happened.
"""

import html
import io
import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from service.models import Unit
from service.words import KINDS, ZONE
from tests.conftest import House
from tests.service import generated, reckoned, reported, scenes
from tests.service.generated import Generated
from tests.service.pages.test_monitor import plain
from tests.service.reckoned import Expected, percent, written
from tests.service.scenes import DUE, END_OF_20_JULY

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MOMENTS = (
    datetime(2025, 7, 13, 12, 0, tzinfo=ZONE),
    END_OF_20_JULY,
    datetime(2025, 7, 23, 8, 0, tzinfo=ZONE),
)


async def test_page_api_workbook_and_report_are_what_pandas_makes_of_the_journal(house: House) -> None:
    made = await generated.published(house)
    waiting = list(MOMENTS)
    for when, what, unit in generated.timetable([code for code, *_rest in made.units]):
        while waiting and when > waiting[0]:
            await _as_it_passes(made, waiting.pop(0))
        await made.do(when, what, unit)
    assert not waiting
    await _more_happens(made)
    await scenes.log_in(house.client, made.staff, house.clock())
    for at in MOMENTS:
        found = reckoned.expected(made.journal, made.units, DUE, at)
        labels = await _by_api(made, at, found)
        await _on_the_page(made, at, found, labels)
        await _in_the_workbook(made, at, found, labels)
        answer = await made.api.get(f"/campaigns/{made.id}/export.docx", as_of=at.isoformat())
        reported.check(made, answer.content, at, found, labels)
    assert reckoned.expected(made.journal, made.units, DUE, END_OF_20_JULY).rate["recorded_later"] == 1
    page = await made.house.client.get(f"/campaigns/{made.id}/summary", params={"as_of": "2025-07-20"})
    assert "bổ sung sau: +1" in page.text


def as_kept(value: Fraction | float) -> float:
    """A number as a workbook's file keeps it, in 16 digits; Excel itself knows 15."""
    return float(f"{float(value):.16G}")


async def _as_it_passes(made: Generated, at: datetime) -> None:
    made.house.clock.set(at)
    await _by_api(made, at, reckoned.expected(made.journal, made.units, DUE, at))


async def _more_happens(made: Generated) -> None:
    """After all the moments: answers, a return, an exemption, a paper typed in, and a unit that is renamed."""
    last = MOMENTS[-1] + timedelta(days=2)
    state = {entry.unit: entry.what for entry in made.journal}
    fresh = [code for code, *_rest in made.units if code not in state]
    sent = [code for code, what in state.items() if what == "submit"]
    papers = [code for code, what in state.items() if what == "paper"]
    acts = [("submit", fresh[0]), ("nil", fresh[1]), ("paper", fresh[2]), ("return", sent[0]), ("exempt", sent[1])]
    for hours, (what, unit) in enumerate([*acts, ("submit", papers[0])]):
        await made.do(last + timedelta(hours=hours), what, unit)
    await Unit.filter(code=sent[2]).update(name="Tên Mới", full_name="Xã Tên Mới")


async def _by_api(made: Generated, at: datetime, found: Expected) -> dict[str, str]:
    """The rate and the summary; gives the labels of questions."""
    rate = (await made.api.get(f"/campaigns/{made.id}/rate", as_of=at.isoformat())).json()
    assert {name: rate[name] for name in found.rate} == found.rate
    for tallies, expected in (("by_kind", found.by_kind), ("by_group", found.by_group)):
        assert {n: (t["expected"], t["responded"], t["on_time"]) for n, t in rate[tallies].items()} == expected
    answer = await made.api.get(f"/campaigns/{made.id}/summary", as_of=at.isoformat())
    summary = json.loads(answer.text, parse_float=Decimal)
    items = {item["question"]: item for item in summary["items"]}
    assert summary["counted"] == found.answered["e_recv"]
    for name, count in found.answered.items():
        if name in items:
            assert items[name]["answered"] == count, name
    for name, numbers in found.numbers.items():
        given = items[name]["numbers"]
        assert Fraction(given["total"]) == numbers.total, name
        assert float(given["mean"]) == float(numbers.mean), name
        for figure in ("median", "q1", "q3", "minimum", "maximum"):
            assert float(given[figure]) == getattr(numbers, figure), (name, figure)
        for part, totals in (("by_kind", found.totals_by_kind[name]), ("by_group", found.totals_by_group[name])):
            told = {n: Fraction(p["numbers"]["total"]) for n, p in items[name][part].items() if p["numbers"]}
            assert told == totals, (name, part)
    for name, (above, below, top, bottom) in found.ratios.items():
        ratio = items[name]["ratio"]
        assert (ratio["numerator"], ratio["denominator"]) == (above, below)
        assert (ratio["numerator_sum"], ratio["denominator_sum"]) == (top, bottom)
        assert float(ratio["value"]) == float(top / bottom)
    for name, counts in found.distributions.items():
        assert {c["name"]: c["count"] for c in items[name]["distribution"] if c["count"]} == counts, name
    assert [repeat["rows"] for repeat in summary["repeats"]] == [found.rows]
    made.labels = {n: {c["name"]: c["label"] for c in i["distribution"]} for n, i in items.items()}
    return {name: item["label"] for name, item in items.items()}


async def _on_the_page(made: Generated, at: datetime, found: Expected, labels: dict[str, str]) -> None:
    answer = await made.house.client.get(f"/campaigns/{made.id}/summary", params={"as_of": at.isoformat()})
    assert answer.status_code == 200
    head = plain(answer.text.partition("<article")[0])
    assert f"{found.answered['e_recv']}/{found.rate['expected']} đơn vị có số liệu" in head
    assert f"nhận: {found.rate['responded']}/{found.rate['expected']}" in head
    blocks = dict(re.findall(r'<article class="card question" id="q-(\w+)">(.*?)</article>', answer.text, re.S))
    for name, n in found.numbers.items():
        block = plain(blocks[name])
        assert f"Tổng {written(n.total)} Trung bình {written(n.mean, 2)} Q1 {written(n.q1, 2)}" in block, name
        assert f"Trung vị {written(n.median, 2)} Q3 {written(n.q3, 2)}" in block, name
        for kind, total in found.totals_by_kind[name].items():
            assert re.search(rf"{KINDS[kind]} \d+ {re.escape(written(total))} ", block), (name, kind)
        for group, total in found.totals_by_group[name].items():
            assert re.search(rf"{group} \d+ {re.escape(written(total))} ", block), (name, group)
    for name, (_above, _below, top, bottom) in found.ratios.items():
        assert f"{percent(top, bottom, 2)} = {written(top)}/{written(bottom)} (" in plain(blocks[name]), name
    for name, counts in found.distributions.items():
        block = html.unescape(plain(blocks[name]))
        whole = found.answered.get(name, found.rows)
        for choice, count in counts.items():
            label = " ".join(made.labels[name][choice].split())
            assert f"{label} {count}/{whole} {percent(count, whole, 1)}" in block, (name, choice)
    assert "Tên Mới" not in answer.text


async def _in_the_workbook(made: Generated, at: datetime, found: Expected, labels: dict[str, str]) -> None:
    answer = await made.api.get(f"/campaigns/{made.id}/export.xlsx", as_of=at.isoformat())
    book = load_workbook(io.BytesIO(answer.content), data_only=True, read_only=True)
    rows = {name: list(book[name].iter_rows(values_only=True)) for name in ("Tổng hợp", "Thống kê", "Theo nhóm")}
    book.close()
    cover = [cell for row in rows["Tổng hợp"] for cell in row if cell is not None]
    assert f"{found.rate['responded']}/{found.rate['expected']}" in cover
    assert as_kept(found.rate["responded"] / found.rate["expected"]) in cover
    figures = rows["Thống kê"]
    first = {row[0]: row for row in reversed(figures)}
    for name, n in found.numbers.items():
        row = first[labels[name]]
        assert (row[1], Fraction(str(row[3]))) == (n.answered, n.total), name
        told = tuple(as_kept(value) for value in row[4:10])
        assert told == (as_kept(n.mean), n.q1, n.median, n.q3, n.minimum, n.maximum), name
    for name, (above, below, top, bottom) in found.ratios.items():
        at_row = next(
            place
            for place, row in enumerate(figures)
            if row[0] == labels[name] and str(figures[place + 1][0]) == f"Tử số: {labels[above]}"
        )
        lines = figures[at_row : at_row + 3]
        assert lines[2][0] == f"Mẫu số: {labels[below]}"
        assert [as_kept(line[3]) for line in lines] == [as_kept(top / bottom), int(top), int(bottom)]
    for name, counts in found.distributions.items():
        at_row = max(place for place, row in enumerate(figures) if row[0] == labels[name])
        told = {row[0]: row[1] for row in figures[at_row + 1 : at_row + 1 + len(made.labels[name])]}
        assert {made.labels[name][choice]: count for choice, count in counts.items()} == {
            k: v for k, v in told.items() if v
        }
    head = rows["Theo nhóm"][2]
    by_label = {row[0]: dict(zip(head, row, strict=False)) for row in rows["Theo nhóm"][3:]}
    for name in found.numbers:
        totals = {KINDS[kind]: total for kind, total in found.totals_by_kind[name].items()} | found.totals_by_group[
            name
        ]
        told = {
            part: Fraction(str(value))
            for part, value in by_label[labels[name]].items()
            if value is not None and part in totals
        }
        assert told == totals, name
