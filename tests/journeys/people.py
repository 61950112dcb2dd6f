"""Who fills in a survey: with a mouse or a finger, without JavaScript, without a mouse."""

from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import assert_for_everybody
from tests.journeys.filling import inputs
from tests.journeys.typed import Typed
from tests.journeys.zoomed import assert_readable_enlarged

NEW = "Có câu hỏi mới theo câu trả lời vừa chọn"
# The key that brings the focus nearer to an element; one of a group of radio buttons is as good as another.
WAY = """one => {
  const now = document.activeElement;
  if (now === one || (one.type === "radio" && now.type === "radio" && now.name === one.name)) return "here";
  return now.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
}"""


class Person:
    """What a person does on the pages, and what they typed, by question. Without JavaScript what answers bring up is
    seen after saving."""

    def __init__(self, page: Page, scripted: bool) -> None:
        self.page = page
        self.scripted = scripted
        self.typed: Typed = {}

    async def type(self, **answers: object) -> None:
        for name, value in answers.items():
            await self.write(inputs(self.page, _key(name)), str(value))
            self.typed[_key(name)] = str(value)

    async def choose(self, **answers: str | list[str]) -> None:
        for name, values in answers.items():
            for value in [values] if isinstance(values, str) else values:
                await self.tick(self.page.locator(f'[name="v:{_key(name)}"][value="{value}"]'))
            self.typed[_key(name)] = values

    async def write(self, field: Locator, text: str) -> None:
        await field.fill(text)

    async def tick(self, box: Locator) -> None:
        await box.check()

    async def press(self, target: Locator) -> None:
        await target.click()

    async def proceed(self) -> None:
        await self.press(self.page.get_by_role("button", name="Lưu và tiếp tục"))

    async def see_new_questions(self, first: str) -> None:
        """What depends on the answers given: at once, or after saving, which stays on the page and says so."""
        if not self.scripted:
            await self.proceed()
            await expect(self.page.locator(".said")).to_contain_text(NEW)
        await expect(inputs(self.page, _key(first)).first).to_be_visible()

    async def is_on(self, title: str) -> None:
        await expect(self.page.locator("h1")).to_contain_text(title)

    async def is_stopped(self, words: str) -> None:
        """The summary on top and the field beside say the same."""
        summary = self.page.locator("#problems")
        await expect(summary).to_contain_text(words)
        await expect(self.page.locator(".field.bad .problem").filter(has_text=words)).to_be_visible()
        if self.scripted:
            await expect(summary).to_be_focused()

    async def judge(self) -> None:
        """The open page is for everybody; once is enough for all who pass by."""
        if type(self) is Person and self.scripted:
            await assert_for_everybody(self.page)
            await assert_readable_enlarged(self.page)


class Keyboard(Person):
    """Somebody without a mouse: what they want has to come when they press Tab, and shows that it came."""

    async def write(self, field: Locator, text: str) -> None:
        await self._reach(field)
        if await field.get_attribute("type") == "date":
            year, month, day = text.split("-")
            text = month + day + year  # the browser's own order: it speaks English
            while await field.evaluate("field => field === document.activeElement"):
                await self.page.keyboard.press("Shift+Tab")  # back out of its parts, to enter at the first
            await self.page.keyboard.press("Tab")
        else:
            await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.type(text)

    async def tick(self, box: Locator) -> None:
        """Tab goes to a group of radio buttons, the arrows go on inside and choose."""
        await self._reach(box)
        for _ in range(20):
            if await box.evaluate("box => box === document.activeElement"):
                break
            await self.page.keyboard.press("ArrowDown")
        if not await box.is_checked():
            await self.page.keyboard.press("Space")
        await expect(box).to_be_checked()

    async def press(self, target: Locator) -> None:
        await self._reach(target)
        await self.page.keyboard.press("Enter")

    async def _reach(self, target: Locator) -> None:
        await expect(target).to_be_visible()
        for _ in range(80):
            way = await target.evaluate(WAY)
            if way == "here":
                return
            await self.page.keyboard.press(way)
        raise AssertionError(f"no way by keyboard to {target}")


def _key(name: str) -> str:
    return f"{name.split('_')[0]}/{name}"
