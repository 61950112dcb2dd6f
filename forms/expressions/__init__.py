"""The expressions of XLSForm: XPath 1.0 with the functions of OpenRosa, compiled once.

    expression = compile("${staff} > 0 and . <= ${staff}")
    expression.names                 # {"staff"}
    expression.boolean(node, env)

Pure: the moment, the zone, instances and labels come in an `Environment`.
"""

from forms.expressions.environment import Environment
from forms.expressions.errors import EvaluationError, ExpressionError
from forms.expressions.expression import Expression, compile
from forms.expressions.outside import evaluate

__all__ = ["Environment", "EvaluationError", "Expression", "ExpressionError", "compile", "evaluate"]
