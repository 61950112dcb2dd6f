"""A reply to recommendations told to the units that raised them: a mail to their officials, and the gateway.

A unit that raised several of those merged gets one mail that names them all; its link is that of its latest survey.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from reminders import outbox
from reminders.ports import Letter
from service.flow import hooks, recipients
from service.flow.mailtexts import Writer
from service.models import Recommendation, RecommendationReply
from service.settings import Settings
from service.words import _

TEXT = "ledger_reply"
LONGEST = 600  # of a matter as a mail quotes it; the unit's page has all of it


async def units(leads: Iterable[int]) -> Mapping[int, list[Recommendation]]:
    """Who raised them, by unit: what still stands in reports, invitations with campaign and its staff loaded."""
    related = ("invitation", "invitation__campaign", "invitation__campaign__staff")
    rows = Recommendation.filter(lead__in=list(leads), withdrawn_at=None).order_by("number").select_related(*related)
    found: dict[int, list[Recommendation]] = {}
    for one in await rows:
        found.setdefault(one.invitation.unit_id, []).append(one)
    return found


async def tell(
    settings: Settings,
    connection: BaseDBAsyncClient,
    reply: RecommendationReply,
    raised: Mapping[int, Sequence[Recommendation]],
    now: datetime,
) -> None:
    """Queue the mails about a reply, in the transaction of the act, and note it for the gateway."""
    people = await recipients.by_unit(list(raised))
    writer = Writer(settings, now)
    letters: list[Letter] = []
    for unit, own in raised.items():
        latest = max((one.invitation for one in own), key=lambda invitation: invitation.id)
        for to in recipients.mailboxes(people.get(unit, ()), "official"):
            said = {"kien_nghi": quoted(own), "tra_loi": reply.text}
            text = await writer.composed(latest, TEXT, to.name, said)
            made = Letter(
                key=f"ledger:{reply.id}:{own[0].number}:{to.address}",
                kind="notice",
                ref=recipients.reference(latest.id),
                campaign=latest.campaign_id,
                unit=latest.code,
                contact=to.contact,
                to_address=to.address,
                to_name=to.name,
                subject=text.subject,
                text=text.text,
            )
            letters.append(made)
    await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))
    await hooks.note_reply(reply, [one for own in raised.values() for one in own], connection, now)


def quoted(own: Sequence[Recommendation]) -> str:
    """Số 12: Chưa có máy quét …, a line each."""
    line = _("Số {number}: {matter}")
    short = (textwrap.shorten(one.matter, LONGEST, placeholder="…") for one in own)
    return "\n".join(line.format(number=one.number, matter=matter) for one, matter in zip(own, short, strict=True))
