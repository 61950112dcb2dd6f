"""A paper in neutral words: blocks from top to bottom, tied to no library. Every text is plain text.

Lines of a text are parted by "\\n". Words (headings, labels) come translated.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is below the paper's title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, `soft` when it only explains."""

    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, one under the other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head is repeated on every page. `widths` are shares of the page's width.

    In Word a row of one text runs over all columns: a title within the table.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a form with its answer ("" for none), or with room to answer by hand.

    `choices` are printed each with a box, ticked where True, instead of the answer; `lines` are left to write on.
    """

    label: str
    hint: str = ""
    answer: str = ""
    choices: tuple[tuple[str, bool], ...] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, with its colon or question mark, and its answer in one line of a report."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs, side by side, with room above the names."""

    titles: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of an address, with words beside it."""

    content: str
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares as bars, drawn: each with its label, the figures it shows and the share itself (1 is all)."""

    title: str
    rows: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex begins here, on a page of its own: its number ("Phụ lục I"), its name, and what it belongs to."""

    number: str
    name: str
    attached: str


Block = Heading | Text | Facts | Table | Question | Answer | Signatures | Code
Part = Text | Table | Bars | Annex  # of a document made in Word


@dataclass(frozen=True, slots=True)
class Paper:
    """An A4 paper. `left` and `right` stand above every page, `foot` and the page's number below it.

    `made_at` is aware and is all the file says of time; `mark` is a warning printed on every page. `page` is the word
    before a page's number.
    """

    title: str
    left: str
    right: str
    foot: str
    page: str
    made_at: datetime
    blocks: tuple[Block, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Official:
    """A document of an office in the layout of Decree 30/2020, annex I: A4 upright, margins 20-20-30-15 mm, letters of
    13 pt, the number of a page above it in the middle, from the second page on.

    `issuer` are the lines of the issuing body, the last one bold; `number` its number and sign; `place` place and date;
    `kind` BÁO CÁO; `subject` what it is about; `to` whom it addresses; `copies` the places of receipt; `signer` the
    lines above the signature, `name` the one below it. `made_at` as in Paper.
    """

    title: str
    issuer: tuple[str, ...]
    motto: tuple[str, str]
    number: str
    place: str
    kind: str
    subject: str
    to: str
    blocks: tuple[Block, ...]
    copies: tuple[str, ...]
    signer: tuple[str, ...]
    name: str
    made_at: datetime
    mark: str = ""
