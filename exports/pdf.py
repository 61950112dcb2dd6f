"""A paper -> PDF bytes, typeset by typst with the templates in papers/.

Texts travel as JSON and are never read as markup. typst brings fonts with all Vietnamese marks (Libertinus Serif);
where the machine has Times New Roman or its metric twin, that is taken. It holds some 50 MB once it has run (110 MB for
500 long entries on 40 pages, in 2 s): who serves requests calls `render` in a child process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

from exports import text
from exports.paper import Block, Code, Official, Paper

TEMPLATES = Path(__file__).parent / "papers"


def render(paper: Paper | Official) -> bytes:
    """The paper as tagged PDF, the same bytes for the same paper on the same machine."""
    import typst  # 15 MB that only the child needs

    values = asdict(paper) | {"made_at": "", "blocks": [_plain(block) for block in paper.blocks]}
    inputs = {"paper": json.dumps(text.cleaned(values), ensure_ascii=False)}
    template = TEMPLATES / f"{type(paper).__name__.lower()}.typ"
    made = typst.compile(str(template), sys_inputs=inputs, format="pdf", timestamp=paper.made_at.replace(microsecond=0))
    assert isinstance(made, bytes)  # one file, whatever the number of its pages
    return made


def render_all(papers: Sequence[Paper | Official]) -> list[bytes]:
    """Several papers, each as `render` makes it."""
    return [render(paper) for paper in papers]


def _plain(block: Block) -> dict[str, object]:
    values = asdict(block) | {"is": type(block).__name__.lower()}
    if isinstance(block, Code):
        values["picture"] = _qr(block.content)
    return values


def _qr(content: str) -> str:
    """A QR code as SVG, black on white, with the quiet zone that readers want; a quarter of it may be soiled."""
    import segno

    out = BytesIO()
    segno.make(content, error="q", micro=False).save(out, kind="svg", light="white")
    return out.getvalue().decode()
