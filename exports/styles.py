"""The look of our workbooks: one calm palette, the styles of titles, headings and cells, and number formats.

Number formats carry the Vietnamese locale (LCID 42A), so that programs that honour it write 1.035 and 51,8%
whatever the reader's own settings are; Excel itself follows the settings of Windows.
"""

from dataclasses import replace

from exports.document import DATE, MOMENT, Style

INK, NAVY, BLUE, GREY, AMBER = "#1F2933", "#1F3A5F", "#2F6DA8", "#6B7785", "#8A5A00"
LINE, SHADE, PALE, WARM = "#D5DBE1", "#E4EBF3", "#F5F7FA", "#FFF3D1"

INTEGER = "[$-42A]#,##0"
SIGNED = "[$-42A]+#,##0;-#,##0;0"
PERCENT, PERCENT_FINE, WHOLE = "[$-42A]0.0%", "[$-42A]0.00%", "[$-42A]0%"

PLAIN = Style(size=10, color=INK)
TITLE = Style(size=16, bold=True, color=NAVY, wrap=True, valign="center")
SHEET_TITLE = Style(size=13, bold=True, color=NAVY)
NOTE = Style(size=9, italic=True, color=GREY)
BANNER = Style(size=11, bold=True, color=AMBER, fill=WARM, valign="center", indent=1)
WARNING = Style(size=9, bold=True, color=AMBER)
FACT = Style(size=10, color=GREY)
FACT_VALUE = Style(size=10, color=INK, bold=True)
BIG = Style(size=30, bold=True, color=NAVY, valign="center")
CAPTION = Style(size=10, color=GREY)
BLOCK = Style(size=12, bold=True, color=NAVY, valign="center")

HEAD = Style(size=10, bold=True, color=NAVY, fill=SHADE, border=LINE, wrap=True, valign="center", align="center")
HEAD_LEFT = replace(HEAD, align="left")
SECTION = Style(size=10, bold=True, fill=NAVY, color="#FFFFFF", valign="center")
BAND = Style(size=10, bold=True, color=NAVY, fill=SHADE)

BAR = Style(size=8, color="#8FB4D9", valign="center")

BODY = Style(size=10, color=INK, border=LINE)
TEXT = replace(BODY, wrap=True)
CENTRE = replace(BODY, align="center")
NUMBER = replace(BODY, align="right", number_format=INTEGER)
SHARE = replace(NUMBER, number_format=PERCENT)
DAY = replace(BODY, align="center", number_format=DATE)
INSTANT = replace(BODY, align="center", number_format=MOMENT)


def strong(style: Style) -> Style:
    """The same style for the row that sums up or heads a group."""
    return replace(style, bold=True, fill=PALE)


def indented(style: Style, steps: int = 1) -> Style:
    return replace(style, indent=steps)


def formatted(style: Style, number_format: str) -> Style:
    return replace(style, number_format=number_format)


def decimals(places: int) -> str:
    """A number format with so many decimals (at most 4)."""
    return INTEGER + ("." + "0" * min(places, 4) if places > 0 else "")


def share_format(part: int, whole: int) -> str:
    """The format of a rate: one decimal, but 100% only for the whole and 0,0% only for nothing, as on the page."""
    if part == whole:
        return WHOLE
    thousandths = (2 * part * 1000 + whole) // (2 * whole)
    if part > 0 and thousandths == 0:
        return '"0,1%"'
    return '"99,9%"' if part < whole and thousandths == 1000 else PERCENT
