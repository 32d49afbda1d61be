"""One page of the built site in Chromium: everything but Lighthouse."""

from playwright.sync_api import Error

from website import editions
from website.browser import open_browser

NOTEBOOKS = editions.notebooks()
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TAGS += ["best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
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
    "formula in a colour of its own": """() =>
       [...document.querySelectorAll(".katex-html")].filter((formula) => {
         const { color } = getComputedStyle(formula.closest(".katex"));
         return [...formula.querySelectorAll("*")]
           .some((part) => getComputedStyle(part).color !== color);
       }).map((formula) => formula.textContent.slice(0, 60))""",
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
            image.loading = "eager";
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
    """Another notebook of the same edition."""
    same = [n for n in NOTEBOOKS if n.startswith(name.split("/")[0])]
    return same[0] if same[0] != name else same[1]


def flatten_formulas(page):
    """Put its text in place of each formula's spans.

    KaTeX makes two thirds of a page's elements, all hidden from screen
    readers and of one colour (FAULTS): axe-core learns as much from one
    element a formula, in half the time.
    """
    page.evaluate(
        """() => {
          const formulas = [...document.querySelectorAll(".katex-html")];
          const boxes = formulas.map((f) => f.getBoundingClientRect());
          formulas.forEach((formula, i) => {
            formula.replaceChildren(formula.textContent);
            formula.style.cssText = `display: inline-block;
              width: ${boxes[i].width}px; height: ${boxes[i].height}px;
              overflow: hidden`;
          });
        }"""
    )


def violations(page, axe, rules=None, contrast=True):
    """What axe-core reports on a page as it stands (`rules`: these only)."""
    page.evaluate(axe)
    # What passes is thousands of elements: it stays in the browser.
    reported = page.evaluate(
        """async ([rules, contrast]) => {
          const settings = {
            runOnly: rules,
            resultTypes: ["violations"],
            rules: contrast ? {} : {"color-contrast": {enabled: false}},
          };
          return (await axe.run(settings)).violations;
        }""",
        [rules or TAGS, contrast],
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
    visit = Visit(browser, viewport=PHONE, color_scheme="light")
    page, row = visit.page, {"axe": {}}
    visit.open(f"{address}{name}.html")
    row["first"] = visit.bytes
    scroll_through(page)
    page.wait_for_timeout(300)
    row["read"] = visit.bytes
    page.set_viewport_size(NARROW)
    page.wait_for_timeout(300)
    width = page.evaluate("document.documentElement.scrollWidth")
    row["overflow"] = width - NARROW["width"]
    row["faults"] = faults(page)
    flatten_formulas(page)
    # Colours are a matter of the theme, not of the width; all else is a
    # matter of the width, not of the theme.
    row["axe"]["phone"] = violations(page, axe, contrast=False)
    page.set_viewport_size(DESKTOP)
    row["axe"]["light"] = violations(page, axe)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_timeout(300)
    row["axe"]["dark"] = violations(page, axe, rules=COLOURS)
    visits = [visit]
    row["next"] = None
    if name in NOTEBOOKS:
        visits.append(Visit(browser, viewport=PHONE, color_scheme="light"))
        visits[1].open(f"{address}{page_before(name)}.html")
        before = visits[1].bytes
        visits[1].open(f"{address}{name}.html")
        row["next"] = visits[1].bytes - before
    for visit in visits:
        visit.close()
    row["messages"] = [m for visit in visits for m in visit.watch.messages]
    row["foreign"] = [
        url for visit in visits for url in visit.watch.foreign(address)
    ]
    return row


def inspect_pages(address, axe, names):
    """{name: row} of some pages, each printed as it is measured."""
    rows = {}
    with open_browser() as browser:
        for name in names:
            try:
                row = inspect(browser, address, name, axe)
            except Error as error:  # the browser broke, not a limit
                print(f"{name}: once more after {error}", flush=True)
                try:
                    row = inspect(browser, address, name, axe)
                except Exception as again:
                    again.add_note(f"on the page {name}, the second time")
                    raise
            rows[name] = row
            counts = "/".join(
                str(len(row["axe"][look]))
                for look in ("light", "dark", "phone")
            )
            print(
                f"{name:44} {row['first'] / 1000:6.0f}"
                f" {row['read'] / 1000:6.0f} {(row['next'] or 0) / 1000:6.0f}"
                f"     {len(row['foreign']):7} {len(row['messages']):7}"
                f"  {counts:>20}  {row['overflow']:4}",
                flush=True,
            )
    return rows
