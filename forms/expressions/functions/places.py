"""Functions on places: points, lines and shapes written as ODK writes them.

A point is "latitude longitude [altitude [accuracy]]"; several are separated by
semicolons, or are the nodes of a node-set. The earth is a sphere with the
equatorial radius that ODK takes, so that results are the same to two decimals.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

from forms.expressions.environment import Run
from forms.expressions.functions import several
from forms.expressions.functions.registry import Code, Maker, function
from forms.expressions.syntax import Call
from forms.expressions.values import rounded
from forms.tree import Node

_RADIUS = 6_378_100.0
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]*)?")

Point = tuple[float, float]  # latitude and longitude in radians


def _point(text: str) -> Point | None:
    numbers = text.split()
    if not 2 <= len(numbers) <= 4 or not all(_NUMBER.fullmatch(number) for number in numbers):
        return None
    latitude, longitude = float(numbers[0]), float(numbers[1])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return math.radians(latitude), math.radians(longitude)


def _points(texts: list[str]) -> list[Point] | None:
    """None when any of them is no point."""
    found = [_point(part) for text in texts for part in text.strip().removesuffix(";").split(";")]
    points = [point for point in found if point is not None]
    return points if len(points) == len(found) else None


def _distance(start: Point, end: Point) -> float:
    """Great-circle distance in metres; by half-angles, which stays exact where places are close."""
    half = (
        math.sin((end[0] - start[0]) / 2) ** 2
        + math.cos(start[0]) * math.cos(end[0]) * math.sin((end[1] - start[1]) / 2) ** 2
    )
    return 2 * _RADIUS * math.asin(math.sqrt(min(half, 1.0)))


def _area(points: list[Point]) -> float:
    """Of the shape that the points enclose, in square metres."""
    total = sum(
        (end[1] - start[1]) * (2 + math.sin(start[0]) + math.sin(end[0]))
        for start, end in pairwise([*points, points[0]])
    )
    return abs(total) * _RADIUS**2 / 2


@function("distance", 1, None, "number", pure=True)
def _length(make: Maker, call: Call) -> Code[float]:
    """The length of the line through all points, in metres; NaN for less than two."""
    lists = [several.texts(make, part) for part in call.arguments]

    def length(node: Node, run: Run) -> float:
        points = _points([text for texts in lists for text in texts(node, run)])
        if points is None or len(points) < 2:
            return math.nan
        return rounded(sum(_distance(start, end) for start, end in pairwise(points)), 2)

    return length


@function("area", 1, 1, "number", pure=True)
def _enclosed(make: Maker, call: Call) -> Code[float]:
    texts = several.texts(make, call.arguments[0])

    def area(node: Node, run: Run) -> float:
        points = _points(texts(node, run))
        return math.nan if points is None or len(points) < 2 else rounded(_area(points), 2)

    return area
