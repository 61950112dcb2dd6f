"""What is asked of Word documents. The library behind it takes 60 ms to load, which only the child process does."""

from exports.letter import Letter


def fill(template: bytes | None, letter: Letter) -> bytes:
    """The report as .docx: the template, that which ships where it is None, with the letter in it."""
    from exports import wordfill, wordtemplate

    return wordfill.fill(wordtemplate.default() if template is None else template, letter)


def check(data: bytes) -> list[tuple[str, str]]:
    """What is wrong with an uploaded template: codes and names (exports.wordcheck.Fault)."""
    from exports import wordcheck

    return [(fault.code, fault.name) for fault in wordcheck.check(data)]


def template() -> bytes:
    """The template that ships, with a note beside each placeholder for who edits it."""
    from exports import wordtemplate

    return wordtemplate.default(notes=True)
