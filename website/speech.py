"""Speak the digits with eSpeak NG: python -m website.speech

Writes aibook/recordings/digits.npz, which data.load_spoken_digits reads. It
needs the program espeak-ng (apt install espeak-ng); version 1.51 gave the
file as it stands. Pages that train on it have stored outputs: run it only
when those are run anew as well.

Each voice speaks ten digits in Mandarin and in English, once or twice, each
time with its own speed and pitch. Chance deals the voices to the splits. A
recording is brought to 8 kHz, cut to where it sounds, scaled to one peak and
stored as mu-law, the code of the telephone, with 6 bits a sample instead of 8
to keep the file small.
"""

import io
import shutil
import subprocess
from itertools import product

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from aibook.data import DIGITS_SPOKEN, PEAK, RATE, to_mulaw

WORDS = {
    "zh": "零 一 二 三 四 五 六 七 八 九".split(),
    "en": "zero one two three four five six seven eight nine".split(),
}
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029")
VOICES = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Andrea Andy Annie Lee "
    "Michael Mike adam anika belinda david linda steph victor zac"
).split()
# Shuffled and dealt: voices, takes of each word.
SPLITS = {"train": (15, 2), "valid": (5, 1), "test": (8, 1)}
# Another synthesiser (Klatt's), a whisper, a croak.
FAR = ("klatt2", "klatt4", "whisper", "croak")


def speak(word, voice, speed, pitch):
    """One word as float samples at the program's own rate."""
    command = [
        "espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch),
        "--stdout", word,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True)
    rate, wave = wavfile.read(io.BytesIO(repair(done.stdout)))
    return rate, wave / 2**15


def repair(wav):
    """A stream's header cannot know its length: write it."""
    size = (len(wav) - 44).to_bytes(4, "little")
    whole = (len(wav) - 8).to_bytes(4, "little")
    return wav[:4] + whole + wav[8:40] + size + wav[44:]


def trim(wave, frame=80, floor=0.02):
    """Cut off what is softer than 2 % of the peak, by frames of 10 ms."""
    frames = wave[: len(wave) // frame * frame].reshape(-1, frame)
    loud = np.flatnonzero(np.abs(frames).max(axis=1) > floor)
    return frames[loud[0] : loud[-1] + 1].ravel()


def record(word, voice, speed, pitch):
    """One word at 8 kHz, trimmed, scaled to PEAK, as mu-law code."""
    rate, wave = speak(word, voice, speed, pitch)
    wave = resample_poly(wave, RATE, rate)
    wave = trim(wave / np.abs(wave).max())
    return to_mulaw(PEAK * wave / np.abs(wave).max())


def main():
    if shutil.which("espeak-ng") is None:
        raise SystemExit(
            "The program espeak-ng is not installed. On Debian or Ubuntu: "
            "apt install espeak-ng"
        )
    rng = np.random.default_rng(0)
    dealt = iter(rng.permutation(VOICES).tolist())
    plan = [
        (split, next(dealt), takes)
        for split, (voices, takes) in SPLITS.items()
        for _ in range(voices)
    ]
    plan += [("far", name, 1) for name in FAR]
    rows, sounds = [], []
    for (split, name, takes), language in product(plan, WORDS):
        accent = ACCENTS[rng.integers(len(ACCENTS))]
        base = "cmn" if language == "zh" else accent
        for digit, take in product(range(10), range(takes)):
            speed = int(rng.integers(130, 201))
            pitch = int(rng.integers(25, 76))
            word = WORDS[language][digit]
            sounds.append(record(word, f"{base}+{name}", speed, pitch))
            rows.append((split, language, name, digit, take))
    split, language, voice, digit, take = zip(*rows, strict=True)
    DIGITS_SPOKEN.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        DIGITS_SPOKEN,
        code=np.concatenate(sounds),
        length=np.array([len(s) for s in sounds], "uint16"),
        split=np.array(split),
        language=np.array(language),
        voice=np.array(voice),
        digit=np.array(digit, "uint8"),
        take=np.array(take, "uint8"),
    )


if __name__ == "__main__":
    main()
