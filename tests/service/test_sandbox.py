"""Untrusted bytes in a child process: what it raises comes back, what it takes too much of is one refusal."""

import json
import zlib

import pytest

from service import sandbox

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
