"""Where a question stands in a form, by its flat key (see forms.flat), and where it stands in another version."""

from __future__ import annotations

from collections.abc import Iterable

from forms.flat import ROW_IDS
from forms.schema import Form, Item, Question, Repeat


def locate(form: Form, key: str) -> tuple[Question | Repeat, tuple[str, ...]] | None:
    """What a flat key names, and the ids of the rows it stands in; None when it names nothing in the form."""
    parts = iter(key.split("/"))
    item = form.item(key.rsplit("/", 1)[-1])
    if not isinstance(item, Question | Repeat):
        return None
    ids: list[str] = []
    names = item.path.split("/")
    for name in names:
        if next(parts, None) != name:
            return None
        if name != names[-1] and isinstance(form.item(name), Repeat):
            ids.append(next(parts, ""))
            if not ROW_IDS.fullmatch(ids[-1]):
                return None
    return (item, tuple(ids)) if next(parts, None) is None else None


def moved_key(old: Form, new: Form, key: str) -> str | None:
    """Where a flat key's question or repeat stands in the other version; None when it has no such place."""
    place = locate(old, key)
    if place is None or type(new.item(place[0].name)) is not type(place[0]):
        return None
    if repeats_around(old, place[0]) != repeats_around(new, new.item(place[0].name)):
        return None
    return key_of(new, place[0].name, place[1])


def repeats_around(form: Form, item: Item | None) -> tuple[str, ...]:
    """The names of the repeats that an item stands in, the outermost first."""
    names = item.path.split("/")[:-1] if item else []
    return tuple(name for name in names if isinstance(form.item(name), Repeat))


def key_of(new: Form, name: str, ids: tuple[str, ...]) -> str | None:
    """The flat key of an item of `new` in the rows of these ids."""
    item = new.item(name)
    if item is None or len(repeats_around(new, item)) != len(ids):
        return None
    rows = iter(ids)
    parts: list[str] = []
    for part in item.path.split("/"):
        parts.append(part)
        if part != name and isinstance(new.item(part), Repeat):
            parts.append(next(rows))
    return "/".join(parts)


def page_of(old: Form, new: Form, key: str) -> str | None:
    """The key of the page in `new` where the question or repeat of a key of `old` is, or would be.

    One that is gone would stand after what stood before it. None when the form has no pages.
    """
    place = locate(old, key)
    return pages_of(old, new).get(place[0].name if place else "", new.pages[0].key if new.pages else None)


def pages_of(old: Form, new: Form) -> dict[str, str]:
    """The page in `new` where each item of `old` is, or would be, by the item's name, as `page_of`."""
    pages = {name: page.key for page in new.pages for item in page.items for name in _names(item)}
    pages |= {page.group.name: page.key for page in new.pages if page.group}
    order = [item.name for item in old.walk()]
    near = next((pages[name] for name in order if name in pages), "")
    found: dict[str, str] = {}
    for name in order if near else ():
        near = found[name] = pages.get(name, near)
    return found


def _names(item: Item) -> Iterable[str]:
    yield item.name
    if not isinstance(item, Question):
        for inner in item.items:
            yield from _names(inner)
