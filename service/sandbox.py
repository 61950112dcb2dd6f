"""Runs a function on untrusted files in a child process with limits of time and memory.

A 5 KB workbook can ask a parser for 3 GB, a 138 KB one for 20 s: what it takes is bounded from outside, and a child
that dies takes nothing with it.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

SECONDS = 20.0
MEMORY = 300 * 1024 * 1024
# A library's threads, one for every core of the machine unless told otherwise, each reserve memory.
ONE_THREAD = {"RAYON_NUM_THREADS": "1"}

_CHILD = """
import pickle, resource, sys
seconds, memory, module, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
import importlib
function = getattr(importlib.import_module(module), name)
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024,) * 2)
try:
    answer = (True, function(*pickle.load(sys.stdin.buffer)))
except Exception as error:
    answer = (False, error)
sys.stdout.buffer.write(pickle.dumps(answer))
"""


class OverLimit(RuntimeError):
    """The child used too much time, memory or depth, or died."""


async def call(function: Callable[..., Any], *given: object, memory: int = MEMORY) -> Any:
    """`function(*given)`, a module-level function, in a child process of its own with so many bytes of memory.

    Raises what the function raised, or OverLimit for too much time, memory or depth.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _CHILD,
        str(int(SECONDS)),
        str(memory),
        function.__module__,
        function.__qualname__,
        env=os.environ | ONE_THREAD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(pickle.dumps(given)), SECONDS)
    except TimeoutError as error:
        raise OverLimit("time") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        fine, value = pickle.loads(output)  # noqa: S301 - our own child wrote it
    except (EOFError, pickle.UnpicklingError) as error:
        raise OverLimit("died") from error
    if fine:
        return value
    if isinstance(value, MemoryError | RecursionError):
        raise OverLimit("memory" if isinstance(value, MemoryError) else "depth") from value
    raise value
