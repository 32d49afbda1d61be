"""One small vision Transformer, written with four tools.

The network of chapter 6: 28 by 28 pixels in 16 patches, two blocks, ten
classes, 19,658 parameters. `initial_weights` and `batches` belong to no tool,
so that each tool starts from the same weights and sees the same batches.
A script for each tool stands beside this file; `run` starts one in a process
of its own, since the frameworks do not fit into 1 GiB together.

Source of the architecture: A. Dosovitskiy et al., "An Image is Worth 16x16
Words", ICLR 2021.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from aibook.errors import unknown

PATCH, TOKENS, WIDTH, HEADS, HIDDEN, BLOCKS, CLASSES = 7, 16, 32, 4, 64, 2, 10
EPSILON = 1e-6  # of the layer normalisations
RATE, ADAM_EPSILON, BATCH = 2e-3, 1e-7, 64
TOOLS = {  # name: the package that has to be there
    "tensorflow": "tensorflow",
    "keras": "keras",
    "pytorch": "torch",
    "transformers": "transformers",
}


def initial_weights(seed=0):
    """Start values of the network, by name.

    Parameters
    ----------
    seed : int

    Returns
    -------
    dict of str to float32 array
        Kernels (inputs, outputs), used as ``x @ kernel + bias``. The kernel
        of the patches is (49, 32), its rows in the order of the pixels of a
        patch, row by row; "position" is (17, 32), the class token first.
    """
    rng = np.random.default_rng(seed)

    def dense(name, inputs, outputs):
        limit = np.sqrt(6 / (inputs + outputs))
        kernel = rng.uniform(-limit, limit, (inputs, outputs))
        return {f"{name}/kernel": kernel, f"{name}/bias": np.zeros(outputs)}

    def norm(name):
        ones, zeros = np.ones(WIDTH), np.zeros(WIDTH)
        return {f"{name}/gamma": ones, f"{name}/beta": zeros}

    weights = dense("patch", PATCH**2, WIDTH)
    weights["class"] = rng.normal(0, 0.02, WIDTH)
    weights["position"] = rng.normal(0, 0.02, (TOKENS + 1, WIDTH))
    for i in range(BLOCKS):
        weights |= norm(f"block{i}/norm1")
        for part in ("query", "key", "value", "output"):
            weights |= dense(f"block{i}/{part}", WIDTH, WIDTH)
        weights |= norm(f"block{i}/norm2")
        weights |= dense(f"block{i}/up", WIDTH, HIDDEN)
        weights |= dense(f"block{i}/down", HIDDEN, WIDTH)
    weights |= norm("norm")
    weights |= dense("head", WIDTH, CLASSES)
    return {name: w.astype("float32") for name, w in weights.items()}


def batches(count, epochs, seed=0):
    """Shuffled batches of equal size, the same for every tool.

    Parameters
    ----------
    count : int
        Number of training images.
    epochs, seed : int

    Returns
    -------
    int array, (steps, 64)
        Indices of the images of each batch. What is left over at the end of
        an epoch is dropped.
    """
    rng = np.random.default_rng(seed)
    steps = count // BATCH
    orders = [rng.permutation(count)[: steps * BATCH] for _ in range(epochs)]
    return np.reshape(orders, (-1, BATCH)).astype(int)


def require(tool):
    """Say what to do when a tool of this chapter is not installed.

    Raises
    ------
    ValueError
        Unknown name.
    ModuleNotFoundError
        Its package is missing; the message holds the command.
    """
    if tool not in TOOLS:
        raise unknown("tool", tool, TOOLS)
    if importlib.util.find_spec(TOOLS[tool]) is None:
        raise ModuleNotFoundError(
            f"This needs the package {TOOLS[tool]!r}, which only chapter 6 "
            "uses. To install it: python -m aibook.install"
        )


def run(tool, epochs=0, seed=0, backend=None):
    """Train the network with a tool, in a process of its own.

    Parameters
    ----------
    tool : {"tensorflow", "keras", "pytorch", "transformers"}
    epochs : int
        0: only the forward pass.
    seed : int
        Of the weights and of the batches.
    backend : {"tensorflow", "jax", "torch"}, optional
        For "keras" only.

    Returns
    -------
    dict
        "before", "after": logits of the test images, (360, 10), before and
        after training; "weights": dict as `initial_weights`; "accuracy" on
        the test images; "train_s"; "image_ms" (median time of one image
        alone); "peak_mib" (of the process); after training also "first_s"
        (the first step, with what it compiles) and "step_ms" (median of the
        others); "process_s" counts everything, imports too.

    Raises
    ------
    ValueError, ModuleNotFoundError
        As `require`.
    RuntimeError
        The process failed; the message ends with what it printed.
    """
    require(tool)
    environment = dict(os.environ)
    if backend:
        environment["KERAS_BACKEND"] = backend
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.npz"
        command = [sys.executable, "-m", f"aibook.vit.in_{tool}"]
        command += [str(path), str(epochs), str(seed)]
        start = time.perf_counter()
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(
                f"{tool} failed with code {done.returncode}:\n"
                + done.stderr[-2000:]
            )
        with np.load(path) as archive:
            result = {name: archive[name] for name in archive.files}
    numbers = json.loads(str(result.pop("numbers")))
    arrays = {k: result.pop(k) for k in ("before", "after")}
    numbers["process_s"] = seconds
    return {**arrays, **numbers, "weights": result}
