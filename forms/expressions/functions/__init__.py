"""Every function that expressions may call, by name, and those we know and refuse."""

from forms.expressions.functions import chance, choices, logic, nodesets, numbers, places, texts, times
from forms.expressions.functions.registry import FUNCTIONS, Function

# Known to ODK, Enketo or XPath 1.0, and not done here: an author gets a plain "not supported".
UNSUPPORTED = frozenset(
    {
        "encrypt",
        "extract-signed",
        "geofence",
        "id",
        "intersects",
        "jr:itext",
        "lang",
        "property",
        "version",
    }
)

__all__ = [
    "FUNCTIONS",
    "UNSUPPORTED",
    "Function",
    "chance",
    "choices",
    "logic",
    "nodesets",
    "numbers",
    "places",
    "texts",
    "times",
]
