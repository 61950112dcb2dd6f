"""Example forms, as an office would write them, each with how it is filled in and what must come out.

The same examples are imported (test_gallery.py), evaluated (test_gallery.py), and filled in through a browser
(tests/journeys/test_gallery.py). The workbooks in tests/forms/workbooks are made of them by make_workbooks.py.
"""

from tests.forms.gallery import choosing, computing, figures, layout, offices, rows, words
from tests.forms.gallery.example import Add, Example, Step

EXAMPLES: tuple[Example, ...] = (
    *words.EXAMPLES,
    *figures.EXAMPLES,
    *choosing.EXAMPLES,
    *layout.EXAMPLES,
    *rows.EXAMPLES,
    *computing.EXAMPLES,
    *offices.EXAMPLES,
)

__all__ = ["EXAMPLES", "Add", "Example", "Step"]
