"""A file that comes in parts: it goes on where it stopped, and nobody gets more by lying."""

import asyncio
import os
from pathlib import Path
from unittest.mock import AsyncMock
from urllib.parse import urlencode

import httpx
import pytest

from service import parts
from service.errors import Unavailable
from service.flow import uploading
from service.models import Attachment, Campaign, Draft
from tests.conftest import House
from tests.service import build
from tests.service.build import Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
KEY = "c/c_attach"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open(f"{visitor.base}/s/c")
    return visitor


async def part(visitor: Visitor, offset: int, data: bytes, whole: bytes = PDF, **other: object) -> httpx.Response:
    about = {"key": KEY, "id": "x", "name": "kế hoạch.pdf", "size": len(whole), "offset": offset, **other}
    headers = {"x-csrf-token": visitor.csrf(), "accept": "application/json"}
    return await visitor.client.post(f"{visitor.base}/upload?{urlencode(about)}", content=data, headers=headers)


async def where(visitor: Visitor, **other: object) -> dict[str, object]:
    about = {"key": KEY, "id": "x", "name": "kế hoạch.pdf", "size": len(PDF), **other}
    found: dict[str, object] = (await visitor.client.get(f"{visitor.base}/upload?{urlencode(about)}")).json()
    return found


async def held(visitor: Visitor, **other: object) -> object:
    return (await where(visitor, **other))["offset"]


async def test_it_goes_on_where_it_stopped_and_is_in_the_draft_when_whole(visitor: Visitor, house: House) -> None:
    assert await held(visitor) == 0
    assert (await part(visitor, 0, PDF[:4000])).json() == {"offset": 4000, "whole": False}
    assert await held(visitor) == 4000, "after a reload, from another page too"
    assert await Attachment.all().count() == 0
    assert (await part(visitor, 4000, PDF[4000:], tab="ab12")).json() == {"offset": len(PDF), "whole": True}
    attachment = await Attachment.get().select_related("file")
    assert (await Draft.get()).answers[KEY] == str(attachment.id)
    assert attachment.file.name == "kế hoạch.pdf"
    page = (await visitor.open(f"{visitor.base}/s/c")).text
    assert "kế hoạch.pdf" in page
    assert f'value="unfile:{KEY}"' in page
    left = [found for found in house.settings.parts_dir.rglob("*") if found.is_file()]
    assert [found.suffix for found in left] == [parts.DONE], "nothing is left half way"


async def test_an_offset_that_lies_adds_nothing(visitor: Visitor) -> None:
    assert (await part(visitor, 500, PDF[:10])).json()["offset"] == 0
    await part(visitor, 0, PDF[:4000])
    for begin, data in ((0, PDF[:4000]), (3999, PDF[3999:]), (9000, b"x"), (4000, PDF[4000:] + b"more")):
        assert (await part(visitor, begin, data)).json() == {"offset": 4000, "whole": False}
    assert (await part(visitor, 4000, PDF[4000:])).json()["whole"] is True


async def test_two_at_once_of_the_same_file_make_one(visitor: Visitor) -> None:
    await part(visitor, 0, PDF[:4000])
    answers = await asyncio.gather(*(part(visitor, 4000, PDF[4000:]) for _ in range(4)))
    assert [found.status_code for found in answers] == [200] * 4
    assert True in [found.json()["whole"] for found in answers]
    assert await Attachment.all().count() == 1


async def test_a_file_whose_last_answer_was_lost_is_not_sent_again(visitor: Visitor) -> None:
    await part(visitor, 0, PDF[:4000])
    await part(visitor, 4000, PDF[4000:])
    assert (await where(visitor)) == {"offset": len(PDF), "whole": True}
    assert (await part(visitor, 4000, PDF[4000:])).json()["offset"] == 0, "a part alone is not the file"
    await visitor.save("c", {}, f"unfile:{KEY}")
    assert (await where(visitor)) == {"offset": 0, "whole": False}, "taken away, it may be given once more"
    assert (await part(visitor, 0, PDF)).json()["whole"] is True


async def test_after_a_fault_at_the_end_no_part_is_sent_again(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await part(visitor, 0, PDF[:4000])
    with monkeypatch.context() as broken:
        broken.setattr(uploading.attachments, "add", AsyncMock(side_effect=Unavailable()))
        assert (await part(visitor, 4000, PDF[4000:])).status_code == 503
    assert (await where(visitor)) == {"offset": len(PDF), "whole": False}
    assert (await part(visitor, len(PDF), b"")).json() == {"offset": len(PDF), "whole": True}
    assert await Attachment.all().count() == 1


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"size": 21 * 1024 * 1024}, 413, "too_large"),
        ({"size": 0}, 422, "empty_file"),
        ({"size": "-5"}, 422, "empty_file"),
        ({"key": "e/e_recv"}, 404, "not_found"),
        ({"key": "../../etc"}, 404, "not_found"),
        ({"id": ""}, 400, "bad_request"),
        ({"id": "x" * 500}, 400, "bad_request"),
    ],
)
async def test_what_no_page_of_ours_sends_is_refused(
    visitor: Visitor, house: House, other: dict[str, object], status: int, code: str
) -> None:
    found = await part(visitor, 0, PDF, **other)
    assert (found.status_code, found.json()["error"]["code"]) == (status, code)
    assert not house.settings.parts_dir.exists()


async def test_the_content_decides_when_it_is_whole(visitor: Visitor) -> None:
    found = await part(visitor, 0, b"MZ" * 50, b"MZ" * 50, name="kế hoạch.pdf")
    assert (found.status_code, found.json()["error"]["code"]) == (422, "bad_file")
    assert await held(visitor, size=100) == 0, "it begins anew"
    assert (await part(visitor, 0, b"x" * 600_000, b"x" * 700_000)).status_code == 413, "a part has its own limit"


async def test_another_unit_naming_the_same_file_begins_its_own(visitor: Visitor, house: House) -> None:
    folder = house.settings.parts_dir
    mine, theirs = parts.place(folder, 1, "x"), parts.place(folder, 2, "x")
    assert parts.append(mine, 0, b"abc", 9) == 3
    assert (parts.held(theirs), parts.append(theirs, 3, b"def", 9)) == (0, 0)
    assert mine.parent != parts.place(folder, 1, "../2/x").parent.parent, "a name is no path"


async def test_a_closed_survey_takes_no_more(visitor: Visitor, house: House, survey: Survey) -> None:
    await part(visitor, 0, PDF[:4000])
    await Campaign.filter(id=survey.id).update(closes_at=house.clock())
    house.clock.forward(build.timedelta(minutes=5))
    assert (await part(visitor, 4000, PDF[4000:])).status_code == 409


async def test_without_the_pages_own_token_nothing_is_taken(visitor: Visitor) -> None:
    about = urlencode({"key": KEY, "id": "x", "name": "a.pdf", "size": 9, "offset": 0})
    assert (await visitor.client.post(f"{visitor.base}/upload?{about}", content=b"x")).status_code == 403


def test_parts_are_swept_after_a_day_and_beyond_five(tmp_path: Path) -> None:
    stale = parts.place(tmp_path, 2, "old")
    parts.append(stale, 0, b"a", 9)
    parts.keep_mark(stale, "7")
    stale = stale.with_suffix(parts.DONE)
    os.utime(stale, (1000, 1000))
    own = [parts.place(tmp_path, 1, str(number)) for number in range(8)]
    done = parts.place(tmp_path, 1, "done")
    parts.append(done, 0, b"a", 1)
    parts.keep_mark(done, "8")
    for number, found in enumerate(own):
        parts.append(found, 0, b"a", 9)
        os.utime(found, (100_000 + number, 100_000 + number))
    parts.sweep(tmp_path, 1, own[0], now=100_100)
    assert not stale.exists()
    assert parts.mark(done) == "8", "it takes no place of one that is half way"
    assert [found.exists() for found in own] == [True, False, False, False, True, True, True, True]
