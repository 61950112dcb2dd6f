"""A section on an old phone and a weak line: 6 times slower CPU, 400 kbit/s, 400 ms a request, in a real Chromium.

Usable means: the question stands there, and the script keeps what is typed.
"""

import statistics

from playwright.sync_api import CDPSession, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SLOWER, KBIT, LATENCY = 6, 400, 400
ROUNDS = 5
# Notes, by the page's own clock, when the script is ready.
_WATCH = """
new MutationObserver(() => {
  if (document.querySelector("#fill[data-live]")) window.usableAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def figures(link: str, section: str) -> dict[str, float]:
    """Seconds from asking for a section until it is usable: the first time, and with what a visit leaves behind."""
    first, again = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for _round in range(ROUNDS):
            context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True)
            context.add_init_script(_WATCH)
            page = context.new_page()
            page.goto(link)
            page.locator("main form button").first.click()
            page.goto("about:blank")
            session = _slowed(page, context.new_cdp_session(page))
            session.send("Network.clearBrowserCache")  # entering has shown the style sheet already
            first.append(_seconds(page, section))
            again.append(_seconds(page, section))
            context.close()
        browser.close()
    return {
        "section on a slow phone and line, first load, s": statistics.median(first),
        "section on a slow phone and line, after, s": statistics.median(again),
    }


def _slowed(page: Page, session: CDPSession) -> CDPSession:
    session.send("Network.enable")
    speed = KBIT * 1000 / 8
    line = {"offline": False, "latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed}
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def _seconds(page: Page, section: str) -> float:
    page.goto(section, wait_until="commit")
    page.locator("#fill[data-live]").wait_for()
    milliseconds: float = page.evaluate("window.usableAt")
    return milliseconds / 1000
