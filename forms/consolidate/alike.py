"""Free texts of many units grouped by what is alike, the same way every time.

Two texts are alike when they share at least half of the words that either has (Jaccard's measure over the sets of
words, without case, marks and signs). Texts are taken in order, the longest first; each joins the first group whose
first text it is alike, or begins one. A text is never alike only through a third.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.schema import Kind, Question

LONG = 60  # characters
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Alike:
    """A group of texts: `text` is the one the others were compared with, `members` all of them as (unit, text)."""

    text: str
    members: tuple[tuple[str, str], ...]

    @property
    def units(self) -> int:
        return len({unit for unit, _text in self.members})


def words_of(text: str) -> frozenset[str]:
    """The words of a text without case and marks: "Chưa có MÁY quét." -> chua, co, may, quet."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return frozenset(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def are_opinions(question: Question, texts: Iterable[tuple[str, str]]) -> bool:
    """Whether a question's texts are what people think: it has room for several lines, or half of them are long. The
    number of a decision, or the name of an office, is neither."""
    lengths = sorted(len(text) for _unit, text in texts)
    room = "multiline" in question.appearance or (bool(lengths) and lengths[len(lengths) // 2] >= LONG)
    return question.kind is Kind.TEXT and room


def are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether half of the words that either has are in both; two without any words are."""
    common, together = len(one & other), len(one) + len(other)
    return 2 * common >= together - common


def alike(texts: Iterable[tuple[str, str]]) -> tuple[Alike, ...]:
    """The groups of (unit, text), the largest first, then in the order of their first members."""
    given = list(texts)
    words = {text: words_of(text) for _unit, text in given}
    leaders: dict[frozenset[str], list[tuple[str, str]]] = {}
    joined = _joined(sorted(dict.fromkeys(words.values()), key=lambda found: (-len(found), sorted(found))))
    for unit, text in given:
        leaders.setdefault(joined[words[text]], []).append((unit, text))
    groups = [Alike(_leading(words, leader, members), tuple(members)) for leader, members in leaders.items()]
    return tuple(sorted(groups, key=lambda group: -len(group.members)))


def _leading(words: dict[str, frozenset[str]], leader: frozenset[str], members: Sequence[tuple[str, str]]) -> str:
    return next(text for _unit, text in members if words[text] == leader)


def _joined(sets: Sequence[frozenset[str]]) -> dict[frozenset[str], frozenset[str]]:
    """Each set of words with the one it is alike, itself where it begins a group.

    Two sets that share enough have one of their rarest words in common, so that only few pairs are compared.
    """
    common = Counter(word for found in sets for word in found)
    by_word: dict[str, list[int]] = {}
    leaders: list[frozenset[str]] = []
    joined: dict[frozenset[str], frozenset[str]] = {}
    for found in sets:
        rare = sorted(found, key=lambda word: (common[word], word))
        rare = rare[: len(rare) // 2 + 1]
        candidates = sorted({place for word in rare for place in by_word.get(word, ())})
        near = (leaders[place] for place in candidates if are_alike(found, leaders[place]))
        joined[found] = leader = next(near, found)
        if leader is found:
            for word in rare:
                by_word.setdefault(word, []).append(len(leaders))
            leaders.append(found)
    return joined
