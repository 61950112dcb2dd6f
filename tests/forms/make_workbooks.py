"""Writes the workbooks of the gallery: python -m tests.forms.make_workbooks"""

from pathlib import Path

from openpyxl import Workbook

from tests.forms.gallery import EXAMPLES

FOLDER = Path(__file__).parent / "workbooks"


def main() -> None:
    for example in EXAMPLES:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in example.cells().items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([cell or None for cell in row])
        book.save(FOLDER / f"{example.name}.xlsx")
        for name, content in example.media().items():
            (FOLDER / f"{example.name}.{name}").write_bytes(content)


if __name__ == "__main__":
    main()
