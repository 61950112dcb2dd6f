"""XLSForm workbook -> Form. Everything that is not supported is refused with sheet, row and column.

cells = examine(data, files)            # in a child process: bytes -> text of cells that build, kept in the database
problems = second_opinion(cells)         # in a child process: what pyxform says
form = build(cells)                     # cheap enough for every start of a process

`files` are the CSV files that come with the workbook, by name. What a workbook says passes through the
modules in this order: cells, media (bytes to text), sheets (rows by column), rowtypes, looks, parameters,
columns (one row), survey and choices (one sheet), checks (what spans rows), importer (all of it).
"""

from forms.problems import FormErrors, FormProblem
from forms.xlsform.cells import OTHER_FILES, Cells, read
from forms.xlsform.importer import build, examine
from forms.xlsform.opinion import second_opinion

__all__ = ["OTHER_FILES", "Cells", "FormErrors", "FormProblem", "build", "examine", "read", "second_opinion"]
