"""Keep what compiled code announces out of a notebook."""

import os
import warnings
from contextlib import contextmanager, redirect_stdout
from io import StringIO


@contextmanager
def descriptors_off(*numbers):
    """Turn file descriptors off for a while: 1 is standard output, 2 error.

    Compiled code writes there directly, past `sys.stdout` and `sys.stderr`.
    Python's own errors still reach the reader as exceptions.
    """
    saved = [os.dup(number) for number in numbers]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in numbers:
            os.dup2(nowhere, number)
        yield
    finally:
        for number, old in zip(numbers, saved, strict=True):
            os.dup2(old, number)
            os.close(old)
        os.close(nowhere)


@contextmanager
def quiet():
    """Hide prints and warnings of all code for a while; exceptions pass."""
    with descriptors_off(1, 2), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with redirect_stdout(StringIO()):
            yield
