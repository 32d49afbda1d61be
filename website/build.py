"""Build both editions from the stored outputs into _build/site.

    python -m website.build

Warnings are errors. A failed build leaves the last good site in place.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from website import editions, search
from website.sitemap import sitemap

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
SITE = BUILD / "site"


def load_config():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def language_tag(edition):
    """Sphinx's zh_CN of an edition's settings as HTML's zh-CN."""
    return edition["language"].replace("_", "-")


def repository_url(config):
    """The repository that CI builds from, else the one in _config.yml."""
    name = os.environ.get("GITHUB_REPOSITORY")
    if name:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{name}"
    return config["repository"]["url"]


def site_url(config):
    """The address of the built site: CI's own Pages, else _config.yml's."""
    name = os.environ.get("GITHUB_REPOSITORY")
    if name:
        owner, repository = name.split("/")
        return f"https://{owner.lower()}.github.io/{repository}/"
    return config["site_url"]


def edition_config(edition):
    """Jupyter Book's settings for one edition, as a dictionary."""
    config = load_config()
    every = config.pop("editions")
    own = every[edition]
    url = repository_url(config)
    site = site_url(config)
    del config["site_url"]
    config["title"] = own["title"]
    config["author"] = own["author"]
    config["repository"].update(url=url, path_to_book=f"book/{edition}")
    sphinx = config["sphinx"]["config"]
    sphinx.update(
        language=own["language"],
        nb_code_prompt_show=own["show_code"],
        nb_code_prompt_hide=own["hide_code"],
        # The commands on the cover, with the address filled in.
        myst_substitutions={
            "colab_install": f"`%pip install git+{url}`",
            "git_clone": f"`git clone {url}`",
            "enter_clone": f"`cd {url.rsplit('/', 1)[1]}`",
        },
        html_baseurl=f"{site}{edition}/",
        html_static_path=[str(ROOT / "website" / "static")],
        templates_path=[str(ROOT / "website" / "templates")],
        edition=edition,
        edition_languages={
            name: language_tag(settings) for name, settings in every.items()
        },
        site_url=site,
    )
    return config


def build_edition(edition, output):
    """Build one edition into the folder `output`; False when it fails."""
    work = BUILD / "work" / edition
    shutil.rmtree(work / "_build" / "html", ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    settings = work / "_config.yml"
    settings.write_text(
        yaml.safe_dump(edition_config(edition), allow_unicode=True), "utf-8"
    )
    command = [
        sys.executable,
        *("-c", "from jupyter_book.cli.main import main; main()"),
        *("build", ROOT / "book" / edition),
        *("--config", settings, "--toc", ROOT / "_toc.yml"),
        *("--path-output", work, "--all", "-W", "-n", "--keep-going", "-q"),
    ]
    # The extensions in website/ are imported by their name from the root.
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    result = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}
    )
    if result.returncode:
        return False
    shutil.copytree(
        work / "_build" / "html",
        output / edition,
        ignore=shutil.ignore_patterns(".buildinfo", "objects.inv"),
    )
    return True


def write_root(output, config):
    """What stands above the editions: choice of language, 404, sitemap."""
    address = site_url(config)
    style = (ROOT / "website" / "root.css").read_text("utf-8")
    for source, name in (("root.html", "index.html"), ("404.html",) * 2):
        text = (ROOT / "website" / source).read_text("utf-8")
        text = text.replace("{{style}}", style)
        text = text.replace("{{site_url}}", address)
        text = text.replace("{{base}}", urlsplit(address).path)
        (output / name).write_text(text, "utf-8")
    listed = sitemap(address, config["editions"], editions.pages("zh"))
    (output / "sitemap.xml").write_text(listed, "utf-8")
    (output / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\n\nSitemap: {address}sitemap.xml\n", "utf-8"
    )
    (output / ".nojekyll").touch()


def main():
    config = load_config()
    fresh = BUILD / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    with ThreadPoolExecutor() as pool:
        names = list(config["editions"])
        built = list(pool.map(lambda e: build_edition(e, fresh), names))
    for edition, good in zip(names, built, strict=True):
        if not good:
            print(f"The build of book/{edition} failed.", file=sys.stderr)
            return 1
        search.index(fresh / edition)
    write_root(fresh, config)
    shutil.rmtree(SITE, ignore_errors=True)
    fresh.rename(SITE)
    print(f"Built {SITE.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
