"""Papers as PDF or Word, each made in a child process that is gone afterwards; two at a time, and few that wait."""

import asyncio
import textwrap
from collections.abc import Callable
from typing import TypeVar

from exports import pdf, word
from exports.letter import Letter
from exports.paper import Official, Paper
from service import sandbox
from service.errors import ServiceError
from service.words import N_

PAGE = N_("Trang")
MEMORY = 500 * 1024 * 1024  # bytes of addresses; of them 40 full pages really use 110 MB
MOST = 24  # papers being made or waiting at once; a usual one takes about a second
_turns = asyncio.Semaphore(2)
_asked = 0
Made = TypeVar("Made")


class PaperTooLong(ServiceError):
    """More than anybody would print; what it holds can be read on the screen."""

    status = 422
    code = "paper_too_long"
    message = N_("Nội dung quá dài để lập văn bản. Vui lòng xem trên màn hình, hoặc dùng tệp Excel.")


class PapersBusy(ServiceError):
    status = 503
    code = "papers_busy"
    message = N_("Hệ thống đang lập nhiều văn bản cùng lúc. Vui lòng đợi một phút rồi tải lại.")


async def made(paper: Paper | Official) -> bytes:
    """The paper as PDF. Raises PaperTooLong, PapersBusy."""
    return await in_turn(pdf.render, paper)


async def filled(template: bytes | None, letter: Letter) -> bytes:
    """The Word template (None: that which ships) with the letter in it. Raises PaperTooLong, PapersBusy."""
    return await in_turn(word.fill, template, letter)


async def in_turn(make: Callable[..., Made], *given: object) -> Made:
    """What a module-level function makes of what is given, in a child process. Raises PaperTooLong, PapersBusy."""
    global _asked
    if _asked >= MOST:
        raise PapersBusy()
    _asked += 1
    try:
        async with _turns:
            made: Made = await sandbox.call(make, *given, memory=MEMORY)
    except sandbox.OverLimit as error:
        raise PaperTooLong() from error
    finally:
        _asked -= 1
    return made


def short(text: str) -> str:
    """A title for the head of every page, where there is room for three lines."""
    return textwrap.shorten(text, 130, placeholder="…")
