"""Helpers that the notebooks of the book import: data, figures, checks."""

import os
import sys
from importlib.machinery import PathFinder

from aibook.silence import descriptors_off

# TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class _QuietTensorFlow:
    """Finder under which TensorFlow loads with standard error turned off.

    TensorFlow 2.21 announces oneDNN before it reads its log level. A notebook
    would show and store that, time stamp included.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "tensorflow":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None:
            load = spec.loader.exec_module

            def load_quietly(module):
                with descriptors_off(2):
                    load(module)

            spec.loader.exec_module = load_quietly
        return spec


if "ipykernel.kernelapp" in sys.modules and "tensorflow" not in sys.modules:
    sys.meta_path.insert(0, _QuietTensorFlow())
