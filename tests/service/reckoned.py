"""What a generated campaign comes to, worked out with pandas from its journal and the form's workbook alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.service.build import ND132
from tests.service.generated import Entry

RESPONDING = ("submit", "nil", "paper", "accept")
SENDING = ("submit", "nil", "paper")
WHOLES = {  # of what a figure is a part, by the checks of the form's workbook
    "b_staff": ("b_staff_full", "b_staff_tdc", "b_staff_cert"),
    "d_meas_est": ("d_meas_vio",),
    "e_recv": ("e_online", "e_direct", "e_ontime", "e_late", "e_settled", "e_withdrawn", "e_proc", "e_pay", "e_st"),
    "e_proc": ("e_proc_late",),
    "f_ca": ("f_sign",),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    answered: int
    total: Fraction
    mean: Fraction
    median: float
    q1: float
    q3: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Expected:
    """All figures as of a moment. `kinds` and `groups` are of totals by question; ratios are (above, below)."""

    rate: dict[str, int]
    by_kind: dict[str, tuple[int, int, int]]
    by_group: dict[str, tuple[int, int, int]]
    numbers: dict[str, Numbers]
    totals_by_kind: dict[str, dict[str, Fraction]]
    totals_by_group: dict[str, dict[str, Fraction]]
    ratios: dict[str, tuple[str, str, Fraction, Fraction]]
    distributions: dict[str, dict[str, int]]
    answered: dict[str, int]
    rows: int
    row_units: int
    kinds: "Parts"
    groups: "Parts"
    days: dict[str, tuple[str, str]]
    shares: dict[str, tuple[str, Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The units with figures of each kind or group: how many, how many answered each question, both sums of ratios."""

    units: dict[str, int]
    answered: dict[str, dict[str, int]]
    ratios: dict[str, dict[str, tuple[Fraction, Fraction]]]


def survey() -> pd.DataFrame:
    """The rows of the form's workbook, with the repeat that each stands in."""
    found = pd.read_excel(ND132, sheet_name="survey", dtype=str).fillna("")
    begins, ends = found["type"].eq("begin repeat").cumsum(), found["type"].eq("end repeat").cumsum()
    return found.assign(in_repeat=begins > ends)


def expected(
    journal: Sequence[Entry], units: Sequence[tuple[str, str, str, str]], due: datetime, at: datetime
) -> Expected:
    """Every figure from what had been recorded by `at`."""
    roster = pd.DataFrame(units, columns=["unit", "kind", "group", "name"]).set_index("unit")
    log = pd.DataFrame([(e.recorded, e.at, e.unit, e.what, e.answers) for e in journal])
    log.columns = pd.Index(["recorded", "at", "unit", "what", "answers"])
    known = log[log["recorded"] <= at]
    state = known.groupby("unit")["what"].last().reindex(roster.index)
    sent = known[known["what"].isin(SENDING)]
    first = sent.groupby("unit")["at"].min().reindex(roster.index)
    responded = state.isin(RESPONDING)
    exempt, on_time = state.eq("exempt"), responded & (first <= due)
    nil = known[known["what"].isin(SENDING)].groupby("unit")["what"].last().reindex(roster.index).eq("nil")
    late = log[(log["recorded"] > at) & (log["at"] <= at) & log["what"].isin(SENDING)]["unit"].unique()
    rate = {
        "expected": int((~exempt).sum()),
        "responded": int(responded.sum()),
        "nil": int((nil & responded).sum()),
        "received": int(state.eq("paper").sum()),
        "returned": int(state.eq("return").sum()),
        "on_time_original": int(on_time.sum()),
        "recorded_later": int((~responded[list(late)]).sum()),
    }
    tally = pd.DataFrame({"expected": ~exempt, "responded": responded, "on_time": on_time})
    counted = responded & ~nil & ~state.eq("paper")
    answers = sent[sent["what"] == "submit"].groupby("unit")["answers"].last()
    return _figures(rate, roster, tally, _flat(answers[counted[counted].index.intersection(answers.index)]))


def _flat(answers: "pd.Series[Any]") -> pd.DataFrame:
    """A row a unit, a column a question; calculations by their formulas in the workbook."""
    flat = pd.json_normalize(list(answers), max_level=1)
    flat.columns = flat.columns.str.rpartition(".").get_level_values(2)
    flat.index = answers.index
    flat["b_staff_part"] = flat["b_staff"] - flat["b_staff_full"]
    flat["e_settled"] = flat["e_ontime"] + flat["e_late"]
    return flat


def _figures(rate: dict[str, int], roster: pd.DataFrame, tally: pd.DataFrame, flat: pd.DataFrame) -> Expected:
    form = survey()
    outside = form[~form["in_repeat"]]
    summed = [n for n in outside[outside["x_consolidate"] == "sum"]["name"] if n in flat]
    selects = form[form["type"].str.startswith("select_") & form["x_bind"].eq("")]
    rows = flat["h_item"].dropna().explode().dropna() if "h_item" in flat else pd.Series(dtype=object)
    inside = pd.DataFrame(list(rows), index=rows.index)
    kind, group = roster["kind"].reindex(flat.index), roster["group"].reindex(flat.index)
    return Expected(
        rate=rate,
        by_kind=_tallies(tally, roster["kind"]),
        by_group=_tallies(tally, roster["group"]),
        numbers={name: _numbers(flat[name]) for name in summed},
        totals_by_kind={name: _totals(flat[name], kind) for name in summed},
        totals_by_group={name: _totals(flat[name], group) for name in summed},
        ratios=dict(_ratios(outside, flat)),
        distributions={
            str(row["name"]): _counts((inside if row["in_repeat"] else flat).get(row["name"], pd.Series(dtype=object)))
            for _place, row in selects.iterrows()
        },
        answered={
            str(name): int(flat[name].replace("", None).notna().sum()) for name in flat if name in set(outside["name"])
        },
        rows=len(rows),
        row_units=rows.index.nunique(),
        kinds=_parts(outside, flat, kind),
        groups=_parts(outside, flat, group),
        days={name: _days(flat[name]) for name in outside[outside["type"] == "date"]["name"] if name in flat},
        shares={part: (whole, *_sums(flat, part, whole)) for whole, parts in WHOLES.items() for part in parts},
    )


def _sums(flat: pd.DataFrame, above: str, below: str) -> tuple[Fraction, Fraction]:
    """Both sums over those who answered both."""
    both = flat[[above, below]].dropna()
    return Fraction(int(both[above].sum())), Fraction(int(both[below].sum()))


def _parts(form: pd.DataFrame, flat: pd.DataFrame, by: "pd.Series[str]") -> Parts:
    ratios = {str(name): dict(_ratios(form, part)) for name, part in flat.groupby(by)}
    counts = flat.groupby(by).count()
    return Parts(
        units={str(name): int(count) for name, count in by.value_counts().items()},
        answered={str(name): {str(p): int(n) for p, n in counts[name].items()} for name in counts},
        ratios={
            name: {part: found[name][2:] for part, found in ratios.items()}
            for name in dict.fromkeys(name for found in ratios.values() for name in found)
        },
    )


def _days(values: "pd.Series[Any]") -> tuple[str, str]:
    """The first and the last day, as letters write them."""
    days = pd.to_datetime(values.dropna())
    first, last = (f"{day.day}/{day.month}/{day.year}" for day in (days.min(), days.max()))
    return first, last


def lists(
    journal: Sequence[Entry], units: Sequence[tuple[str, str, str, str]], due: datetime, at: datetime
) -> tuple[list[str], ...]:
    """The names of the units that were on time, late, not yet due, overdue, exempt, by what had been recorded by `at`.

    What was handed back is due at 17:00 of the second working day after; none of these days is a holiday.
    """
    log = pd.DataFrame([(e.recorded, e.at, e.unit, e.what) for e in journal if e.recorded <= at])
    log.columns = pd.Index(["recorded", "at", "unit", "what"])
    names = pd.Series({code: name for code, _kind, _group, name in units})
    last = log.groupby("unit").last().reindex(names.index)
    first = log[log["what"].isin(SENDING)].groupby("unit")["at"].min().reindex(names.index)
    responded, exempt, back = last["what"].isin(RESPONDING), last["what"].eq("exempt"), last["what"].eq("return")
    owed = pd.Series(pd.Timestamp(due), index=names.index)
    after = last["recorded"][back] + 2 * pd.offsets.BusinessDay()
    owed[back] = after.dt.normalize() + pd.Timedelta(hours=17)
    missing = ~responded & ~exempt
    of = (responded & (first <= due), responded & (first > due), missing & (owed >= at), missing & (owed < at), exempt)
    return tuple(list(names[one]) for one in of)


def _tallies(tally: pd.DataFrame, by: "pd.Series[str]") -> dict[str, tuple[int, int, int]]:
    summed = tally.groupby(by).sum()
    return {str(name): (int(r["expected"]), int(r["responded"]), int(r["on_time"])) for name, r in summed.iterrows()}


def _exact(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Figures as exact numbers: what is typed has two decimals at most."""
    return pd.to_numeric(values.dropna()).map(lambda value: Fraction(str(value)))


def _numbers(values: "pd.Series[Any]") -> Numbers:
    given = pd.to_numeric(values.dropna())
    total = sum(_exact(values), Fraction())
    q1, median, q3 = given.quantile([0.25, 0.5, 0.75])
    return Numbers(len(given), total, total / len(given), median, q1, q3, given.min().item(), given.max().item())


def _totals(values: "pd.Series[Any]", by: "pd.Series[str]") -> dict[str, Fraction]:
    exact = _exact(values)
    return {str(name): sum(part, Fraction()) for name, part in exact.groupby(by.reindex(exact.index))}


def _ratios(form: pd.DataFrame, flat: pd.DataFrame) -> Any:
    for _place, row in form[form["x_consolidate"].str.startswith("ratio:")].iterrows():
        above, below = (part.strip() for part in row["x_consolidate"].removeprefix("ratio:").split("/"))
        yield row["name"], (above, below, *_sums(flat, above, below))


def _counts(values: "pd.Series[Any]") -> dict[str, int]:
    return {str(name): int(count) for name, count in values.dropna().explode().value_counts().items()}


def written(value: Fraction | float, places: int | None = None) -> str:
    """A number the Vietnamese way, 1.234,50; whole ones without decimals, others with `places`, else all they have."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return f"{int(exact):,}".replace(",", ".")
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    if places is not None:
        decimal = decimal.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{decimal:,f}".translate(str.maketrans(",.", ".,"))


def percent(part: Fraction | int, whole: Fraction | int, places: int) -> str:
    """51,8%, rounded half up; none of the generated shares comes so near 0 or 100 that it would read as either."""
    if part == whole:
        return "100%"
    share = (Decimal(100) * Decimal(int(part)) / Decimal(int(whole))).quantize(
        Decimal(1).scaleb(-places), ROUND_HALF_UP
    )
    return f"{share}%".replace(".", ",")
