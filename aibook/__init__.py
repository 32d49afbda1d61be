"""Helpers that the notebooks of the book import: data, figures, checks."""

import os
import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder

from aibook.silence import descriptors_off

# TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Otherwise a file in the reader's home decides.
if not os.environ.get("KERAS_BACKEND"):
    os.environ["KERAS_BACKEND"] = "tensorflow"

_IN_KERNEL = "ipykernel.kernelapp" in sys.modules


@contextmanager
def _without_jax():
    """Imports of JAX fail meanwhile, unless it is there or is the backend."""
    wanted = "jax" in sys.modules or os.environ["KERAS_BACKEND"] == "jax"
    if not wanted:
        sys.modules["jax"] = None
    try:
        yield
    finally:
        if not wanted:
            del sys.modules["jax"]


class _LeanImports:
    """Finder under which TensorFlow and Keras load lean, and quietly.

    Both import JAX where chapter 6 has installed it: 100 MiB and a second
    for nothing. A page can still import JAX itself.

    TensorFlow 2.21 announces oneDNN before it reads its log level. A notebook
    would show and store that, time stamp included.
    """

    def find_spec(self, name, path=None, target=None):
        if name not in ("tensorflow", "keras"):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None:
            load = spec.loader.exec_module
            loud = (2,) if name == "tensorflow" and _IN_KERNEL else ()

            def load_lean(module):
                with _without_jax(), descriptors_off(*loud):
                    load(module)

            spec.loader.exec_module = load_lean
        return spec


sys.meta_path.insert(0, _LeanImports())
