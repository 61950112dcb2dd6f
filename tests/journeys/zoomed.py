"""Text at 200%: all of it can be read (WCAG 1.4.4, 1.4.10), whether the page or only its text is enlarged."""

from playwright.async_api import Page

# A browser zoomed to 200% on a screen of 1280 px lays out 640 px; a phone's setting for text enlarges text alone.
VIEWS = ((640, 100), (360, 200), (1280, 200))
_FAULTS = """() => {
  const faults = [], seen = [];
  const page = document.documentElement;
  const name = (one) => `${one.tagName}.${one.className} “${one.textContent.trim().slice(0, 40)}”`;
  const apart = (one) => /sticky|fixed|absolute/.test(getComputedStyle(one).position);
  const floats = (one) => one && (apart(one) || floats(one.parentElement));
  const aside = (one) => one.closest(".sr, .skip") || !one.checkVisibility();
  if (page.scrollWidth > innerWidth) faults.push(`the page scrolls sideways: ${page.scrollWidth} of ${innerWidth}`);
  for (const one of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    const cuts = /hidden|clip/.test(style.overflowX + style.overflowY) || one.matches("button, .button");
    if (cuts && one.textContent.trim() && !aside(one)) {
      const cut = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      if (cut) faults.push(`cut: ${name(one)}`);
    }
    if (aside(one) || floats(one) || one.closest("select, textarea, svg")) continue;
    for (const text of one.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const box of range.getClientRects()) if (box.width > 1) seen.push([box, one]);
    }
  }
  for (const [at, [box, one]] of seen.entries()) {
    if (box.right > innerWidth + 1 && !one.closest(".scroll")) faults.push(`beyond the edge: ${name(one)}`);
    for (const [other, two] of seen.slice(at + 1)) {
      const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      // Lines of text may lean on each other by the room that their letters leave above and below.
      if (wide > 2 && high > Math.min(box.height, other.height) / 2) faults.push(`${name(one)} lies on ${name(two)}`);
    }
  }
  return [...new Set(faults)];
}"""


async def assert_readable_enlarged(page: Page) -> None:
    """No text of the open page is cut, covered or beyond the edge at 200%."""
    for width, percent in VIEWS:
        await page.set_viewport_size({"width": width, "height": 800})
        await page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%`; }", percent)
        faults = await page.evaluate(_FAULTS)
        assert not faults, f"{page.url} at {width} px, text at {percent}%: {faults}"
    await page.evaluate("document.documentElement.style.fontSize = ''")
