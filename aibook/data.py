"""Data sets, each ready for the network.

The default source of every loader ships inside a dependency of the book, so
it works offline. A larger source is named explicitly by the reader. What a
``make_`` function returns is generated, from a seed.

SciPy, scikit-learn and statsmodels are imported where they are needed: two
seconds that a page without them saves.
"""

import os
import shutil
import struct
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from aibook.errors import unknown

DIGIT_SOURCES = ("sklearn", "mnist")
SERIES = ("co2", "sunspots")
CORPORA = Path(__file__).parent / "corpora"
LANGUAGES = ("zh", "en")
SPEECH_SOURCES = ("espeak", "fsdd")
DIGITS_SPOKEN = Path(__file__).parent / "recordings" / "digits.npz"
RATE = 8000  # samples a second
PEAK = 0.9  # largest sample of a recording
FSDD = "free-spoken-digit-dataset"
FSDD_ARCHIVE = (
    f"https://github.com/Jakobovski/{FSDD}/archive/refs/heads/master.zip"
)


def load_digits28(source="sklearn"):
    """Load images of handwritten digits, 28 by 28 pixels.

    Parameters
    ----------
    source : {"sklearn", "mnist"}
        "sklearn": the 1,797 digits that ship with scikit-learn, 8 by 8
        pixels, enlarged to 20 by 20 by linear interpolation and set into a
        blank frame of 4 pixels, which is how MNIST centres its digits. They
        are split once and for all, by class, into 1,437 for training and 360
        for testing. Never touches the network.

        "mnist": 60,000 training and 10,000 test images. They come from
        ``mnist.npz`` in the folder that the environment variable
        ``AIBOOK_DATA`` names, else from Keras's cache, else from
        ``keras.datasets.mnist``, which downloads 11 MB.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        ``x``: float32 in [0, 1], shape (images, 28, 28), 0 is blank paper.
        ``y``: int32 in 0..9, shape (images,).

    Raises
    ------
    ValueError
        Unknown source, or an ``mnist.npz`` that does not hold MNIST. The
        file is left as it is.
    FileNotFoundError
        ``AIBOOK_DATA`` names a folder that does not exist.
    OSError
        MNIST is not on disk and the download failed.

    Sources
    -------
    scikit-learn digits: E. Alpaydin and C. Kaynak, "Optical Recognition of
    Handwritten Digits", UCI Machine Learning Repository (1998),
    doi:10.24432/C50P49, CC BY 4.0.
    MNIST: Y. LeCun and C. Cortes, CC BY-SA 3.0.
    """
    if source == "sklearn":
        return _load_sklearn_digits()
    if source == "mnist":
        return _load_mnist()
    raise unknown("source", source, DIGIT_SOURCES)


def _load_sklearn_digits():
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    x = zoom(
        digits.images / 16.0,
        (1, 2.5, 2.5),
        order=1,
        mode="nearest",
        grid_mode=True,
    )
    x = np.pad(x, ((0, 0), (4, 4), (4, 4))).astype("float32")
    y = digits.target.astype("int32")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=360, stratify=y, random_state=0
    )
    return (x_train, y_train), (x_test, y_test)


def _load_mnist():
    path = _find_mnist()
    arrays = _read_mnist(path) if path else _download_mnist()
    x_train, y_train, x_test, y_test = arrays
    return (
        (x_train.astype("float32") / 255, y_train.astype("int32")),
        (x_test.astype("float32") / 255, y_test.astype("int32")),
    )


def _find_mnist():
    """Path of an mnist.npz on this machine, or None."""
    paths = [folder / "mnist.npz" for folder in _data_folders("mnist.npz")]
    return next(filter(Path.is_file, paths), None)


def _data_folders(wanted):
    """Where `wanted` may lie: in AIBOOK_DATA first, then with Keras."""
    folder = os.environ.get("AIBOOK_DATA")
    if not folder:
        return _keras_folders()
    if not Path(folder).is_dir():
        raise FileNotFoundError(
            f"AIBOOK_DATA names {folder!r}, which is not a folder. "
            f"Create it and put {wanted} there, or unset AIBOOK_DATA."
        )
    return [Path(folder), *_keras_folders()]


def _keras_folders():
    """Where Keras keeps data: the second one if the first is read-only."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    spare = Path(tempfile.gettempdir(), ".keras")
    return [Path(folder, "datasets") for folder in (home, spare)]


def _read_mnist(path):
    """Read the file ourselves: Keras deletes one whose hash differs."""
    keys = ("x_train", "y_train", "x_test", "y_test")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = [archive[key] for key in keys]
    except (
        OSError,
        ValueError,
        EOFError,
        KeyError,
        TypeError,
        zipfile.BadZipFile,
    ) as error:
        raise ValueError(
            f"{path} cannot be read as MNIST ({error}). It was left as it "
            "is. Move it away and fetch mnist.npz anew."
        ) from error
    for x, y in (arrays[:2], arrays[2:]):
        right = x.ndim == 3 and x.shape[1:] == (28, 28) and y.ndim == 1
        if not right or len(x) != len(y) or x.dtype != np.uint8:
            raise ValueError(
                f"{path} does not hold MNIST: images {x.shape} of "
                f"{x.dtype} with labels {y.shape}. It was left as it is. "
                "Expected uint8 images of shape (n, 28, 28) and n labels."
            )
    return arrays


def _download_mnist():
    from keras.datasets import mnist

    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except Exception as error:
        # It was not there before, so what is there now is a broken download.
        for folder in _keras_folders():
            (folder / "mnist.npz").unlink(missing_ok=True)
        raise OSError(
            f"MNIST is not on this machine and could not be downloaded "
            f"({error}). Either connect to the network, or put mnist.npz "
            "into a folder and set the environment variable AIBOOK_DATA to "
            "it, or use load_digits28() without a source, which needs no "
            "network."
        ) from error
    return x_train, y_train, x_test, y_test


def load_series(name):
    """Load a real time series from statsmodels. Never touches the network.

    Parameters
    ----------
    name : {"co2", "sunspots"}
        "co2": carbon dioxide in the air at Mauna Loa in ppm, 526 monthly
        means from March 1958 to December 2001; missing months are filled by
        linear interpolation.

        "sunspots": mean sunspot number of each year, 1700 to 2008.

    Returns
    -------
    year, value
        Two float64 arrays of one shape, (526,) or (309,). ``year`` is the
        start of the month or year: 1958.5 is July 1958.

    Raises
    ------
    ValueError
        Unknown name.

    Sources
    -------
    CO2: C. D. Keeling and T. P. Whorf, CDIAC, Oak Ridge National Laboratory
    (2004), public domain. Sunspots: National Geophysical Data Center, public
    domain.
    """
    from statsmodels.datasets import co2, sunspots

    if name == "co2":
        weekly = co2.load_pandas().data["co2"]
        monthly = weekly.resample("MS").mean().interpolate()
        year = monthly.index.year + (monthly.index.month - 1) / 12
        return year.to_numpy("float64"), monthly.to_numpy("float64")
    if name == "sunspots":
        table = sunspots.load_pandas().data
        return (
            table["YEAR"].to_numpy("float64"),
            table["SUNACTIVITY"].to_numpy("float64"),
        )
    raise unknown("series", name, SERIES)


def load_prose(language):
    """Load this book's own prose, chapters 1 to 4, frozen in November 2026.

    Parameters
    ----------
    language : {"zh", "en"}

    Returns
    -------
    {title: {heading: [paragraph, ...]}}
        Pages in the order of the book, sections in the order of the page;
        what stands before a page's first heading has the heading "". Formulas
        inside a paragraph are TeX. Display formulas, code, tables, boxes and
        citations are left out, and so is all from the exercises on.

    Raises
    ------
    ValueError
        Unknown language.

    Sources
    -------
    The book itself, by ``python -m website.prose``; CC BY 4.0.
    """
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    pages = {}
    path = CORPORA / f"prose.{language}.txt"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# "):
            sections = pages[line[2:]] = {"": []}
            heading = ""
        elif line.startswith("## "):
            heading = line[3:]
            sections.setdefault(heading, [])
        else:
            sections[heading].append(line)
    return pages


class Spoken(NamedTuple):
    """Recordings of single words; every field has one row for each."""

    wave: np.ndarray  # float32 in [-1, 1], (n, 8000): 1 s at 8 kHz
    length: np.ndarray  # int32, (n,): samples before the zeros at the end
    digit: np.ndarray  # int32 in 0..9, (n,)
    language: np.ndarray  # "zh" or "en", (n,)
    voice: np.ndarray  # name of the voice or speaker, (n,)
    take: np.ndarray  # int32, (n,): counts a voice's repetitions of a word

    def where(self, mask):
        """The recordings that a Boolean array (n,) chooses."""
        return Spoken(*(field[mask] for field in self))


def load_spoken_digits(source="espeak"):
    """Load recordings of spoken digits, split by voice.

    Parameters
    ----------
    source : {"espeak", "fsdd"}
        "espeak": the ten digits in Mandarin and in English, spoken by the
        synthesiser eSpeak NG, 940 recordings, each of its own speed and
        pitch. Of 28 voices, dealt by chance, 15 are for training (two
        takes), 5 for validation and 8 for testing; four more, "far", are
        another synthesiser, a whisper and a croak. Never touches the network.

        "fsdd": 3,000 recordings of six people, English. They come from
        ``free-spoken-digit-dataset/recordings`` in the folder that the
        environment variable ``AIBOOK_DATA`` names, else from Keras's cache,
        else from a download of some 20 MB. By the alphabet, the last two
        speakers are for testing, the one before for validation, the rest for
        training; there is no "far".

    Returns
    -------
    {"train": Spoken, "valid": Spoken, "test": Spoken, "far": Spoken}
        No voice is in two of them. A recording is cut to where it sounds,
        or to its loudest second; its peak is about 0.9.

    Raises
    ------
    ValueError
        Unknown source, or recordings that are not the set. They are left as
        they are.
    FileNotFoundError
        ``AIBOOK_DATA`` names a folder that does not exist.
    OSError
        The recordings are not on disk and the download failed.

    Sources
    -------
    espeak: made by ``python -m website.speech`` with eSpeak NG 1.51. The
    program is under GPL 3 or later, which covers its output only where that
    is itself a work based on the program; the recordings are the book's
    own, under the MIT licence.
    fsdd: Z. Jackson and others, "Free Spoken Digit Dataset" (2016),
    CC BY-SA 4.0.
    """
    if source == "espeak":
        return _load_espeak()
    if source == "fsdd":
        return _load_fsdd()
    raise unknown("source", source, SPEECH_SOURCES)


def to_mulaw(wave):
    """Samples in [-1, 1] as mu-law of 6 bits: finer where it is soft."""
    squeezed = np.sign(wave) * np.log1p(255 * np.abs(wave)) / np.log(256)
    return np.round(31 * squeezed + 31).astype("uint8")


def from_mulaw(code):
    """The samples, float32 in [-1, 1], that the code stands for."""
    squeezed = (code.astype("float32") - 31) / 31
    wave = np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log(256)) / 255
    return wave.astype("float32")


def _load_espeak():
    with np.load(DIGITS_SPOKEN, allow_pickle=False) as archive:
        table = {key: archive[key] for key in archive.files}
    length = table["length"].astype("int32")
    parts = np.split(from_mulaw(table["code"]), np.cumsum(length)[:-1])
    return _split_spoken(
        parts,
        table["digit"],
        table["language"],
        table["voice"],
        table["take"],
        table["split"],
    )


def _split_spoken(parts, digit, language, voice, take, split):
    wave = np.zeros((len(parts), RATE), "float32")
    for row, part in zip(wave, parts, strict=True):
        row[: len(part)] = part
    every = Spoken(
        wave,
        np.array([len(part) for part in parts], "int32"),
        np.asarray(digit, "int32"),
        np.asarray(language),
        np.asarray(voice),
        np.asarray(take, "int32"),
    )
    split = np.asarray(split)
    names = [n for n in ("train", "valid", "test", "far") if n in split]
    return {name: every.where(split == name) for name in names}


def _load_fsdd():
    folder = _find_fsdd() or _download_fsdd()
    files = sorted(folder.glob("[0-9]_*_*.wav"))
    parts = [_read_wav(path) for path in files]
    digit, voice, take = zip(
        *(path.stem.split("_") for path in files), strict=True
    )
    people = sorted(set(voice))
    if len(people) < 4:
        raise ValueError(
            f"{folder} has {len(people)} speakers; the split by speakers "
            "needs at least 4. It was left as it is."
        )
    role = {name: "train" for name in people}
    role |= {people[-3]: "valid", people[-2]: "test", people[-1]: "test"}
    return _split_spoken(
        parts,
        [int(d) for d in digit],
        ["en"] * len(files),
        voice,
        [int(t) for t in take],
        [role[name] for name in voice],
    )


def _find_fsdd():
    """Folder of the recordings on this machine, or None."""
    for folder in _data_folders(FSDD):
        recordings = folder / FSDD / "recordings"
        if any(recordings.glob("[0-9]_*_*.wav")):
            return recordings
    return None


def _read_wav(path):
    """The loudest second of a file, peak 0.9."""
    from scipy.io import wavfile

    try:
        rate, wave = wavfile.read(path)
        if rate != RATE or not wave.size:
            raise ValueError(f"{rate} samples a second, {wave.shape}")
    except (OSError, ValueError, EOFError, struct.error) as error:
        raise ValueError(
            f"{path} cannot be read as a recording of 8 kHz ({error}). It "
            f"was left as it is. Fetch {FSDD} anew."
        ) from error
    wave = wave.astype("float32")
    wave = wave.mean(axis=1) if wave.ndim == 2 else wave
    wave -= wave.mean()
    if len(wave) > RATE:
        energy = np.cumsum(np.concatenate([[0], wave.astype("float64") ** 2]))
        start = np.argmax(energy[RATE:] - energy[:-RATE])
        wave = wave[start : start + RATE]
    return PEAK * wave / max(np.abs(wave).max(), 1e-9)


def _download_fsdd():
    """Fetch and unpack the recordings; all of them are there, or none."""
    target = _keras_folders()[0] / FSDD
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as spare:
            archive = Path(spare, "archive.zip")
            with urllib.request.urlopen(FSDD_ARCHIVE, timeout=60) as reply:
                archive.write_bytes(reply.read())
            with zipfile.ZipFile(archive) as opened:
                names = [n for n in opened.namelist() if n.endswith(".wav")]
                opened.extractall(spare, names)
            (found,) = Path(spare).glob("*/recordings")
            shutil.rmtree(target, ignore_errors=True)
            found.parent.rename(target)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise OSError(
            f"The recordings of {FSDD} are not on this machine and could not "
            f"be downloaded ({error}). Either connect to the network, or put "
            f"{FSDD}/recordings into a folder and set the environment "
            "variable AIBOOK_DATA to that folder, or use "
            "load_spoken_digits() without a source, which needs no network."
        ) from error
    return target / "recordings"


def shrink_digits(images):
    """Average digits of 28 by 28 pixels down to 10 by 10.

    The blank frame of 4 pixels is left out, and each 2 by 2 pixels of the
    rest become one.

    Parameters
    ----------
    images : array, (n, 28, 28)
        As `load_digits28` gives them.

    Returns
    -------
    array, (n, 10, 10)

    Raises
    ------
    ValueError
        Images of another shape.
    """
    if np.shape(images)[1:] != (28, 28):
        raise ValueError(
            f"Needs images of shape (n, 28, 28), not {np.shape(images)}."
        )
    inner = images[:, 4:24, 4:24].reshape(-1, 10, 2, 10, 2)
    return inner.mean(axis=(2, 4))


def spoil_labels(labels, share, rng, classes=10):
    """Make labels wrong, each moved to another class at random.

    Parameters
    ----------
    labels : int array, (n,)
        In 0..classes-1; it stays as it is.
    share : float
        The first ``round(share * n)`` labels become wrong.
    rng : numpy.random.Generator
    classes : int

    Returns
    -------
    int array, (n,)

    Raises
    ------
    ValueError
        A share outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"A share lies between 0 and 1; {share} does not.")
    k = round(share * len(labels))
    wrong = np.array(labels)
    wrong[:k] = (wrong[:k] + rng.integers(1, classes, size=k)) % classes
    return wrong


def make_recall(sequences, lag, symbols=8, fillers=4, seed=0):
    """Make sequences whose first item is to be named after the last.

    Each begins with one of ``symbols`` symbols; then come ``lag`` random
    fillers, which are other symbols and mean nothing. The label is the first
    symbol, so guessing is right once in ``symbols`` times.

    Returns
    -------
    x, y
        ``x``: float32, one-hot, (sequences, 1 + lag, symbols + fillers).
        ``y``: int32 in 0..symbols-1, (sequences,).

    Raises
    ------
    ValueError
        A count below 1, or a negative lag.
    """
    if min(sequences, symbols, fillers) < 1 or lag < 0:
        raise ValueError(
            f"Needs sequences, symbols, fillers >= 1 and lag >= 0, not "
            f"{sequences}, {symbols}, {fillers} and {lag}."
        )
    rng = np.random.default_rng(seed)
    first = rng.integers(symbols, size=(sequences, 1))
    rest = symbols + rng.integers(fillers, size=(sequences, lag))
    one_hot = np.eye(symbols + fillers, dtype="float32")
    return one_hot[np.hstack([first, rest])], first[:, 0].astype("int32")


def make_copying(sequences, length, tokens=16, periods=(4, 11), seed=0):
    """Make sequences that repeat themselves, to be continued.

    Each starts with p different tokens in random order and goes on repeating
    them; p is drawn from ``periods``, both ends included. From position p on
    every token is certain.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        A generator goes on where it stands.

    Returns
    -------
    x, p
        ``x``: int64 in 0..tokens-1, (sequences, length).
        ``p``: int64, the period of each sequence, (sequences, 1).

    Raises
    ------
    ValueError
        Periods that are not between 1 and ``tokens``.
    """
    low, high = periods
    if not 1 <= low <= high <= tokens:
        raise ValueError(
            f"Needs periods between 1 and {tokens}, the number of tokens, "
            f"the smaller one first, not {low} and {high}."
        )
    rng = np.random.default_rng(seed)
    p = rng.integers(low, high + 1, size=(sequences, 1))
    block = rng.permuted(np.tile(np.arange(tokens), (sequences, 1)), axis=1)
    return np.take_along_axis(block, np.arange(length) % p, axis=1), p
