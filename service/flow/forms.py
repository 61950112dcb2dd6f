"""Forms: importing a workbook as a version, and the built form of a version."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import anyio
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from forms import xlsform
from forms.schema import NUMBERS, Form, Page, Question, walk
from service import files, formwords, sandbox
from service.errors import BadFile, Invalid, NotFound, TooLarge
from service.flow import audit
from service.flow.principal import Principal
from service.models import FormFile, FormVersion, StoredFile
from service.settings import Settings
from service.words import N_, _

CACHED = 32
FIGURES_WORTH_NAMING = 2
LONGEST = {"form_title": 500, "form_id": 200, "version": 100}
OVER_LIMIT = N_(
    "Tệp mẫu phiếu quá nặng hoặc được tạo để gây quá tải nên không đọc được. "
    "Vui lòng lưu lại thành .xlsx từ Excel, bỏ các trang tính và định dạng thừa, rồi nhập lại."
)
_built: OrderedDict[int, Form] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Checked:
    """A workbook that was read: its cells, the form, and warnings in words."""

    cells: xlsform.Cells
    form: Form
    warnings: list[dict[str, object]]


async def check(data: bytes, media: Mapping[str, bytes] = {}) -> Checked:
    """Read a workbook and build its form in a child process, and only what stood that test in this one.

    `media` are the CSV files beside it, by name. Raises Invalid with every problem: {sheet, row, column, message}.
    """
    try:
        cells, doubts = await sandbox.call(xlsform.vetted, data, media)
        form = await anyio.to_thread.run_sync(xlsform.build, cells)
    except xlsform.FormErrors as error:
        raise Invalid([formwords.form_problem(p) for p in error.problems]) from error
    except sandbox.OverLimit as error:
        raise Invalid([{"sheet": "", "row": None, "column": None, "message": _(OVER_LIMIT)}]) from error
    wrong = [p for p in doubts if p.severity == "error"]
    warnings = [formwords.form_problem(p) for p in (*form.warnings, *(p for p in doubts if p not in wrong))]
    problems = [formwords.form_problem(p) for p in wrong] + _too_long(form)
    if problems:
        raise Invalid([*problems, *warnings])
    return Checked(cells, form, warnings)


def _too_long(form: Form) -> list[dict[str, object]]:
    """Settings that are longer than their columns in the database."""
    given = {"form_title": form.title, "form_id": form.id, "version": form.version}
    message = _("Nội dung dài quá {limit} ký tự. Vui lòng rút gọn.")
    return [
        {"sheet": "settings", "row": 2, "column": name, "message": message.format(limit=limit)}
        for name, limit in LONGEST.items()
        if len(given[name]) > limit
    ]


def media_of(given: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """The files beside a workbook by their clean names. Raises Invalid for two of one name."""
    found: dict[str, bytes] = {}
    for name, data in given:
        clean = files.clean_name(name)
        if any(clean.casefold() == other.casefold() for other in found):
            message = _("Có hai tệp cùng tên. Vui lòng chỉ gửi một tệp cho mỗi tên.")
            raise Invalid([{"sheet": clean, "row": None, "column": None, "message": message}])
        found[clean] = data
    return found


async def bring_in(
    settings: Settings,
    workbook: tuple[str, bytes],
    media: Iterable[tuple[str, bytes]],
    who: Principal,
    now: datetime,
) -> tuple[FormVersion, list[dict[str, object]]]:
    """Import a workbook, with the CSV files it names, as a form version; the same version again is refused.

    Files are given as name and content. Raises Invalid, BadFile, EmptyFile, TooLarge.
    """
    name, data = workbook
    content_type = await _judged(name, data)
    beside = media_of(media)
    if len(data) + sum(map(len, beside.values())) > files.LIMIT:
        raise TooLarge(limit=files.LIMIT_MB)
    checked = await check(data, beside)
    form = checked.form
    if await FormVersion.exists(form_id=form.id, version=form.version):
        raise _taken(form)
    digest = await anyio.to_thread.run_sync(files.keep, settings.files_dir, data)
    digests = {
        key: await anyio.to_thread.run_sync(files.keep, settings.files_dir, text) for key, text in beside.items()
    }
    file = StoredFile(
        sha256=digest, name=files.clean_name(name), size=len(data), content_type=content_type, created_at=now
    )
    media_files = [
        StoredFile(sha256=digests[key], name=key, size=len(text), content_type=files.CSV, created_at=now)
        for key, text in beside.items()
    ]
    try:
        return await _write(checked, file, media_files, who, now), checked.warnings
    except IntegrityError as error:  # somebody imported the same version a moment ago
        raise _taken(form) from error


def _taken(form: Form) -> Invalid:
    message = _("Phiên bản {version} của mẫu phiếu này đã có. Vui lòng tăng số version trong trang settings.")
    return Invalid(
        [{"sheet": "settings", "row": 2, "column": "version", "message": message.format(version=form.version)}]
    )


async def _write(
    checked: Checked, file: StoredFile, beside: Sequence[StoredFile], who: Principal, now: datetime
) -> FormVersion:
    form = checked.form
    async with in_transaction():
        await file.save()
        version = await FormVersion.create(
            form_id=form.id,
            version=form.version,
            title=form.title,
            questions=form.asking,
            cells=checked.cells,
            file=file,
            created_at=now,
        )
        for kept in beside:
            await kept.save()
            await FormFile.create(form=version, name=kept.name, file=kept)
        digests = {"sha256": file.sha256, "media": [kept.sha256 for kept in beside]}
        await audit.record("form.import", f"form:{version.id}", who, now, digests)
    return version


async def _judged(name: str, data: bytes) -> str:
    """The content type. Raises Invalid where there is more to say than that it is no Excel file."""
    try:
        return files.judge(name, data, frozenset({files.XLSX}))
    except BadFile:
        with suppress(sandbox.OverLimit):
            await _told(data)
        raise


async def _told(data: bytes) -> None:
    """Raises Invalid for what is of another kind, a workbook with macros say, with what to do about it."""
    try:
        await sandbox.call(xlsform.examine, data)
    except xlsform.FormErrors as error:
        if error.problems[0].code in xlsform.OTHER_FILES:
            raise Invalid([formwords.form_problem(error.problems[0])]) from error


def forget() -> None:
    """Drop the built forms: version ids mean something in one database only."""
    _built.clear()


async def built(version_id: int) -> Form:
    """The form of a version. A version never changes, so the last few are kept."""
    if version_id in _built:
        _built.move_to_end(version_id)
        return _built[version_id]
    version = await FormVersion.get_or_none(id=version_id)
    if version is None:
        raise NotFound()
    form = _built[version_id] = xlsform.build(version.cells)
    while len(_built) > CACHED:
        _built.popitem(last=False)
    return form


@dataclass(frozen=True, slots=True)
class Brief:
    """What to tell people before they begin: about how many minutes, and the sections that ask for figures."""

    minutes: int
    figures: tuple[str, ...]


async def brief(version_id: int) -> Brief:
    """The brief of a form: 20 seconds a question, in steps of five minutes."""
    form = await built(version_id)
    asked = form.asking
    figures = tuple(page.title.plain for page in form.pages if _figures(page) >= FIGURES_WORTH_NAMING)
    return Brief(max(5, -(-asked * 20 // 300) * 5), figures)


def _figures(page: Page) -> int:
    return sum(1 for item in walk(page.items) if isinstance(item, Question) and item.asked and item.kind in NUMBERS)
