"""Papers typeset as PDF, each in a child process that is gone afterwards; at most two at a time."""

import asyncio
import textwrap

from exports import pdf
from exports.paper import Official, Paper
from service import sandbox
from service.errors import ServiceError
from service.words import N_

PAGE = N_("Trang")
MEMORY = 500 * 1024 * 1024  # bytes of addresses; of them 40 full pages really use 110 MB
_turns = asyncio.Semaphore(2)


class PaperTooLong(ServiceError):
    """More than anybody would print; what it holds can be read on the screen."""

    status = 422
    code = "paper_too_long"
    message = N_("Nội dung quá dài để lập bản PDF. Vui lòng xem trên màn hình, hoặc dùng tệp Excel.")


async def made(paper: Paper | Official) -> bytes:
    """The paper as PDF. Raises PaperTooLong."""
    async with _turns:
        try:
            data: bytes = await sandbox.call(pdf.render, paper, memory=MEMORY)
        except sandbox.OverLimit as error:
            raise PaperTooLong() from error
    return data


def short(text: str) -> str:
    """A title for the head of every page, where there is room for three lines."""
    return textwrap.shorten(text, 130, placeholder="…")
