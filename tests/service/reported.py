"""What the Word report of the generated campaign must say, from pandas' figures alone, and the report read back.

Every paragraph with a figure in it and every row of every table is expected; what is not stands out as a difference.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import docx

from service.words import KINDS
from tests.service import reckoned
from tests.service.generated import Generated
from tests.service.reckoned import Expected, Parts, percent, written
from tests.service.scenes import DUE

LISTS = ("ĐÚNG HẠN", "BÁO CÁO MUỘN", "CHƯA ĐẾN HẠN", "QUÁ HẠN", "KHÔNG THUỘC DIỆN")
PERIOD = ("1/6/2025", "30/6/2025")
ROMAN = ("I", "II", "III", "IV", "V")


@dataclass(frozen=True, slots=True)
class Read:
    """A report read back: its paragraphs up to the annexes, those of the annexes, its tables as texts."""

    body: list[str]
    annexes: list[str]
    tables: list[list[list[str]]]


def read(data: bytes) -> Read:
    document = docx.Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    first = texts.index("Phụ lục I")
    return Read(texts[:first], texts[first:], [[_cells(row) for row in table.rows] for table in document.tables])


def _cells(row: Any) -> list[str]:
    """The texts of a row; a title that runs over all columns is one."""
    cells = [cell.text for cell in row.cells]
    return cells[:1] if len(row._tr.tc_lst) == 1 else cells


def check(made: Generated, data: bytes, at: datetime, found: Expected, labels: Mapping[str, str]) -> None:
    """Everything in the report as of a moment is as expected."""
    told, said = read(data), _Expected(made, at, found, labels)
    start = told.body.index("I. TÌNH HÌNH GỬI BÁO CÁO") + 1
    figures = [text for text in told.body[start:-1] if any(map(str.isdigit, text)) and text[:2] not in ("1.", "2.")]
    ratios, silent = list(said.ratios()), [text for text in figures if "câu hỏi trả lời bằng lời văn" in text]
    assert sorted(text for text in figures if text in ratios) == sorted(ratios)
    assert [text for text in figures if text not in (*ratios, *silent)] == [
        *said.standing(),
        said.rows(),
        *said.steps(),
    ]
    _head, kinds, groups, results, _signature, *annexed = told.tables
    assert sorted(kinds[1:]) == sorted(said.rates(found.by_kind, dict(KINDS)))
    assert sorted(groups[1:]) == sorted(said.rates(found.by_group, {name: name for name in found.by_group}))
    rows = {row[1]: row[2:] for row in results[1:] if len(row) > 1}
    assert rows == said.results(rows)
    _annexes(told, said, annexed)


def _annexes(told: Read, said: "_Expected", annexed: list[list[list[str]]]) -> None:
    """The lists of units, the rows of the repeat, the figures by kind and by group."""
    tables = iter(annexed)
    for name, names in zip(LISTS, said.lists, strict=True):
        assert any(name in text for text in told.annexes) == bool(names), name
        assert not names or sorted(row[1] for row in next(tables)[1:]) == sorted(names), name
    assert len(next(tables)) - 1 == said.found.rows
    kinds = [KINDS[kind] for kind in sorted(KINDS)]
    by_kind, *by_group = tables
    assert by_kind[0] == ["Nội dung", "Chung", *kinds]
    assert {row[0]: dict(zip(by_kind[0][1:], row[1:], strict=True)) for row in by_kind[1:]} == said.parts(
        said.found.kinds, said.found.totals_by_kind, dict(KINDS)
    )
    columns = {
        name: {row[0]: row[place] for row in table[1:]}
        for table in by_group
        for place, name in enumerate(table[0])
        if place
    }
    groups = {name: name for name in said.found.by_group}
    assert columns == said.parts(said.found.groups, said.found.totals_by_group, groups)


class _Expected:
    """The words of the report, from the figures of a moment."""

    def __init__(self, made: Generated, at: datetime, found: Expected, labels: Mapping[str, str]) -> None:
        self.found = found
        self.labels = {name: label.rstrip(" .:?") for name, label in labels.items()}
        self.lists = reckoned.lists(made.journal, made.units, DUE, at)
        self._choices = made.labels
        form = reckoned.survey()
        self._of_some = set(form[form["relevant"].ne("")]["name"])
        self._in_rows = set(form[form["in_repeat"]]["name"])
        numbers = zip([name for name, names in zip(LISTS, self.lists, strict=True) if names], ROMAN, strict=False)
        self._annex = {name: f"(Phụ lục {number})" for name, number in numbers}
        self._form = form.set_index("name")

    def standing(self) -> Iterator[str]:
        """How many answered, on time, are missing, are exempt, came in later."""
        rate, late, exempt = self.found.rate, len(self.lists[1]), len(self.lists[4])
        n, of, good = rate["responded"], rate["expected"], rate["on_time_original"]
        inside = [f"{rate['nil']} đơn vị báo cáo không phát sinh"]
        inside += [f"{rate['received']} đơn vị đã gửi văn bản, chưa nhập số liệu vào hệ thống"] * bool(rate["received"])
        sent = f"Có {n}/{of} đơn vị thuộc diện báo cáo đã gửi báo cáo, đạt {percent(n, of, 1)}"
        yield f"{sent}; trong đó có {', '.join(inside)}."
        both = (
            f"có {good} đơn vị gửi đúng hạn, bằng {percent(good, n, 1)} số đơn vị đã gửi ({good}/{n}) và "
            f"{percent(good, of, 1)} số đơn vị phải gửi ({good}/{of})"
        )
        extended = f"Tính cả thời gian được gia hạn, {both} {self._annex[LISTS[0]]}."
        tardy = f"Có {late} đơn vị gửi muộn {self._annex[LISTS[1]]}." if late else "Không có đơn vị gửi muộn."
        yield f"Theo hạn gửi ban đầu (17:00 ngày 18/7/2025), {both}. {extended} {tardy}"
        yield self._missing(of - n, of, rate["returned"])
        if exempt:
            yield f"{exempt} đơn vị không thuộc diện báo cáo, không tính vào số phải gửi {self._annex[LISTS[4]]}."
        if later := rate["recorded_later"]:
            yield (
                f"Bổ sung sau: +{later} đơn vị có báo cáo trước thời điểm nêu trên nhưng được ghi nhận sau thời điểm "
                "đó; các số liệu trong báo cáo này giữ nguyên."
            )

    def _missing(self, missing: int, of: int, returned: int) -> str:
        coming, overdue = self.lists[2], self.lists[3]
        parts = [f"{len(overdue)} đơn vị quá hạn {self._annex[LISTS[3]]}"] if overdue else []
        parts += [f"{len(coming)} đơn vị chưa đến hạn {self._annex[LISTS[2]]}"] if coming else []
        back = f"; trong số này có {returned} đơn vị đã gửi và đang chỉnh sửa, bổ sung" if returned else ""
        return f"Còn {missing}/{of} đơn vị chưa tính là đã gửi, gồm {', '.join(parts)}{back}."

    def ratios(self) -> Iterator[str]:
        for above, below, top, bottom in self.found.ratios.values():
            words = f"- {self.labels[above]} so với {self.labels[below]}: {percent(top, bottom, 2)}"
            yield f"{words} ({written(top)} trên {written(bottom)})."

    def rows(self) -> str:
        """The repeat's line; its annex follows those of the lists."""
        number = f"Phụ lục {(*ROMAN, 'VI')[len(self._annex)]}"
        units = f"{self.found.row_units}/{self.found.rate['responded']}"
        title = self._form["label"]["h_item"].rstrip(" .:?")
        return f"- {title}: {self.found.rows} nội dung từ {units} đơn vị đã gửi ({number})."

    def steps(self) -> Iterator[str]:
        """What there is to do."""
        rate, coming, overdue = self.found.rate, len(self.lists[2]), len(self.lists[3])
        who = "Sở KH&CN"
        if overdue:
            yield f"{who} tiếp tục đôn đốc {overdue} đơn vị quá hạn gửi báo cáo {self._annex[LISTS[3]]}."
        if coming:
            yield f"{who} tiếp nhận báo cáo của {coming} đơn vị chưa đến hạn {self._annex[LISTS[2]]}."
        if rate["returned"]:
            yield f"{who} theo dõi việc chỉnh sửa, bổ sung báo cáo của {rate['returned']} đơn vị."
        if rate["received"]:
            yield f"{who} nhập số liệu của {rate['received']} đơn vị đã gửi văn bản vào hệ thống để tổng hợp."

    def rates(self, tallies: Mapping[str, tuple[int, int, int]], labels: Mapping[str, str]) -> Iterator[list[str]]:
        """A row for each kind or group, and their sum."""
        rows = {labels[name]: counts for name, counts in tallies.items()}
        whole = tuple(map(sum, zip(*rows.values(), strict=True)))
        for label, (expected, responded, on_time) in (*rows.items(), ("Cộng", whole)):
            share = percent(on_time, responded, 1) if responded else "–"
            yield [label, f"{expected}", f"{responded}", percent(responded, expected, 1), f"{on_time}", share]

    def results(self, told: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Of each question in the table: answered of asked, and its figures, a line each.

        How many were asked is known of what is asked of all; elsewhere the form's author made it plain to whom, and the
        generated answers leave nothing out.
        """
        names = {self.labels[name]: name for name in self.labels if self.labels[name] in told}
        assert names.keys() == told.keys()
        assert names.keys() >= {self.labels[name] for name in (*self.found.numbers, *self.found.distributions)}
        return {label: self._result(name, told[label][0]) for label, name in names.items()}

    def _result(self, name: str, of: str) -> list[str]:
        found, answered = self.found, self.found.answered.get(name)
        if name in self._in_rows:
            return [f"{found.rows}/{found.rows}", "\n".join(self._choices_of(name, found.rows))]
        whole = found.answered["e_recv"]
        if answered is None:
            answered, known = whole, {"a_kind": self._kinds(whole), "a_from": [PERIOD[0]] * 2, "a_to": [PERIOD[1]] * 2}
            lines = known[name] if name == "a_kind" else [f"Từ {known[name][0]} đến {known[name][1]}"]
            return [f"{answered}/{whole}", "\n".join(lines)]
        asked = answered if name in self._of_some else whole
        return [f"{answered}/{asked}", "\n".join((*self._numbers(name), *self._choices_of(name, answered)))]

    def _kinds(self, whole: int) -> list[str]:
        counts = self.found.kinds.units
        return [f"{KINDS[k]}: {counts.get(k, 0)} ({percent(counts.get(k, 0), whole, 1)})" for k in KINDS]

    def _numbers(self, name: str) -> Iterator[str]:
        if n := self.found.numbers.get(name):
            yield f"Tổng: {short(n.total)}"
            yield f"Trung bình {short(n.mean)}; trung vị {short(n.median)}"
            yield f"Từ {short(n.minimum)} đến {short(n.maximum)}"
        if share := self.found.shares.get(name):
            whole, top, bottom = share
            terms = f"({written(top)} trên {written(bottom)})"
            yield f"Tỷ lệ so với {self.labels[whole]}: {percent(top, bottom, 2)} {terms}"
        if days := self.found.days.get(name):
            yield "Từ {} đến {}".format(*days)

    def _choices_of(self, name: str, answered: int) -> Iterator[str]:
        counts = self.found.distributions.get(name, {})
        for choice, label in (self._choices[name] if counts else {}).items():
            yield f"{label}: {counts.get(choice, 0)} ({percent(counts.get(choice, 0), answered, 1)})"

    def parts(
        self, parts: Parts, totals: Mapping[str, Mapping[str, Fraction]], labels: Mapping[str, str]
    ) -> dict[str, dict[str, str]]:
        """Each total and each ratio by kind or by group, and of all."""
        found: dict[str, dict[str, str]] = {}
        for name, n in self.found.numbers.items():
            cells = found[self.labels[name]] = {}
            whole = self.found.answered["e_recv"]
            cells["Chung"] = f"{short(n.total)} ({n.answered}/{n.answered if name in self._of_some else whole})"
            for part, label in labels.items():
                answered = parts.answered[name].get(part, 0)
                of = answered if name in self._of_some else parts.units.get(part, 0)
                total = short(totals[name][part]) if answered else "–"
                cells[label] = f"{total} ({answered}/{of})"
        for name, (above, below, *sums) in self.found.ratios.items():
            cells = found[f"{self.labels[above]} so với {self.labels[below]}"] = {"Chung": _ratio(*sums)}
            cells |= {label: _ratio(*parts.ratios[name].get(part, (0, 0))) for part, label in labels.items()}
        return found


def _ratio(top: Fraction | int, bottom: Fraction | int) -> str:
    return f"{percent(top, bottom, 2)} ({written(top)} / {written(bottom)})" if bottom else "–"


def short(value: Fraction | float) -> str:
    """With two decimals at most, and none that says nothing."""
    exact = Fraction(value)
    return written(exact, None if (exact * 100).denominator == 1 else 2)
