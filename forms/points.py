"""Places as people and devices write them."""

from __future__ import annotations

import re
from decimal import Decimal

_COORDINATE = re.compile(r"([+-]?)([0-9]{1,6})(?:[.,]([0-9]{1,15}))?")
_BETWEEN = re.compile(r"\s*;\s*|\s*,\s+|\s+")
_CLOSE = re.compile(r"([+-]?[0-9]+\.[0-9]+),([+-]?[0-9]+\.[0-9]+)")  # 20.8449,106.6881 as maps copy it


def read_point(text: str) -> tuple[Decimal, ...] | None:
    """Latitude, longitude, altitude and accuracy (0 where not given); None for what is no point.

    Two to four numbers, with decimal points or commas, parted by spaces, semicolons or ", ".
    """
    parts = _BETWEEN.split(text)
    if close := _CLOSE.fullmatch(text):
        parts = [close[1], close[2]]
    if not 2 <= len(parts) <= 4:
        return None
    found = [number for part in parts if (number := _coordinate(part)) is not None]
    if len(found) < len(parts):
        return None
    found += [Decimal(0)] * (4 - len(found))
    latitude, longitude, _, accuracy = found
    return tuple(found) if abs(latitude) <= 90 and abs(longitude) <= 180 and accuracy >= 0 else None


def _coordinate(text: str) -> Decimal | None:
    match = _COORDINATE.fullmatch(text)
    return Decimal(f"{match[1]}{match[2]}.{match[3] or '0'}") + 0 if match else None
