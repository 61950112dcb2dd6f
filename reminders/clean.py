"""Text from people, made fit for a header or a database. Pure."""

import unicodedata

_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})


def one_line(text: str, limit: int = 300) -> str:
    """`text` on one line, NFC, without control characters and lone surrogates, at most `limit` long."""
    kept = unicodedata.normalize("NFC", text)
    if not kept.isprintable():
        kept = "".join(" " if unicodedata.category(c) in _BREAKING else c for c in kept)
    return " ".join(kept.split())[:limit].rstrip()


def storable(text: str) -> str:
    """`text` without what a database or a mail cannot carry: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
