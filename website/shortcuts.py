"""Work that Sphinx would do for each page, and that the site can do without.

pybtex looks through every installed package for a plugin, anew for each
citation; and Sphinx writes a search index although Pagefind makes the one
that is used (search.py). Together they took a quarter of a build's time.
"""

import functools

from pybtex import plugin


def leave_out_index(app):
    if app.builder.name == "html":
        app.builder.index_page = lambda *page: None
        app.builder.dump_search_index = lambda: None


def setup(app):
    plugin._load_entry_point = functools.cache(plugin._load_entry_point)
    app.connect("builder-inited", leave_out_index)
    return {"version": "1", "parallel_read_safe": True}
