"""What the four scripts share: arguments, clock, memory, the result file."""

import json
import sys
import time

import numpy as np
import psutil

from aibook import vit
from aibook.data import load_digits28


def peak_mib():
    """Largest memory that this process has had so far."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset / 2**20
    import resource  # Windows has none

    # Linux counts in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(build, fit, logits, weights_of):
    """Build and train a network, measure, write the result for `vit.run`.

    Parameters
    ----------
    build : callable
        Weights as `vit.initial_weights` to a model.
    fit : callable
        Trains a model in place: model, x, y, indices as `vit.batches`, and a
        function to be called after each step.
    logits : callable
        A model and images (n, 28, 28) to an array (n, 10).
    weights_of : callable
        A model to weights named as in `vit.initial_weights`, in any shape
        with the same order of elements.
    """
    path, epochs, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    (x, y), (x_test, y_test) = load_digits28()
    start = vit.initial_weights(seed)
    model = build(start)
    before = after = logits(model, x_test)
    ticks = [time.perf_counter()]
    if epochs:
        batches = vit.batches(len(x), epochs, seed)
        fit(model, x, y, batches, lambda: ticks.append(time.perf_counter()))
        after = logits(model, x_test)
    numbers = {"train_s": ticks[-1] - ticks[0]}
    if epochs:
        steps = np.diff(ticks)
        numbers["first_s"] = float(steps[0])
        numbers["step_ms"] = 1000 * float(np.median(steps[1:]))
    times = []
    for image in x_test[:60]:
        began = time.perf_counter()
        logits(model, image[None])
        times.append(time.perf_counter() - began)
    numbers["image_ms"] = 1000 * float(np.median(times[10:]))
    numbers["accuracy"] = float(np.mean(after.argmax(axis=1) == y_test))
    numbers["peak_mib"] = peak_mib()
    weights = {  # a tool may keep them in another shape
        name: np.reshape(w, start[name].shape)
        for name, w in weights_of(model).items()
    }
    np.savez(
        path,
        before=before,
        after=after,
        numbers=json.dumps(numbers),
        **weights,
    )
