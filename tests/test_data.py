"""The loaders: what they give, and what they say when they cannot."""

import os
import re
import socket
from pathlib import Path

import numpy as np
import pytest

from aibook import data


def assert_digits(split, n_train, n_test):
    (x_train, y_train), (x_test, y_test) = split
    assert x_train.shape == (n_train, 28, 28)
    assert x_test.shape == (n_test, 28, 28)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.dtype == np.float32 and y.dtype == np.int32
        assert x.min() == 0 and x.max() == 1
        assert y.shape == (len(x),) and set(y) == set(range(10))


def test_default_digits():
    split = data.load_digits28()
    assert_digits(split, 1437, 360)
    again = data.load_digits28()
    for one, two in zip(split, again, strict=True):
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])


def test_default_digits_are_the_real_ones():
    from sklearn.datasets import load_digits

    (x_train, y_train), (x_test, y_test) = data.load_digits28()
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert np.all(x[:, :4] == 0) and np.all(x[:, :, -4:] == 0)
    counts = np.bincount(load_digits().target)
    np.testing.assert_array_equal(np.bincount(y), counts)
    # Interpolation keeps the mean grey of the whole set, within its rounding.
    mean = load_digits().images.mean() / 16 * (20 / 28) ** 2
    assert abs(x.mean() - mean) < 0.002
    share = np.bincount(y_test) / len(y_test)
    assert np.abs(share - counts / counts.sum()).max() < 0.005


def test_unknown_source_names_the_choices():
    with pytest.raises(ValueError, match="'sklearn', 'mnist'"):
        data.load_digits28(source="emnist")


def save_mnist(path, n=20, shape=(28, 28), dtype=np.uint8):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (n, *shape)).astype(dtype)
    x[0, 0, 0], x[0, 0, 1] = 0, 255
    y = np.arange(n, dtype=np.uint8) % 10
    np.savez(path, x_train=x, y_train=y, x_test=x[:10], y_test=y[:10])


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Empty AIBOOK_DATA and Keras folders, and no network."""
    from keras.src.backend import config

    local, home = tmp_path / "local", tmp_path / "keras"
    local.mkdir()
    (home / "datasets").mkdir(parents=True)
    monkeypatch.setenv("AIBOOK_DATA", str(local))
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.setattr(config, "_KERAS_DIR", str(home))
    monkeypatch.setattr(data.tempfile, "gettempdir", lambda: str(tmp_path))

    def offline(*args, **kwargs):
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    return local, home / "datasets"


def test_local_mnist_comes_first(folders):
    local, cache = folders
    save_mnist(local / "mnist.npz")
    (cache / "mnist.npz").write_bytes(b"never read")
    assert_digits(data.load_digits28("mnist"), 20, 10)


def test_mnist_in_the_cache_of_keras(folders):
    save_mnist(folders[1] / "mnist.npz")
    assert_digits(data.load_digits28("mnist"), 20, 10)


def test_offline_says_what_to_do_and_leaves_nothing(folders):
    with pytest.raises(OSError, match="AIBOOK_DATA") as error:
        data.load_digits28("mnist")
    assert "needs no network" in str(error.value)
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


def test_missing_folder_is_named(folders, monkeypatch):
    monkeypatch.setenv("AIBOOK_DATA", "no/such/folder")
    with pytest.raises(FileNotFoundError, match="no/such/folder"):
        data.load_digits28("mnist")


@pytest.mark.parametrize("place", [0, 1], ids=["local", "cache"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"not a zip file"),
        lambda path: path.write_bytes(b""),
        lambda path: np.savez(path, x_train=np.zeros(3)),
        lambda path: save_mnist(path, shape=(8, 8)),
        lambda path: save_mnist(path, dtype=np.float32),
        lambda path: (
            save_mnist(path),
            path.write_bytes(path.read_bytes()[:-500]),
        ),
    ],
    ids=["text", "empty", "keys", "shape", "dtype", "cut"],
)
def test_bad_mnist_is_reported_and_kept(folders, place, spoil):
    path = folders[place] / "mnist.npz"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="It was left as it is"):
        data.load_digits28("mnist")
    assert path.read_bytes() == before


@pytest.mark.skipif(
    not Path(os.environ.get("AIBOOK_DATA", ""), "mnist.npz").is_file(),
    reason="AIBOOK_DATA holds no mnist.npz; the tests above use a small one",
)
def test_real_mnist():
    assert_digits(data.load_digits28("mnist"), 60000, 10000)


def test_co2_is_monthly_and_complete():
    year, ppm = data.load_series("co2")
    assert year.shape == ppm.shape == (526,)
    assert year.dtype == ppm.dtype == np.float64
    np.testing.assert_allclose(np.diff(year), 1 / 12, atol=1e-9)
    assert np.isclose(year[0], 1958 + 2 / 12) and int(year[-1]) == 2001
    assert 313 < ppm.min() < 315 and 373 < ppm.max() < 375


def test_sunspots_are_yearly_and_complete():
    year, number = data.load_series("sunspots")
    np.testing.assert_array_equal(year, np.arange(1700, 2009))
    # The great maximum of 1957, the largest of the record.
    assert year[number.argmax()] == 1957 and number.min() == 0


def test_unknown_series_names_the_choices():
    with pytest.raises(ValueError, match="'moon'.*'co2', 'sunspots'"):
        data.load_series("moon")


def test_recall_sequences():
    x, y = data.make_recall(50, lag=7, symbols=5, fillers=3, seed=1)
    assert x.shape == (50, 8, 8) and x.dtype == np.float32
    assert y.shape == (50,) and y.dtype == np.int32
    assert np.all(x.sum(-1) == 1)
    np.testing.assert_array_equal(x[:, 0].argmax(-1), y)
    assert set(y) == set(range(5))
    assert set(x[:, 1:].argmax(-1).ravel()) == {5, 6, 7}
    again, other = (data.make_recall(50, 7, 5, 3, seed=s)[0] for s in (1, 2))
    assert np.all(again == x) and np.any(other != x)
    assert data.make_recall(2, lag=0)[0].shape == (2, 1, 12)


@pytest.mark.parametrize(
    "arguments", [(0, 1), (1, -1), (1, 1, 0), (1, 1, 1, 0)]
)
def test_recall_refuses_what_it_cannot_make(arguments):
    with pytest.raises(ValueError, match="Needs sequences"):
        data.make_recall(*arguments)


def test_copying_sequences():
    x, p = data.make_copying(60, 20, tokens=9, periods=(3, 7), seed=1)
    assert x.shape == (60, 20) and p.shape == (60, 1)
    assert set(p.ravel()) == {3, 4, 5, 6, 7} and x.min() >= 0 and x.max() <= 8
    for row, period in zip(x, p[:, 0], strict=True):
        assert len(set(row[:period])) == period
        np.testing.assert_array_equal(row[period:], row[:-period])
    rng = np.random.default_rng(1)
    same, _ = data.make_copying(60, 20, tokens=9, periods=(3, 7), seed=rng)
    further, _ = data.make_copying(60, 20, tokens=9, periods=(3, 7), seed=rng)
    assert np.all(same == x) and np.any(further != x)


@pytest.mark.parametrize("periods", [(0, 3), (5, 4), (2, 17)])
def test_copying_refuses_periods_that_cannot_be(periods):
    with pytest.raises(ValueError, match="between 1 and 16"):
        data.make_copying(1, 10, periods=periods)


@pytest.mark.parametrize("language", data.LANGUAGES)
def test_prose_is_paragraphs_under_headings(language):
    pages = data.load_prose(language)
    assert len(pages) == len(data.load_prose("zh")) > 30
    for title, sections in pages.items():
        assert title[:2] in {"1 ", "1.", "2 ", "2.", "3 ", "3.", "4 ", "4."}
        lines = [line for part in sections.values() for line in part]
        assert len(lines) >= 4
        for line in lines:
            assert not re.search(r"\{cite|\$|:::|\*\*|\]\(", line), line


def test_prose_in_an_unknown_language():
    with pytest.raises(ValueError, match="'zh', 'en'"):
        data.load_prose("fr")
