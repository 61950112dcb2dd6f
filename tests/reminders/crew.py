"""A worker process as `phieu worker` runs one, with a short lease; run as a program by test_two_workers.

usage: python -m tests.reminders.crew DATABASE PORT LEASE_SECONDS. It says "ready", begins at the next line on stdin,
and ends with the one after.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from reminders.address import Mailbox
from reminders.smtp import Server, SmtpSender
from reminders.worker import Worker
from service import database
from tests.reminders.crash import Desk, nothing


async def main() -> None:
    url, port, lease = sys.argv[1], int(sys.argv[2]), timedelta(seconds=float(sys.argv[3]))
    async with database.opened(url):
        crew = Worker(
            Desk(),
            lambda: SmtpSender(Server("127.0.0.1", port, "plain"), timeout=20),
            lambda: datetime.now(UTC),
            nothing,
            mail_from=Mailbox("Sở", "khaosat@phieu.test"),
            interval=0.5,
            lease=lease,
        )
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        crew.start()
        await asyncio.to_thread(sys.stdin.readline)
        await crew.stop()


if __name__ == "__main__":
    asyncio.run(main())
