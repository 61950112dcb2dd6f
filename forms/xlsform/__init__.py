"""XLSForm workbook -> Form. Everything that is not supported is refused with sheet, row and column.

cells, doubts = vetted(data, files)     # in a child process: bytes -> text of cells that build, kept in the database,
                                        # and what pyxform says of them
form = build(cells)                     # cheap enough for every start of a process

`files` are the CSV files that come with the workbook, by name. What a workbook says passes through the
modules in this order: cells, media (bytes to text), sheets (rows by column), rowtypes, looks, parameters,
columns (one row), survey and choices (one sheet), checks (what spans rows), importer (all of it).
"""

from collections.abc import Mapping

from forms.problems import FormErrors, FormProblem
from forms.xlsform.cells import OTHER_FILES, Cells, read
from forms.xlsform.importer import build, examine
from forms.xlsform.opinion import second_opinion

__all__ = ["OTHER_FILES", "Cells", "FormErrors", "FormProblem", "build", "examine", "read", "second_opinion", "vetted"]


def vetted(data: bytes, files: Mapping[str, bytes] = {}) -> tuple[Cells, tuple[FormProblem, ...]]:
    """`examine` and then `second_opinion`, in one go for a child process. Raises FormErrors like `examine`."""
    cells = examine(data, files)
    return cells, second_opinion(cells)
