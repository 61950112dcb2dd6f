"""What is asked of Word documents. The library behind it takes 60 ms to load, which only the child process does."""

from exports.letter import Letter


def fill(template: bytes | None, letter: Letter) -> bytes:
    """The report as .docx: the template, that which ships where it is None, with the letter in it."""
    from exports import wordfill, wordtemplate

    return wordfill.fill(wordtemplate.default() if template is None else template, letter)
