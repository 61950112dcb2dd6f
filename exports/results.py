"""What the answers come to, in the words of the official report: ratios of sums, a table of all questions."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import count, groupby

from exports.paper import Part, Table, Text
from exports.report import CampaignReport, QuestionTotals, Ratio
from exports.words import number, percent, shown

LONG = 20  # choices; of more only the most frequent are named
NAMED = 10
EMPTY = "Chưa có số liệu để tổng hợp."


def ratios(report: CampaignReport) -> Iterator[str]:
    """A sentence for every ratio of sums that the form asks for, with both terms in words, each once."""
    found = (question.ratio for question in report.questions if question.ratio)
    yield from (f"- {plain(ratio.numerator)} {line}." for ratio, line in dict.fromkeys((r, _ratio(r)) for r in found))


def _ratio(ratio: Ratio) -> str:
    """To what the numerator is compared, the share, and both sums."""
    above, below = ratio.numerator_sum, ratio.denominator_sum
    words, terms = f"so với {plain(ratio.denominator)}", f"({shown(above)} trên {shown(below)})"
    if not below:
        return f"{words}: chưa tính được {terms}"
    return f"{words}: {quotient(ratio)} {terms}"


def quotient(ratio: Ratio) -> str:
    """90,63%, or 2,5 where it is no share; the denominator is not 0."""
    above, below = ratio.numerator_sum, ratio.denominator_sum
    return percent(above, below, 2) if ratio.percent else number(Decimal(above) / below, 2)


def tables(report: CampaignReport) -> Iterator[Part]:
    """A table of all questions that have figures, by section; those answered in words only are counted below."""
    told = [(question, result) for question in report.questions if (result := _result(question))]
    rows: list[tuple[str, ...]] = []
    places = count(1)
    for section, questions in groupby(told, key=lambda one: one[0].section):
        rows += [(section,)] if section else []
        for question, result in questions:
            answered = f"{number(question.answered)}/{number(question.of)}"
            rows.append((str(next(places)), plain(question.label), answered, result))
    if rows:
        yield Table(("TT", "Nội dung", "Trả lời trên số được hỏi", "Kết quả"), tuple(rows), (7, 39, 14, 40))
    else:
        yield Text(EMPTY)
    silent = (one for one in report.questions if one.answered and one.ratio is None and not _result(one))
    if rest := sum(1 for _one in silent):
        yield Text(f"{number(rest)} câu hỏi trả lời bằng lời văn được tổng hợp trong tệp Excel của đợt khảo sát.")


def _result(question: QuestionTotals) -> str:
    """The figures of one question, a line each; "" for what is answered in words, or by nobody. Ratios stand apart."""
    if not question.answered:
        return ""
    lines = []
    if question.total is not None:
        lines.append(f"Tổng: {shown(question.total)}")
    if question.mean is not None and question.median is not None:
        lines.append(f"Trung bình {shown(question.mean)}; trung vị {shown(question.median)}")
    if question.minimum is not None and question.maximum is not None:
        lines.append(f"Từ {shown(question.minimum)} đến {shown(question.maximum)}")
    shares = (f"Tỷ lệ {_ratio(share)}" for share in question.shares)
    return "\n".join((*lines, *shares, *_choices(question)))


def _choices(question: QuestionTotals) -> Iterator[str]:
    """Each choice with its share of the units that answered; of a long list the most frequent."""
    given = question.distribution
    if len(given) > LONG:
        given = tuple(sorted(given, key=lambda choice: -choice[1])[:NAMED])
        if given[0][1] <= 1:
            return  # a list such as the units' own names
    for label, chosen in given:
        yield f"{label}: {number(chosen)} ({percent(chosen, question.answered)})"
    if left := len(question.distribution) - len(given):
        yield f"… và {number(left)} lựa chọn khác"


def rows_given(report: CampaignReport, annexes: Mapping[str, str]) -> Iterator[str]:
    """How many rows each repeat has, from how many units, and in which annex they stand."""
    for sheet in report.repeats:
        units = len({row.code for row in sheet.rows})
        of = number(report.rate.responded)
        title = plain(sheet.title)
        if not units:
            yield f"- {title}: không có đơn vị nào nêu."
            continue
        see = f" ({annexes[sheet.name]})"
        yield f"- {title}: {number(len(sheet.rows))} nội dung từ {number(units)}/{of} đơn vị đã gửi{see}."
    if not report.repeats:
        yield "Mẫu phiếu không có mục liệt kê."


def plain(label: str) -> str:
    """A label without its closing mark, to go on after it."""
    return label.rstrip(" .:?")
