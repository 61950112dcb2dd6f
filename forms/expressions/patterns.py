"""Regular expressions of forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from forms.expressions.errors import EvaluationError


class BadPattern(ValueError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Callable[[str], bool]:
    try:
        search = re.compile(source, re.ASCII).search
    except re.error as error:
        raise BadPattern(error.msg) from error
    return lambda text: search(text) is not None


def found(source: str, text: str) -> bool:
    try:
        return compile_pattern(source)(text)
    except BadPattern as error:
        raise EvaluationError(f"bad pattern: {error.reason}") from error
