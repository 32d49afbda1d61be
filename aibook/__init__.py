"""Helpers that the notebooks of the book import: data, figures, checks."""

import os

# TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
