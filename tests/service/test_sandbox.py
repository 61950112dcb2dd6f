"""Untrusted bytes in a child process: what it raises comes back, what it takes too much of is one refusal."""

import asyncio
import json
import zlib
from datetime import UTC, datetime

import pytest

from exports import paper
from service import sandbox
from service.flow import papers

pytestmark = pytest.mark.anyio


async def test_the_answer_and_what_is_raised_come_back() -> None:
    assert await sandbox.call(json.loads, b"[1, 2]") == [1, 2]
    with pytest.raises(json.JSONDecodeError):
        await sandbox.call(json.loads, b"nonsense")


async def test_too_deep_and_too_large_are_refused_alike() -> None:
    with pytest.raises(sandbox.OverLimit, match="depth"):
        await sandbox.call(json.loads, b"[" * 100_000)
    bomb = zlib.compressobj(9)
    data = b"".join(bomb.compress(bytes(1024 * 1024)) for _ in range(800)) + bomb.flush()
    with pytest.raises(sandbox.OverLimit, match="memory"):
        await sandbox.call(zlib.decompress, data)


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    with pytest.raises(sandbox.OverLimit, match="time"):
        await sandbox.call(json.loads, b"[]")


async def test_a_paper_longer_than_anybody_would_print_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "MEMORY", 130 * 1024 * 1024)
    with pytest.raises(papers.PaperTooLong):
        await papers.made(_paper(rows=5000))


def _paper(rows: int) -> paper.Paper:
    table = paper.Table(("Lúc", "Việc"), (("17:00", "Gửi báo cáo"),) * rows, (1, 1))
    return paper.Paper("Quá trình", "", "", "", "Trang", datetime(2026, 6, 8, tzinfo=UTC), (table,))


async def test_no_more_papers_wait_than_can_be_made_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = asyncio.Semaphore(0)
    monkeypatch.setattr(papers, "_turns", turns)
    monkeypatch.setattr(papers, "MOST", 2)
    whole = _paper(rows=1)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(papers.made(whole)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(papers.PapersBusy):
            await papers.made(whole)
        waiting[0].cancel()  # whoever closes the page makes room
        await asyncio.sleep(0)
        third = group.create_task(papers.made(whole))
        turns.release()
    assert (await third)[:4] == (await waiting[1])[:4] == b"%PDF"
