"""What a page asks for and says, for the browser tests and the audit."""


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
          scrollTo(0, 0);
        }"""
    )
    # A load state once reached stays reached: wait for the figures themselves.
    page.wait_for_function(
        """() => [...document.images].every(
             (image) => image.complete || !image.checkVisibility())"""
    )
