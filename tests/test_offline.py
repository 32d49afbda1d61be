"""The folder for a class without a network; nothing is downloaded here."""

import sys
import zipfile

import pytest

from website import offline


@pytest.fixture
def target(tmp_path, monkeypatch):
    site = tmp_path / "site"
    (site / "zh").mkdir(parents=True)
    (site / "zh" / "index.html").write_text("<h1>zh</h1>")
    monkeypatch.setattr(offline, "SITE", site)
    folder = tmp_path / "offline"
    folder.mkdir()
    return folder


def test_pack_holds_all_that_a_class_needs(target, monkeypatch):
    asked = []
    monkeypatch.setattr(
        offline, "download", lambda *a, **k: asked.append(a) or True
    )
    monkeypatch.setattr(offline, "build_wheel", lambda wheels: None)
    offline.pack(target, tools=True)
    torch, *rest = asked
    assert "--no-deps" in torch and torch[-1].startswith("torch==")
    assert [wanted[-1].name for wanted in rest] == [
        "requirements.txt",
        "requirements-tools.txt",
    ]
    for name in (
        "site/zh/index.html",
        "book/zh/index.md",
        "book/en/03-principles/cnn-pooling.ipynb",
        "requirements.txt",
        "requirements-tools.txt",
    ):
        assert (target / name).is_file()
    readme = (target / "README.txt").read_text("utf-8")
    major, minor = sys.version_info[:2]
    assert f"with Python {major}.{minor}" in readme
    assert "--requirement requirements-tools.txt" in readme


def test_wheel_holds_the_data(tmp_path):
    before = set(offline.ROOT.iterdir())
    offline.build_wheel(tmp_path)
    (wheel,) = tmp_path.glob("aibook-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"aibook/vit/__init__.py", "aibook/corpora/prose.zh.txt"} <= set(
        names
    )
    assert set(offline.ROOT.iterdir()) == before


def test_no_network_says_so(target, monkeypatch):
    monkeypatch.setattr(offline, "download", lambda *a, **k: False)
    with pytest.raises(SystemExit, match="needs the network"):
        offline.pack(target)


def test_no_site_says_so(target, tmp_path, monkeypatch):
    monkeypatch.setattr(offline, "SITE", tmp_path / "missing")
    with pytest.raises(SystemExit, match="make build"):
        offline.pack(target)
