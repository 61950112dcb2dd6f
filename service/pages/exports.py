"""What a campaign can be exported as, and the record of each export that was made."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.flow import campaigns, exporting, exportjobs, refreshing
from service.models import RefreshAddress
from service.pages import asked
from service.words import N_, _

KINDS = {
    "xlsx": (N_("Excel (.xlsx)"), N_("Tổng hợp, mọi đơn vị, trả lời, thống kê, biểu đồ, nhật ký thư")),
    "docx": (N_("Báo cáo Word (.docx)"), N_("Theo thể thức Nghị định 30/2020, để ghi số và ký")),
    "csv": (N_("CSV"), N_("Mỗi đơn vị một dòng, kèm trả lời; để đưa vào chương trình khác")),
    "csv.zip": (N_("CSV, mỗi bảng một tệp (.zip)"), N_("Như CSV, thêm một tệp cho mỗi mục liệt kê nhiều dòng")),
    "json": (N_("JSON"), N_("Tỷ lệ, đơn vị, trả lời, tổng hợp; để lập trình")),
    "zip": (N_("Tệp đính kèm (.zip)"), N_("Mọi tệp đơn vị đã gửi, xếp theo đơn vị, mục, câu hỏi; kèm danh sách")),
    "pdf.zip": (N_("PDF từng báo cáo (.zip)"), N_("Mỗi báo cáo đã gửi một tệp PDF; kèm danh sách")),
}
SINGLE = {"pdf": N_("PDF của một đơn vị")}


async def index(request: Request) -> Response:
    return await page(request)


async def page(
    request: Request,
    problems: Sequence[Mapping[str, object]] = (),
    typed: str = "",
    fresh: tuple[RefreshAddress, str] | None = None,
) -> Response:
    """The page; `problems` and what was `typed` of an address that was refused, or the `fresh` one with its token."""
    number, as_of = asked.number(request), asked.as_of(request)
    campaign = await campaigns.published(number)
    problem = asked.problem(campaign.published_at, as_of)
    context = {
        "campaign": campaign,
        "path": f"/campaigns/{number}",
        "as_of": as_of,
        "problem": problem,
        "link": as_of.link,
        "kinds": [(kind, _(name), _(hint)) for kind, (name, hint) in KINDS.items()],
        "aside": KINDS if await exporting.large(campaign) else exporting.ARCHIVES,
        "coded": exporting.CODED,
        "jobs": [
            (job, who, named(job.format), _(exportjobs.STATES[job.state])) for job, who in await exportjobs.of(number)
        ],
        "records": [(row, who, named(row.format)) for row, who in await exporting.records(number)],
        "addresses": await refreshing.of(number),
        "tables": await refreshing.tables(number),
        "site": web.settings(request).public_url,
        "problems": problems,
        "typed": typed,
        "fresh": fresh,
    }
    return web.render(request, "monitor/exports.html", context, 422 if problem or problems else 200)


def named(kind: str) -> str:
    """A kind of file in words."""
    return _(KINDS[kind][0] if kind in KINDS else SINGLE.get(kind, kind))
