"""The loaders: what they give, and what they say when they cannot."""

import io
import os
import re
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

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


def test_shrunk_digits_keep_their_ink_in_place():
    (x, _), _ = data.load_digits28()
    small = data.shrink_digits(x)
    assert small.shape == (len(x), 10, 10)
    np.testing.assert_allclose(small[3, 2, 5], x[3, 8:10, 14:16].mean())
    np.testing.assert_allclose(4 * small.sum(), x.sum(), rtol=1e-4)


def test_only_digits_of_28_pixels_are_shrunk():
    with pytest.raises(ValueError, match=r"\(n, 28, 28\), not \(5, 8, 8\)"):
        data.shrink_digits(np.zeros((5, 8, 8)))


def test_the_first_labels_are_spoiled():
    labels = np.arange(20) % 10
    wrong = data.spoil_labels(labels, 0.3, np.random.default_rng(0))
    assert (wrong[:6] != labels[:6]).all() and wrong.max() <= 9
    np.testing.assert_array_equal(wrong[6:], labels[6:])
    np.testing.assert_array_equal(labels, np.arange(20) % 10)
    two = data.spoil_labels(labels % 2, 1, np.random.default_rng(0), 2)
    np.testing.assert_array_equal(two, 1 - labels % 2)


@pytest.mark.parametrize("share", [-0.1, 1.2])
def test_no_share_outside_0_and_1(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        data.spoil_labels(np.zeros(3, int), share, np.random.default_rng(0))


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


def assert_spoken(splits, names):
    assert list(splits) == names
    seen = set()
    for part in splits.values():
        n = len(part.digit)
        assert part.wave.shape == (n, 8000) and part.wave.dtype == np.float32
        assert all(len(field) == n for field in part)
        assert part.length.min() > 0 and part.length.max() <= 8000
        for wave, length in zip(part.wave, part.length, strict=True):
            assert np.all(wave[length:] == 0)
        peak = np.abs(part.wave).max(axis=1)
        assert peak.min() > 0.7 and peak.max() <= 1
        assert set(part.digit) == set(range(10))
        voices = set(part.voice)
        assert not voices & seen  # no voice in two splits
        seen |= voices


def test_synthetic_digits():
    splits = data.load_spoken_digits()
    assert_spoken(splits, ["train", "valid", "test", "far"])
    count = {name: len(part.digit) for name, part in splits.items()}
    assert count == {"train": 600, "valid": 100, "test": 160, "far": 80}
    voices = {name: len(set(part.voice)) for name, part in splits.items()}
    assert voices == {"train": 15, "valid": 5, "test": 8, "far": 4}
    for part in splits.values():
        words = list(zip(part.language, part.digit, strict=True))
        assert len(set(words)) == 20
        assert len({words.count(word) for word in set(words)}) == 1
    chosen = splits["train"].where(splits["train"].language == "zh")
    assert chosen.wave.shape == (300, 8000) and set(chosen.language) == {"zh"}


def test_mulaw_is_finer_where_it_is_soft():
    code = np.arange(63, dtype="uint8")
    wave = data.from_mulaw(code)
    np.testing.assert_array_equal(data.to_mulaw(wave), code)
    assert wave[0] == -1 and wave[31] == 0 and wave[62] == 1
    assert np.all(np.diff(wave, 2)[31:] > 0)


def save_fsdd(folder, people=("ann", "bo", "cy", "di"), rate=8000, seconds=1):
    recordings = folder / data.FSDD / "recordings"
    recordings.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for person in people:
        for digit in range(10):
            for take in range(2):
                wave = rng.integers(-3000, 3000, int(rate * seconds))
                path = recordings / f"{digit}_{person}_{take}.wav"
                wavfile.write(path, rate, wave.astype("int16"))
    return recordings


@pytest.mark.parametrize("seconds", [0.4, 1, 1.5])
def test_local_recordings(folders, seconds):
    save_fsdd(folders[0], seconds=seconds)
    splits = data.load_spoken_digits("fsdd")
    assert_spoken(splits, ["train", "valid", "test"])
    assert set(splits["test"].voice) == {"cy", "di"}
    assert set(splits["valid"].voice) == {"bo"}
    assert set(splits["train"].language) == {"en"}
    assert set(splits["train"].take) == {0, 1}
    assert splits["train"].length.max() == min(8000, 8000 * seconds)


def test_long_recordings_keep_their_loudest_second(folders):
    recordings = save_fsdd(folders[0])
    wave = np.zeros(20000, "int16")
    wave[9000:9400] = 1000 * np.sin(np.arange(400))
    wavfile.write(recordings / "0_ann_0.wav", 8000, wave)
    part = data.load_spoken_digits("fsdd")["train"]
    assert np.abs(part.wave[0]).max() > 0.8


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"not a recording"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:30]),
        lambda path: wavfile.write(path, 16000, np.ones(10, "int16")),
        lambda path: wavfile.write(path, 8000, np.ones(0, "int16")),
    ],
    ids=["text", "empty", "cut", "rate", "no samples"],
)
def test_bad_recording_is_named_and_kept(folders, spoil):
    path = save_fsdd(folders[0]) / "3_bo_1.wav"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="3_bo_1.wav.*left as it is"):
        data.load_spoken_digits("fsdd")
    assert path.read_bytes() == before


def test_too_few_speakers(folders):
    save_fsdd(folders[1], people=("ann", "bo", "cy"))
    with pytest.raises(ValueError, match="3 speakers"):
        data.load_spoken_digits("fsdd")


def test_recordings_offline_say_what_to_do_and_leave_nothing(folders):
    with pytest.raises(OSError, match="AIBOOK_DATA") as error:
        data.load_spoken_digits("fsdd")
    assert "needs no network" in str(error.value)
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


def archive_of(folder):
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for wav in folder.glob("*/recordings/*.wav"):
            archive.write(wav, f"{data.FSDD}-master/recordings/{wav.name}")
        archive.writestr(f"{data.FSDD}-master/README.md", "text")
    return path.read_bytes()


def test_downloaded_recordings_are_unpacked_once(
    folders, tmp_path, monkeypatch
):
    source = tmp_path / "source"
    save_fsdd(source)
    reply = archive_of(source)
    calls = []

    def download(address, timeout):
        calls.append(address)
        return io.BytesIO(reply)

    monkeypatch.setattr(data.urllib.request, "urlopen", download)
    first = data.load_spoken_digits("fsdd")
    again = data.load_spoken_digits("fsdd")
    assert_spoken(first, ["train", "valid", "test"])
    np.testing.assert_array_equal(first["test"].wave, again["test"].wave)
    assert len(calls) == 1
    assert [path.name for path in folders[1].iterdir()] == [data.FSDD]


@pytest.mark.parametrize("size", [0, 500])
def test_broken_download_leaves_nothing(folders, tmp_path, monkeypatch, size):
    source = tmp_path / "source"
    save_fsdd(source)
    reply = archive_of(source)[:size]
    monkeypatch.setattr(
        data.urllib.request, "urlopen", lambda *a, **k: io.BytesIO(reply)
    )
    with pytest.raises(OSError, match="could not be downloaded"):
        data.load_spoken_digits("fsdd")
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


def test_missing_folder_of_recordings_is_named(folders, monkeypatch):
    monkeypatch.setenv("AIBOOK_DATA", "no/such/folder")
    with pytest.raises(FileNotFoundError, match="no/such/folder"):
        data.load_spoken_digits("fsdd")


def test_unknown_speech_source_names_the_choices():
    with pytest.raises(ValueError, match="'espeak', 'fsdd'"):
        data.load_spoken_digits("siri")
