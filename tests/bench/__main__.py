"""`make bench`: what the product costs, as ratios to bare pieces measured in the same run.

Servers run in processes of their own and are asked one request at a time; their CPU time is what the operating system
charges them (user and system, all threads). Each figure is the median of several rounds; the rounds of the product and
of the bare piece alternate, so that a machine that slows down slows both.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from service.settings import Settings
from tests.bench import country, engine, exports, faults, mail, pages

HISTORY = Path(__file__).parents[2] / "docs" / "bench.jsonl"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="phieu-bench-"))
    try:
        print("Preparing the sample…", flush=True)
        settings = Settings(
            f"sqlite://{folder / 'phieu.sqlite3'}",
            folder,
            "http://127.0.0.1:8701",
            None,
            "Phiếu <p@phieu.test>",
            b"k" * 40,
        )
        found = asyncio.run(pages.sample(settings))
        figures = engine.figures() | pages.measure(found, folder) | mail.measure(folder) | faults.measure(folder)
        figures |= country.measure(folder) | exports.measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures)
    keep(figures)


# name -> (aim or None, the figure it is compared with or None)
AIMS: dict[str, tuple[float | None, str | None]] = {
    "nd132 checked whole, CPU ms": (1, "empty request, CPU ms"),
    "nd132 live change, the form's part, CPU ms": (None, "empty request, CPU ms"),
    "live change, CPU ms": (2, "empty request, CPU ms"),
    "1,000 questions checked whole, CPU ms": (None, "empty request, CPU ms"),
    "1,000 questions live change, the form's part, CPU ms": (None, "empty request, CPU ms"),
    "import of nd132, CPU ms": (1000, "pyxform alone on nd132, CPU ms"),
    "import of 1,000 questions, CPU ms": (10000, "pyxform alone on 1,000 questions, CPU ms"),
    "submission by API, CPU ms": (3, "bare insert, CPU ms"),
    "submission and its receipt by mail, CPU ms": (None, "bare insert, CPU ms"),
    "section page, CPU ms": (5, "bare page, CPU ms"),
    "dashboard of 114 units, CPU ms": (5, "bare page, CPU ms"),
    "section page, first load, KB compressed": (60, None),
    "section on a slow phone and line, first load, s": (1.5, None),
    "section on a slow phone and line, after, s": (1.0, None),
    "typing, 300 officials: 95% answered within, ms": (150, "empty request, CPU ms"),
    "typing, 300 officials: changes lost": (0, None),
    "mail on SQLite, messages a second": (None, None),
    "mail on SQLite, ms a message": (2, "bare aiosmtplib beside SQLite, ms a message"),
    "mail on PostgreSQL, messages a second": (None, None),
    "mail on PostgreSQL, ms a message": (2, "bare aiosmtplib beside PostgreSQL, ms a message"),
    "planning 3,321 units x 8 steps, s": (1, None),
    **{f"dashboard while the mail server {how}, x calm": (1.2, None) for how in faults.FAULTS},
    "campaign page of 3,321 units, CPU ms": (50, "empty request beside 3,321 units, CPU ms"),
    "table of 3,321 units, filtered, CPU ms": (30, "empty request beside 3,321 units, CPU ms"),
    "summary of 3,321 units, CPU s": (2, None),
    "workbook of 3,321 units, CPU s": (1.5, "bare XlsxWriter with the same cells, CPU s"),
    "front page, calm, ms": (None, None),
    "front page while 3,321 units are exported, ms": (2, "front page, calm, ms"),
    "memory before the 3,321 units, MB": (None, None),
    "memory after the summary of 3,321 units, MB": (250, None),
    "memory after the workbook of 3,321 units, MB": (250, None),
    "memory after the sample, MB": (150, "memory of the bare server, MB"),
}


def show(figures: dict[str, float]) -> None:
    print(f"\n{'':56}{'figure':>9}{'aim':>8}   ratio")
    for name, (aim, against) in AIMS.items():
        ratio = f"{figures[name] / figures[against]:.1f} x {against.rpartition(',')[0]}" if against else ""
        print(f"{name:56}{figures[name]:9.2f}{'' if aim is None else f'≤ {aim:g}':>8}   {ratio}")


def keep(figures: dict[str, float]) -> None:
    """Append the run to the history, with what tells one machine from another."""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": sys.version.split()[0], **figures}
    HISTORY.parent.mkdir(exist_ok=True)
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in line.items()}) + "\n")


if __name__ == "__main__":
    main()
