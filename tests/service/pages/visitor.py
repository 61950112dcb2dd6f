"""A browser without JavaScript, for tests: follows forms, sees text."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import httpx

from tests.conftest import House
from tests.service.build import Survey


class Visitor:
    """One person of a unit, inside after `enter`; `page` is what is open."""

    def __init__(self, house: House, survey: Survey) -> None:
        self.client, self.survey = house.client, survey
        self.base = f"/u/{survey.id}"
        self.page = httpx.Response(200)

    async def open(self, path: str) -> httpx.Response:
        self.page = await self.client.get(path, follow_redirects=True)
        return self.page

    async def enter(self, link: str) -> httpx.Response:
        await self.open(link)
        return await self.post(link, {})

    def hidden(self) -> dict[str, str]:
        """What the forms of the open page carry hidden."""
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page.text))

    def csrf(self) -> str:
        token: str = re.findall(r'name="csrf" value="([^"]+)"', self.page.text)[-1]
        return token

    async def post(
        self, path: str, values: Mapping[str, object], files: Mapping[str, tuple[str, bytes, str]] | None = None
    ) -> httpx.Response:
        """Post the form of the open page, what it holds hidden included."""
        data = {**self.hidden(), "csrf": self.csrf(), **values}
        self.page = await self.client.post(path, data=data, files=files, follow_redirects=True)
        return self.page

    async def save(self, section: str, answers: Mapping[str, object], act: str = "next") -> httpx.Response:
        """Open a section, type answers in beside what stands there and press a button."""
        await self.open(f"{self.base}/s/{section}")
        values = {**drawn_values(self.page.text), **{f"v:{key}": value for key, value in answers.items()}}
        return await self.post(f"{self.base}/s/{section}", {**values, "act": act})

    async def autosave(self, **body: object) -> httpx.Response:
        headers = {"x-csrf-token": self.csrf(), "accept": "application/json"}
        return await self.client.post(f"{self.base}/save", json=body, headers=headers)

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.S)
        return found[1].strip() if found else ""


class _Values(HTMLParser):
    """What a browser would post of a page's questions if nobody touched them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "option":
            if "selected" in given:
                self.found[self._open] = [given["value"]]
        elif not name.startswith("v:") or given.get("type") == "file":
            return
        elif tag in ("textarea", "select"):
            self._open = name
            self.found[name] = [""]
        elif given.get("type") not in ("radio", "checkbox"):
            self.found[name] = [given.get("value", "")]
        elif "checked" in given:
            self.found.setdefault(name, []).append(given["value"])

    def handle_data(self, data: str) -> None:
        if (
            self._open
            and self.get_starttag_text() is not None
            and (self.get_starttag_text() or "").startswith("<texta")
        ):
            self.found[self._open] = [self.found[self._open][0] + data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._open = ""


def drawn_values(page: str) -> dict[str, object]:
    parser = _Values()
    parser.feed(page)
    return dict(parser.found)
