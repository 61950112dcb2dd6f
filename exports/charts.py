"""Chart -> XlsxWriter chart: native, so that it can be changed and copied in Excel."""

from typing import Any

from exports import text
from exports.document import Chart, Series

FONT = "Arial"  # on every machine, with all Vietnamese marks
SMALL = {"name": FONT, "size": 9, "color": "#404040"}
GRID = {"visible": True, "line": {"color": "#E3E7EC", "width": 0.75}}


def drawn(book: Any, chart: Chart) -> Any:
    """The chart as XlsxWriter's own, made in `book` and ready to be inserted."""
    made = book.add_chart({"type": chart.kind})
    for series in chart.series:
        made.add_series(_series(chart, series))
    made.set_title({"name": _literal(chart.title), "name_font": SMALL | {"size": 11, "bold": True}})
    _axes(made, chart)
    made.set_legend({"position": "bottom", "font": SMALL} if chart.legend else {"none": True})
    made.show_blanks_as("gap")
    made.set_size({"width": chart.width, "height": chart.height - 2})
    made.set_chartarea({"border": {"color": "#D5DBE1"}})
    return made


def _literal(words: str) -> str:
    """A title as XlsxWriter takes it for words: what begins with "=", or has a "!" and then a cell's name, would be a
    reference. An invisible joiner after the mark tells them apart."""
    words = text.cell(words).replace("!", "!\u2060")
    return f" {words}" if words.startswith("=") else words


def _axes(made: Any, chart: Chart) -> None:
    names: dict[str, Any] = {"num_font": SMALL | {"size": chart.label_size}, "line": {"color": "#9AA5B1"}}
    if chart.dates:
        dates = {"date_axis": True, "num_format": "dd/mm"}
        names |= dates | {"major_unit": chart.step, "major_unit_type": "days"}
    if chart.kind == "bar":
        names |= {"reverse": True, "interval_unit": 1, "major_tick_mark": "none"}
        made.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0, "max": chart.most})
        made.set_y_axis(names)
    else:
        made.set_x_axis(names)
        values = {"num_font": SMALL, "min": 0, "max": chart.most, "num_format": chart.number_format}
        made.set_y_axis({**values, "major_gridlines": GRID, "line": {"none": True}})


def _series(chart: Chart, series: Series) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": _literal(series.name),
        "categories": "=" + series.categories.absolute(),
        "values": "=" + series.values.absolute(),
    }
    if chart.kind == "bar":
        made |= {"fill": {"color": series.color}, "gap": 45}
    elif series.line:
        made["line"] = {"color": series.color, "width": 2, "dash_type": series.dash}
    else:
        made["line"] = {"none": True}
    if series.marker:
        paint = {"color": series.color}
        made["marker"] = {"type": series.marker, "size": 8, "fill": paint, "border": paint}
    if series.drop:
        down = {"color": series.color, "width": 1.25, "dash_type": "dash"}
        made["y_error_bars"] = {"type": "percentage", "value": 100, "direction": "minus", "end_style": 0, "line": down}
    if series.labels:
        made["data_labels"] = {"value": True, "num_format": chart.number_format, "font": SMALL}
    return made
