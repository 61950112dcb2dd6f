"""The local mailbox: where mail goes until an SMTP server is configured.

The page that shows it reads the outbox; nothing leaves the machine.
"""

from reminders.ports import Mail, Reply


class LocalMailbox:
    """A Sender that delivers to the local mailbox page."""

    async def send(self, mail: Mail) -> Reply:
        return Reply(250, "local mailbox")

    async def close(self) -> None:
        """Nothing is held open."""
