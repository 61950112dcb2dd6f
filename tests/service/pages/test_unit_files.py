"""Files on the unit's side: how many an invitation takes, and those it may fetch."""

import re

import anyio
import pytest

from service import files
from service.errors import EnoughFiles
from service.flow import attachments
from service.models import Attachment, Campaign, Draft, StoredFile
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


async def test_an_invitation_takes_so_many_files_and_no_more(
    visitor: Visitor, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    await visitor.open(f"{visitor.base}/s/c")
    for number, status in ((1, 200), (2, 200), (3, 422)):
        file = ("a.pdf", b"%PDF-1.7 " + bytes([number]), "application/pdf")
        values = {"v:c/c_docs": str(number), "act": "upload:c/c_attach"}
        page = await visitor.post(f"{visitor.base}/s/c", values, {"v:c/c_attach": file})
        assert page.status_code == status
    beside = re.search(r'<p class="problem" id="e-c/c_attach">([^<]+)</p>', page.text)
    assert beside is not None
    assert beside[1].startswith("Phiếu này nhận tối đa 2 tệp, tổng cộng 200 MB")
    draft = await Draft.get(invitation_id=visitor.survey.invitation.id)
    assert draft.answers["c/c_docs"] == "3", "the rest is saved"
    kept = [path async for path in anyio.Path(house.settings.files_dir).glob("*/*")]
    assert len(kept) == 2, "nothing is written of a file that is refused"


async def test_files_that_come_at_once_are_counted_one_after_the_other(
    survey: Survey, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_MB", 1)
    outcomes: list[str] = []

    async def send(number: int) -> None:
        file = ("a.pdf", b"%PDF-1.7 " + bytes([number]) * 400_000)
        where = (house.settings, survey.id, AN_LAO, "c/c_attach", file)
        try:
            outcomes.append(await attachments.add(*where, survey.visit.principal, house.clock()))
        except EnoughFiles:
            outcomes.append("refused")

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(send, number)
    assert outcomes.count("refused") == 3
    assert await Attachment.all().count() == 2


async def test_the_letter_comes_as_an_attachment_while_its_file_is_there(house: House, visitor: Visitor) -> None:
    data = b"%PDF-1.7 letter"
    digest, kind = await files.take(house.settings.files_dir, "a.pdf", data, files.DOCUMENT)
    letter = await StoredFile.create(
        sha256=digest, name="Công văn.pdf", size=len(data), content_type=kind, created_at=house.clock()
    )
    await Campaign.filter(id=visitor.survey.id).update(letter_file_id=letter.id)
    found = await house.client.get(f"{visitor.base}/letter")
    assert found.content == data
    assert found.headers["content-disposition"].startswith("attachment")
    files.path(house.settings.files_dir, digest).unlink()
    assert (await visitor.open(f"{visitor.base}/letter")).status_code == 404
