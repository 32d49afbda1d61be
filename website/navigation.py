"""Sphinx extension: the chapters and their pages, for the sidebar.

The theme has Sphinx resolve and copy the whole tree of headings for each page,
which took an eighth of a build's time; the sidebar shows titles alone.
"""


def list_chapters(app, env):
    """Once all is read: [(page, title, [(page, title), ...]), ...]."""

    def children(name):
        return env.toctree_includes.get(name, ())

    def title(name):
        return env.titles[name].astext()

    app.chapters = [
        (name, title(name), [(page, title(page)) for page in children(name)])
        for name in children(env.config.root_doc)
    ]


def add_chapters(app, pagename, templatename, context, doctree):
    context["chapters"] = app.chapters
    context["listed"] = app.env.found_docs


def setup(app):
    app.connect("env-updated", list_chapters)
    app.connect("html-page-context", add_chapters, priority=400)
    return {"version": "1", "parallel_read_safe": True}
