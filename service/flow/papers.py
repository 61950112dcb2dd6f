"""Papers typeset as PDF, each in a child process that is gone afterwards; at most two at a time."""

import asyncio
import textwrap

from exports import pdf
from exports.paper import Official, Paper
from service import sandbox
from service.words import N_

PAGE = N_("Trang")
MEMORY = 800 * 1024 * 1024  # bytes of addresses; what is really used for 40 full pages is 110 MB
_turns = asyncio.Semaphore(2)


async def made(paper: Paper | Official) -> bytes:
    """The paper as PDF. Raises sandbox.OverLimit for one that is longer than anybody would print."""
    async with _turns:
        data: bytes = await sandbox.call(pdf.render, paper, memory=MEMORY)
    return data


def short(text: str) -> str:
    """A title for the head of every page, where there is room for three lines."""
    return textwrap.shorten(text, 130, placeholder="…")
