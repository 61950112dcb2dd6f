"""What can be wrong with an expression, as codes with parameters (the service finds the words)."""

from __future__ import annotations


class ExpressionError(ValueError):
    """The text of an expression is not one we can evaluate. Raised when it is compiled.

    `position` is the index in the source of the first character of what is
    wrong, None when it is the whole. Codes and their parameters:

        empty                    no expression at all
        too_long                 length, limit
        too_deep                 limit
        syntax                   found (the token met, "" at the end)
        unterminated_string      (none)
        unknown_character        character
        bad_reference            text: a ${...} that holds no name
        unknown_axis             name
        unknown_function         name
        unsupported_function     name
        unsupported_variable     name: $x is XPath, but a form has no variables
        wrong_argument_count     name, least, most (None: any number), given
        needs_nodes              name: a function or path on something that is no node-set
        choice_name_argument     (none): the second argument must name a question
        bad_regex                pattern, reason: syntax, escape, class, repeat, too_long,
                                 too_large, too_deep or runs_away
        bad_date_format          format, escape
    """

    def __init__(self, code: str, position: int | None = None, **params: object) -> None:
        details = ", ".join(f"{name}={value!r}" for name, value in params.items())
        where = "" if position is None else f" at {position}"
        super().__init__(f"{code}{where}" + (f" ({details})" if details else ""))
        self.code = code
        self.params: dict[str, object] = params
        self.position = position


class EvaluationError(ValueError):
    """An expression that compiled met values it cannot work on."""
