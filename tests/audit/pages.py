"""One page of the built site in Chromium: everything but Lighthouse."""

from tests.watch import Watch, scroll_through
from website import editions
from website.browser import open_browser

NOTEBOOKS = editions.notebooks()
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TAGS += ["best-practice"]


class Visit:
    """One page in a context of its own, watched and weighed."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(reduced_motion="reduce", **settings)
        self.page = self.context.new_page()
        self.watch = Watch(self.page)
        self.session = self.context.new_cdp_session(self.page)
        self.session.send("Network.enable")
        self.bytes = 0
        self.session.on("Network.loadingFinished", self._count)

    def _count(self, event):
        self.bytes += int(event["encodedDataLength"])

    def open(self, url):
        self.page.goto(url)
        self.page.wait_for_timeout(500)  # fonts and the first figures

    def close(self):
        self.context.close()


def page_before(name):
    """Another page of the same edition, with formulas if there is one."""
    edition = name.split("/")[0] if "/" in name else "en"
    same = [n for n in NOTEBOOKS if n.startswith(edition) and n != name]
    return [*same, f"{edition}/index"][0]


def violations(page, axe):
    """What axe-core reports on a page as it stands."""
    page.evaluate(axe)
    result = page.evaluate("(tags) => axe.run({runOnly: tags})", TAGS)
    return [
        {
            "rule": found["id"],
            "help": found["help"],
            "nodes": [
                (node["target"], " ".join(node["html"][:160].split()))
                for node in found["nodes"]
            ],
        }
        for found in result["violations"]
    ]


def inspect(browser, address, name, axe):
    """Everything that one page is measured for, but Lighthouse."""
    row = {"axe": {}}
    phone = Visit(browser, viewport=PHONE, color_scheme="light")
    phone.open(f"{address}{name}.html")
    row["first"] = phone.bytes
    scroll_through(phone.page)
    phone.page.wait_for_timeout(300)
    row["read"] = phone.bytes
    row["axe"]["phone"] = violations(phone.page, axe)
    phone.page.set_viewport_size(NARROW)
    phone.page.wait_for_timeout(300)
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    row["overflow"] = width - NARROW["width"]
    phone.close()
    # The same page after another, on a phone; then wide, in both themes.
    after = Visit(browser, viewport=PHONE, color_scheme="light")
    after.open(f"{address}{page_before(name)}.html")
    after.bytes = 0
    after.open(f"{address}{name}.html")
    row["next"] = after.bytes
    after.page.set_viewport_size(DESKTOP)
    row["axe"]["light"] = violations(after.page, axe)
    after.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    after.page.wait_for_timeout(300)
    row["axe"]["dark"] = violations(after.page, axe)
    after.close()
    watches = phone.watch, after.watch
    row["messages"] = [m for watch in watches for m in watch.messages]
    row["foreign"] = [u for watch in watches for u in watch.foreign(address)]
    return row


def inspect_pages(address, axe, names):
    """{name: row} of some pages, each printed as it is measured."""
    rows = {}
    with open_browser() as browser:
        for name in names:
            row = rows[name] = inspect(browser, address, name, axe)
            counts = "/".join(
                str(len(row["axe"][look]))
                for look in ("light", "dark", "phone")
            )
            print(
                f"{name:44} {row['first'] / 1000:6.0f}"
                f" {row['read'] / 1000:6.0f} {row['next'] / 1000:6.0f}"
                f"     {len(row['foreign']):7} {len(row['messages']):7}"
                f"  {counts:>20}  {row['overflow']:4}",
                flush=True,
            )
    return rows
