"""What a person typed, against what a page shows, what the draft keeps and what was sent: field by field.

Keys are a draft's (tests/journeys/filling.py). A figure counts the same with and without its thousand dots, ticks in
any order; of everything else each character counts.
"""

import re
from collections.abc import Mapping

from playwright.async_api import Page, expect

from forms.flat import flatten
from service.flow import submissions
from service.models import Campaign, Draft, Invitation, Submission
from tests.journeys.conftest import Site

Typed = dict[str, str | list[str]]

_GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+")
_READ = """form => {
  const found = {};
  for (const one of form.elements) {
    if (!one.name.startsWith("v:") || one.type === "file") continue;
    const key = one.name.slice(2);
    if (one.type === "radio") found[key] = one.checked ? one.value : found[key] ?? "";
    else if (one.type === "checkbox") found[key] = [...(found[key] ?? []), ...(one.checked ? [one.value] : [])];
    else found[key] = one.value;
  }
  return found;
}"""


async def draft_of(site: Site, code: str) -> Typed:
    """The draft of a unit, {} where it has none."""
    async with site.data():
        draft = await Draft.get_or_none(invitation__campaign_id=site.campaign, invitation__code=code)
        return dict(draft.answers) if draft else {}


async def sent_of(site: Site, code: str) -> tuple[Submission, Typed]:
    """What a unit sent last: the submission, and its answers in the draft's shape."""
    async with site.data():
        invitation = await Invitation.get(campaign_id=site.campaign, code=code)
        submission = await Submission.filter(invitation_id=invitation.id).order_by("-number").first()
        assert submission is not None, f"{code} has sent nothing"
        form = await submissions.form_of(submission, await Campaign.get(id=site.campaign))
        answers, problems = flatten(form, submission.answers)
        assert not problems
        return submission, answers


async def shown_on(page: Page) -> Typed:
    """What stands in the fields of a section's page."""
    found: Typed = await page.locator("#fill").evaluate(_READ)
    return found


def lost(typed: Mapping[str, object], found: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """The fields that are not as they were typed: key -> (typed, found). {} when not one character is lost."""
    return {key: (value, found.get(key)) for key, value in typed.items() if _plain(value) != _plain(found.get(key, ""))}


async def assert_kept(site: Site, code: str, typed: Mapping[str, object]) -> None:
    _assert_none(lost(typed, await draft_of(site, code)), "the draft")


async def assert_shown(page: Page, typed: Mapping[str, object]) -> None:
    """Every one of the fields stands on the open page as it was typed."""
    await expect(page.locator("#fill")).to_be_visible()
    for _ in range(40):  # what a closed page left is taken over a moment after the page is drawn
        missing = lost(typed, await shown_on(page))
        if not missing:
            return
        await page.wait_for_timeout(50)
    _assert_none(missing, page.url)


async def assert_sent(site: Site, code: str, typed: Mapping[str, object]) -> None:
    _submission, answers = await sent_of(site, code)
    _assert_none(lost(typed, answers), "what was sent")


def _assert_none(missing: dict[str, tuple[object, object]], where: str) -> None:
    assert not missing, f"{where} differs from what was typed: {missing}"


def _plain(value: object) -> object:
    """Without thousand dots and the order of ticks, and with the line ends of a form's post as they were typed."""
    if not isinstance(value, str):
        return sorted(value) if isinstance(value, list) else value
    return value.replace(".", "") if _GROUPED.fullmatch(value) else value.replace("\r\n", "\n")
