"""What is wrong with a form's workbook, in words.

A sentence says what was found, and what to do about it in Excel. Where it stands (sheet, row, column) is beside it.
"""

from collections.abc import Mapping

from forms.problems import FormProblem
from service import secondopinion
from service.formsentences import BLOCKS, INSTEAD, OTHER, PATTERNS, RANGES, REASONS, SENTENCES
from service.words import _, number


class _Filler(dict[str, object]):
    """A parameter that is not there leaves a gap in the sentence, never an error page."""

    def __missing__(self, key: str) -> str:
        return "…"


def form_problem(problem: FormProblem) -> dict[str, object]:
    """JSON-ready: sheet, row, column (the author's header, or its letter), cell ("G12"), code, message, severity.

    What was cut off a long list is one problem with a `count` of its own.
    """
    cell = f"{problem.letter}{problem.row}" if problem.letter and problem.row else None
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column or problem.letter,
        "cell": cell,
        "code": problem.code,
        "message": sentence(problem.code, problem.params),
        "severity": problem.severity,
        **({"count": problem.params.get("count")} if problem.code == "more_problems" else {}),
    }


def sentence(code: str, params: Mapping[str, object]) -> str:
    """The words for a code. An unknown code still names itself."""
    if code == "pyxform":
        return secondopinion.said(str(params.get("text", "")))
    key = code
    if code == "too_deep" and "expression" in params:
        key = "too_deep_expression"
    elif code == "syntax" and not params.get("found"):
        key = "syntax_end"
    ready = _Filler({"code": code, **_readable(params)})
    said = [_(SENTENCES.get(key, OTHER)).format_map(ready)]
    if "near" in params:
        said.append(_("Có phải ý là “{near}”?").format_map(ready))
    if params.get("instead") in INSTEAD:
        said.append(_(INSTEAD[str(params["instead"])]))
    return " ".join(said)


def _readable(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters as people read them: lists joined, positions counted from 1, limits with separators."""
    ready: dict[str, object] = {}
    for name, value in params.items():
        if isinstance(value, int) and name in ("limit", "length", "count"):
            ready[name] = number(value)
        elif isinstance(value, list | tuple):
            ready[name] = ", ".join(str(part) for part in value)
        elif name in ("what", "open"):
            ready[name] = _(BLOCKS.get(str(value), str(value)))
        else:
            ready[name] = value
    position = params.get("position")
    ready["place"] = _(" (ký tự thứ {n})").format(n=position + 1) if isinstance(position, int) else ""
    ready["reason"] = _reason(params)
    ready["wanted"] = _wanted(params)
    names = params.get("names") or params.get("languages") or params.get("columns") or params.get("allowed")
    if isinstance(names, list | tuple):
        arrow = " → " if "names" in params else ", "
        ready["names"] = arrow.join(str(name) for name in names)
    return ready


def _reason(params: Mapping[str, object]) -> str:
    if params.get("why") in RANGES:
        return _(RANGES[str(params["why"])]).format_map(_Filler(params))
    if "why" in params:
        return _(REASONS.get(str(params["why"]), str(params["why"])))
    reason = str(params.get("reason", ""))
    return _(PATTERNS[reason]) if reason in PATTERNS else reason


def _wanted(params: Mapping[str, object]) -> str:
    least, most = params.get("least"), params.get("most")
    if most is None:
        return _("ít nhất {least} giá trị").format(least=least)
    if least == most:
        return _("đúng {least} giá trị").format(least=least)
    return _("từ {least} đến {most} giá trị").format(least=least, most=most)
