"""Which unit somebody means who types its name or code: that one, or those that it may be. Never by guess."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.flow import choices
from service.models import Unit
from service.roster.names import Known, Matcher, split_kind
from service.words import fold

MOST = 20
_CODE_LAST = re.compile(r"\(?\b(\d{5})\)?\s*$")  # "Xã An Lão (11629)", as a list offers it, or the code alone


@dataclass(frozen=True, slots=True)
class Found:
    """The unit, or those among which to choose: at most MOST of `count`."""

    unit: Unit | None = None
    others: Sequence[Unit] = ()
    count: int = 0


async def find(text: str) -> Found:
    """The unit in use that a text names."""
    known = await choices.units()
    by_id = {unit.id: unit for unit in known}
    matcher = Matcher(Known(unit.id, unit.code, unit.name, unit.full_name, unit.kind) for unit in known)
    code = _CODE_LAST.search(text)
    exact = matcher.by_code(code[1]) if code else matcher.find("", text).unit
    if exact is not None:
        return Found(by_id[exact.id])
    kind, name = split_kind(text)
    wanted = fold(name)
    like = [unit for unit in known if wanted and wanted in unit.folded and kind in (None, unit.kind)]
    return Found(others=tuple(like[:MOST]), count=len(like))
