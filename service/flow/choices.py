"""What staff choose from when they make a campaign: form versions, people, units."""

from collections.abc import Mapping, Sequence

from service.models import Campaign, FormVersion, Staff, Unit
from service.words import _, collation


async def form_versions() -> list[FormVersion]:
    """The newest first; their cells are left unread."""
    return await FormVersion.all().order_by("-id").only("id", "form_id", "version", "title", "questions")


async def form_names() -> dict[int, str]:
    """Title and version of every form version, by id."""
    words = _("{title}, phiên bản {version}")
    return {form.id: words.format(title=form.title, version=form.version) for form in await form_versions()}


async def campaign_titles() -> dict[int, str]:
    return dict(await Campaign.all().values_list("id", "title"))


async def published_titles() -> list[tuple[int, str]]:
    """The published campaigns to choose from, the newest first."""
    rows = await Campaign.filter(published_at__not_isnull=True).order_by("-id").values_list("id", "title")
    return [(number, title) for number, title in rows]


async def people() -> list[Staff]:
    found = await Staff.filter(active=True)
    return sorted(found, key=lambda person: collation(person.name))


async def units() -> list[Unit]:
    found = await Unit.filter(active=True)
    return sorted(found, key=lambda unit: collation(unit.full_name))


def by_group(known: Sequence[Unit]) -> Mapping[str, Sequence[Unit]]:
    """The units by former district, both in alphabetical order."""
    found: dict[str, list[Unit]] = {}
    for unit in known:
        found.setdefault(unit.group, []).append(unit)
    return {name: found[name] for name in sorted(found, key=collation)}
