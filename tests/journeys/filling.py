"""How a person answers a question on a section's page, whatever it is drawn as.

What the page promises: the wrapper of a question has id `w-KEY` and says what it is drawn as in `data-what`; every
input that posts has the name `v:KEY`. The same with JavaScript and without; `open_page` and `proceed` go between
sections. Keys are a draft's: `e/e_recv`, and with the row's id in a repeat, `h/h_item/r1/h_desc`.
"""

from collections.abc import Sequence

from playwright.async_api import FilePayload, Locator, Page, expect

Answer = str | int | float | bool | Sequence[str] | FilePayload | None


def wrapper(page: Page, key: str) -> Locator:
    return page.locator(f'[id="w-{key}"]')


def inputs(page: Page, key: str) -> Locator:
    return page.locator(f'[name="v:{key}"]')


async def fill_question(page: Page, key: str, kind: str, value: Answer) -> None:
    """Answer one question as a person would. `kind` is the XLSForm type without its list: "select_one", "rank".

    `value`: text as typed ("1.142", "20,8449 106,6881"), ISO for date ("2026-07-18") and time ("07:30"), a choice's
    name, names for select_multiple (all others are unticked) and rank (first to last), true for acknowledge, a
    Playwright file for file and image. None empties it. The question has to be on the open page and visible.
    """
    match kind:
        case "select_one":
            await _choose(page, key, str(value or ""))
        case "select_multiple":
            await _tick(page, key, _names(value))
        case "rank":
            await _rank(page, key, _names(value))
        case "acknowledge":
            await inputs(page, key).set_checked(bool(value))
        case "file" | "image":
            await _give(page, key, value)
        case _:
            await _type(page, key, "" if value is None else str(value))


async def _choose(page: Page, key: str, name: str) -> None:
    if await wrapper(page, key).get_attribute("data-what") == "select":
        await inputs(page, key).select_option(name)
    else:
        await page.locator(f'[name="v:{key}"][value="{name}"]').check()


async def _tick(page: Page, key: str, names: list[str]) -> None:
    boxes = inputs(page, key)
    for place in range(await boxes.count()):
        box = boxes.nth(place)
        if await box.is_visible():
            await box.set_checked(await box.get_attribute("value") in names)


async def _rank(page: Page, key: str, names: list[str]) -> None:
    """The place of each choice is chosen from its list, first to last."""
    for place, name in enumerate(names, 1):
        await wrapper(page, key).locator(f'[data-choice="{name}"] select').select_option(str(place))


async def _give(page: Page, key: str, file: Answer) -> None:
    """A file goes up at once where the script runs; else its button is pressed."""
    assert isinstance(file, dict), "a file is {name, mimeType, buffer}"
    live = await page.locator("#fill").get_attribute("data-live")
    await inputs(page, key).set_input_files(file)  # type: ignore[arg-type]
    given = wrapper(page, key).locator(".file-row a", has_text=str(file["name"]))
    if not live:
        await wrapper(page, key).get_by_role("button", name="Tải tệp lên").click()
    await expect(given).to_be_visible()


async def _type(page: Page, key: str, text: str) -> None:
    """A text in place of what stands there; a date or time in a text box is typed the same."""
    await inputs(page, key).fill(text)


def _names(value: Answer) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.split()
    assert isinstance(value, Sequence)
    return [str(name) for name in value]


async def proceed(page: Page, title: str = "") -> None:
    """Press "Lưu và tiếp tục"; with `title`, arrive at the section so called."""
    await page.get_by_role("button", name="Lưu và tiếp tục").click()
    if title:
        await expect(page.locator("h1")).to_contain_text(title)


async def add_row(page: Page, key: str) -> str:
    """Add a row to the repeat of that key; gives the new row's id."""
    rows = wrapper(page, key).locator(f'> section[id^="row-{key}/"]')
    before = await rows.count()
    await page.locator(f'button[value="add:{key}"]').click()
    await expect(rows).to_have_count(before + 1)
    return (await rows.last.get_attribute("id") or "").rsplit("/", 1)[-1]


async def saved(page: Page) -> None:
    """Where the script runs: everything typed has been saved."""
    await expect(page.locator("#fill")).to_have_attribute("data-live", "saved", timeout=10_000)
