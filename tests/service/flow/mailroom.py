"""A published campaign beside a real SMTP server, for the tests of mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from service.flow import campaigns, reminding, units
from service.models import Campaign, Contact, Unit
from service.words import ZONE
from tests.conftest import House
from tests.post import Post, Served
from tests.service import build

FOUR = (build.AN_LAO, build.PHU_LIEN, "10888", "10903")


@asynccontextmanager
async def campaign(
    house: House, roster: str | tuple[str, ...] = FOUR, **terms: object
) -> AsyncIterator[tuple[Campaign, Post, reminding.Postroom]]:
    """A campaign whose units have one official each, published on Monday 8/6 at 8:30 and due on Monday 15/6.

    `terms` to set differently are those of build.survey.
    """
    async with Served(Post()) as post:
        settings = replace(house.settings, smtp_url=f"smtp://127.0.0.1:{post.port}")
        await units.seed(house.clock())
        await Contact.bulk_create(
            [Contact(unit=u, role="official", email=f"{u.code}@haiphong.example") for u in await Unit.all()]
        )
        survey = await build.survey(settings, house.clock(), roster=roster, **terms)
        await Contact.filter(id=survey.contact.id).update(active=False)
        yield survey.campaign, post, reminding.Postroom(settings, house.clock)


def local(house: House, days: int, hour: int, minute: int = 0) -> datetime:
    """A moment so many days after publication, local time."""
    day = house.clock().astimezone(ZONE) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


async def after_invitations(house: House, room: reminding.Postroom, post: Post) -> None:
    await room.tick(house.clock() + campaigns.CALL_BACK)
    post.accepted.clear()
