"""Functions on text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math

from forms.expressions import patterns
from forms.expressions.errors import EvaluationError
from forms.expressions.functions import several
from forms.expressions.functions.registry import Code, Maker, function, plain
from forms.expressions.syntax import Call
from forms.expressions.values import text_of

_SPACES = " \t\r\n"


def _round(number: float) -> float:
    return number if math.isinf(number) or number != number else math.floor(number + 0.5)


def _substring(text: str, start: float, length: float | None = None) -> str:
    """XPath 1.0, 4.2: positions count from 1, both numbers are rounded, NaN gives nothing."""
    first = _round(start)
    end = math.inf if length is None else first + _round(length)
    if end != end or first != first:
        return ""
    low = max(first, 1.0) - 1
    high = min(end - 1, float(len(text)))
    return text[int(low) : int(high)] if low < high else ""


def _substr(text: str, start: float, end: float = math.inf) -> str:
    """Positions count from 0, negative ones from the end, as in JavaRosa."""
    if start != start or end != end:
        return ""
    size = len(text)
    first, last = (int(min(max(size + number if number < 0 else number, 0), size)) for number in (start, end))
    return text[first:last]


def _before(text: str, mark: str) -> str:
    found = text.find(mark)
    return text[:found] if found > 0 else ""


def _after(text: str, mark: str) -> str:
    found = text.find(mark)
    return "" if found < 0 else text[found + len(mark) :]


def _normalize(text: str) -> str:
    # str.split() would also take form feeds and no-break spaces for white space.
    for space in "\t\r\n":
        text = text.replace(space, " ")
    return " ".join(word for word in text.split(" ") if word)


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for place, character in enumerate(old):
        table.setdefault(ord(character), new[place] if place < len(new) else None)
    return text.translate(table)


_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    if algorithm not in _DIGESTS or encoding not in ("hex", "base64"):
        raise EvaluationError(f"digest cannot do {algorithm!r} in {encoding!r}")
    raw = hashlib.new(_DIGESTS[algorithm], text.encode(), usedforsecurity=False).digest()
    return raw.hex() if encoding == "hex" else base64.b64encode(raw).decode()


def _base64_decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


plain("starts-with", "ss", "boolean", str.startswith)
plain("ends-with", "ss", "boolean", str.endswith)
plain("contains", "ss", "boolean", lambda text, part: part in text)
plain("substring", "sn?n", "string", _substring)
plain("substr", "sn?n", "string", _substr)
plain("substring-before", "ss", "string", _before)
plain("substring-after", "ss", "string", _after)
plain("translate", "sss", "string", _translate)
plain("boolean-from-string", "s", "boolean", lambda text: text in ("1", "true"))
plain("digest", "ss?s", "string", _digest)
plain("base64-decode", "s", "string", _base64_decode)


@function("string", 0, 1, "string", pure=True)
def _string(make: Maker, call: Call) -> Code[str]:
    return _of_context_or(make, call)


@function("string-length", 0, 1, "number", pure=True)
def _length(make: Maker, call: Call) -> Code[float]:
    text = _of_context_or(make, call)
    return lambda node, run: float(len(text(node, run)))


@function("normalize-space", 0, 1, "string", pure=True)
def _normalize_space(make: Maker, call: Call) -> Code[str]:
    text = _of_context_or(make, call)
    return lambda node, run: _normalize(text(node, run))


def _of_context_or(make: Maker, call: Call) -> Code[str]:
    if call.arguments:
        return make.string(call.arguments[0])
    return lambda node, run: node.text()


@function("concat", 0, None, "string", pure=True)
def _concat(make: Maker, call: Call) -> Code[str]:
    """All texts one after the other; of a node-set, those of all its nodes (as OpenRosa does)."""
    if all(make.kind(part) not in ("nodes", "any") for part in call.arguments):
        texts = [make.string(part) for part in call.arguments]
        return lambda node, run: "".join([text(node, run) for text in texts])
    lists = [several.texts(make, part) for part in call.arguments]
    return lambda node, run: "".join([text for texts in lists for text in texts(node, run)])


@function("join", 1, None, "string", pure=True)
def _join(make: Maker, call: Call) -> Code[str]:
    glue = make.string(call.arguments[0])
    lists = [several.texts(make, part) for part in call.arguments[1:]]
    return lambda node, run: glue(node, run).join([text for texts in lists for text in texts(node, run)])


@function("regex", 2, 2, "boolean", pure=True)
def _regex(make: Maker, call: Call) -> Code[bool]:
    """Whether the pattern is found anywhere in the text (as ODK Web Forms does: `^` and `$` anchor it)."""
    text = make.string(call.arguments[0])
    constant = make.constant(call.arguments[1])
    if constant is None:
        pattern = make.string(call.arguments[1])
        return lambda node, run: patterns.found(pattern(node, run), text(node, run))
    source = text_of(constant)
    try:
        search = patterns.compile_pattern(source)
    except patterns.BadPattern as error:
        return make.fail("bad_regex", call.arguments[1].at, pattern=source, reason=error.reason)
    return lambda node, run: search(text(node, run))
