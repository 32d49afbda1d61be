"""sitemap.xml: every page of the site with its other languages."""

from xml.sax.saxutils import quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


def sitemap(address, editions, pages):
    """The text of a sitemap for `pages` (names without edition or suffix)."""
    lines = [HEAD]
    for page in pages:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{edition}" '
            f"href={quoteattr(f'{address}{edition}/{page}.html')}/>"
            for edition in editions
        )
        for edition in editions:
            location = f"{address}{edition}/{page}.html"
            lines.append(f"<url><loc>{location}</loc>{links}</url>\n")
    return "".join([*lines, "</urlset>\n"])
