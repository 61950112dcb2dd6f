"""A second version of the first survey's form: one question gone, one moved, one retyped, one choice gone, one new."""

from copy import deepcopy
from datetime import datetime

from forms import xlsform
from forms.xlsform import Cells
from service.flow import forms
from service.models import FormVersion

VERSION = "2025080101"


def changed(cells: Cells) -> Cells:
    """c_docs is gone, h_other stands in section c, c_plan_due is text, the channel zalo is gone, c_note is new."""
    made = deepcopy(cells)
    rows = {row[1]: row for row in made["survey"][1:] if len(row) > 1}
    survey = [row for row in made["survey"] if row not in (rows["c_docs"], rows["h_other"])]
    place = survey.index(rows["c_bcd"]) + 1
    survey[place:place] = [rows["h_other"], ["text", "c_note", "C4. Ghi chú thêm"]]
    rows["c_plan_due"][0] = "text"
    made["survey"] = survey
    made["choices"] = [row for row in made["choices"] if row[:2] != ["channel", "zalo"]]
    made["settings"][1][made["settings"][0].index("version")] = VERSION
    return made


async def version(older_id: int, now: datetime) -> FormVersion:
    """The second version as an import would have made it."""
    older = await FormVersion.get(id=older_id)
    cells = changed(older.cells)
    form = xlsform.build(cells)
    made = await FormVersion.create(
        form_id=form.id,
        version=form.version,
        title=form.title,
        questions=sum(1 for question in form.questions() if question.asked),
        cells=cells,
        file_id=older.file_id,
        created_at=now,
    )
    forms._built.pop(made.id, None)  # another test's database had its own form of that id
    return made
