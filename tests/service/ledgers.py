"""Scenes with recommendations: units that report difficulties, and reports that are accepted."""

from collections.abc import Sequence

from service.flow import principal, reviews, submissions
from service.models import Contact, Recommendation, Unit
from tests.conftest import House
from tests.service.build import AN_LAO_ANSWERS, Survey

STAFF = principal.staff(1)
SCANNER = "Chưa có máy quét để số hóa hồ sơ tại bộ phận một cửa của xã."
LINE = "Đường truyền Internet đến các thôn ngoài đảo chưa ổn định, thường mất kết nối."


def row(number: str, matter: str, **other: str) -> dict[str, str]:
    """One row of the first survey's repeat of difficulties; `number` is its id."""
    said = {"h_field": "cds", "h_cause": "ha_tang", "h_desc": matter, "h_prop": "Đề nghị trang bị.", "h_to": "ubndtp"}
    return {"_id": number, **said, **other}


async def send(house: House, survey: Survey, code: str, rows: Sequence[dict[str, str]], key: str) -> None:
    """A unit reports these rows."""
    answers = {**AN_LAO_ANSWERS, "h": {"h_has": "co" if rows else "khong", **({"h_item": list(rows)} if rows else {})}}
    content = submissions.Given(answers)
    await submissions.submit(house.settings, survey.id, code, content, principal.link(1), key, house.clock())


async def report(house: House, survey: Survey, code: str, rows: Sequence[dict[str, str]], key: str = "k1") -> None:
    """A unit's report is sent and accepted."""
    await send(house, survey, code, rows, key)
    await reviews.accept(survey.id, code, STAFF, house.clock())


async def official(code: str) -> Contact:
    """Somebody at a unit who reads mail."""
    unit = await Unit.get(code=code)
    return await Contact.create(unit=unit, role="official", name=f"Công chức {unit.name}", email=f"u{code}@hp.example")


async def standing() -> list[tuple[int, str, int, str]]:
    """The ledger: number, state, the one it is answered with, matter."""
    rows = await Recommendation.all().order_by("number")
    return [(one.number, one.state, one.lead, one.matter) for one in rows]
