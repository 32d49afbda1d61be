"""Build both editions from the stored outputs into _build/site.

    python -m website.build

Warnings are errors. A failed build leaves the last good site in place.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
SITE = BUILD / "site"


def load_config():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def repository_url(config):
    """The repository that CI builds from, else the one in _config.yml."""
    name = os.environ.get("GITHUB_REPOSITORY")
    if name:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{name}"
    return config["repository"]["url"]


def edition_config(edition):
    """Jupyter Book's settings for one edition, as a dictionary."""
    config = load_config()
    own = config.pop("editions")[edition]
    url = repository_url(config)
    config["title"] = own["title"]
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
        html_static_path=[str(ROOT / "website" / "static")],
    )
    sphinx["html_theme_options"]["search_bar_text"] = own["search_bar_text"]
    return config


def build_edition(edition, output):
    """Build one edition into the folder `output`; False when it fails."""
    work = BUILD / "work" / edition
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


def main():
    fresh = BUILD / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    for edition in load_config()["editions"]:
        if not build_edition(edition, fresh):
            print(f"The build of book/{edition} failed.", file=sys.stderr)
            return 1
    shutil.copy(ROOT / "website" / "root.html", fresh / "index.html")
    (fresh / ".nojekyll").touch()
    shutil.rmtree(SITE, ignore_errors=True)
    fresh.rename(SITE)
    print(f"Built {SITE.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
