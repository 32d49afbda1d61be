"""One page of the built site in Chromium: everything but Lighthouse."""

from website import editions
from website.browser import open_browser

NOTEBOOKS = editions.notebooks()
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TAGS += ["best-practice"]
# What no page may show, at 360 pixels: each a list of what is wrong.
FAULTS = {
    "runs off the screen": """() => [...document.querySelectorAll(
         "article .katex-display, article img, article table")]
       .filter((element) => {
         const box = element.getBoundingClientRect();
         let parent = element.parentElement;
         while (parent && getComputedStyle(parent).overflowX === "visible")
           parent = parent.parentElement;
         return box.width && !parent?.closest("article") &&
           box.right > innerWidth + 1;
       }).map((element) => element.outerHTML.slice(0, 120))""",
    "formula scrolls": """() =>
       [...document.querySelectorAll("article div.math")]
       .filter((block) => block.scrollWidth > block.clientWidth)
       .map((block) => block.textContent.slice(0, 60))""",
    # Those of the other theme as well, so none may wait to be seen.
    "image not shown": """async () => {
       const images = [...document.images];
       for (const image of images) image.loading = "eager";
       await Promise.allSettled(images.map((image) => image.decode()));
       return images.filter((image) => !image.naturalWidth)
         .map((image) => image.src);
     }""",
    "quiz without one right choice": """() =>
       [...document.querySelectorAll(".admonition.quiz")].filter((quiz) => {
         const texts = [...quiz.querySelectorAll("details ol > li")]
           .map((answer) => answer.textContent.trim());
         return texts.filter((t) => /^(正确|Correct)/.test(t)).length !== 1 ||
           quiz.querySelectorAll(".quiz-choices button").length !==
             texts.length;
       }).map((quiz) => quiz.textContent.slice(0, 60))""",
}


class Watch:
    """Listens to a page of Playwright from now on.

    messages: errors and warnings of the console and of scripts; requests:
    every address asked for.
    """

    def __init__(self, page):
        self.messages, self.requests = [], []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda r: self.requests.append(r.url))

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.messages.append(message.text)

    def foreign(self, address):
        """The requests that left the site at `address`."""
        own = (address, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


def scroll_through(page):
    """Read a page to its end and return, so that every figure loads."""
    page.evaluate(
        """async () => {
          for (let y = 0; y < document.body.scrollHeight; y += 500) {
            scrollTo(0, y);
            await new Promise((done) => setTimeout(done, 20));
          }
          // A busy browser may not have begun on a figure that passed by.
          for (const image of document.images) {
            if (image.complete || !image.checkVisibility()) continue;
            image.scrollIntoView();
            await new Promise((done, fail) => {
              image.onload = image.onerror = done;
              setTimeout(() => fail(`not loaded: ${image.src}`), 60000);
            });
          }
          scrollTo(0, 0);
        }"""
    )


class Visit:
    """One page in a context of its own, watched and weighed."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(reduced_motion="reduce", **settings)
        self.context.set_default_timeout(120_000)  # ms; on a busy machine
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


def violations(page, axe, contrast=True):
    """What axe-core reports on a page as it stands."""
    page.evaluate(axe)
    # What passes is thousands of elements: it stays in the browser.
    reported = page.evaluate(
        """async ([tags, contrast]) => {
          const settings = {
            runOnly: tags,
            resultTypes: ["violations"],
            rules: {"color-contrast": {enabled: contrast}},
          };
          return (await axe.run(settings)).violations;
        }""",
        [TAGS, contrast],
    )
    return [
        {
            "rule": found["id"],
            "help": found["help"],
            "nodes": [
                (node["target"], " ".join(node["html"][:160].split()))
                for node in found["nodes"]
            ],
        }
        for found in reported
    ]


def faults(page):
    """What of FAULTS a page shows as it stands."""
    return [
        f"{fault}: {shown}"
        for fault, script in FAULTS.items()
        for shown in page.evaluate(script)
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
    # Colours are a matter of the theme, not of the width.
    row["axe"]["phone"] = violations(phone.page, axe, contrast=False)
    phone.page.set_viewport_size(NARROW)
    phone.page.wait_for_timeout(300)
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    row["overflow"] = width - NARROW["width"]
    row["faults"] = faults(phone.page)
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
            try:
                row = rows[name] = inspect(browser, address, name, axe)
            except Exception as error:
                error.add_note(f"on the page {name}")
                raise
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
