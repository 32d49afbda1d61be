"""Helpers that the notebooks of the book import: data, figures, checks."""

import os
import sys

# TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _import_tensorflow_quietly():
    """Import TensorFlow with the process's standard error turned off.

    TensorFlow 2.21 announces oneDNN before it reads its log level. A notebook
    would show and store that, time stamp included. Python's own errors still
    reach the reader as exceptions.
    """
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import tensorflow  # noqa: F401
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


if "ipykernel.kernelapp" in sys.modules and "tensorflow" not in sys.modules:
    _import_tensorflow_quietly()
