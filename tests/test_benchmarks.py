"""The benchmark measures what it says, and judges it by its own rules."""

import keras
import numpy as np
import pytest

from aibook import data
from benchmarks import mnist
from website import editions


@pytest.fixture(scope="module")
def page():
    """The names that the recipe's page defines, data left out."""
    path = editions.BOOK / "zh/04-practice/keras-cnn-recipe.ipynb"
    cells = {cell.id: cell.source for cell in editions.read(path).cells}
    names = {"keras": keras, "layers": keras.layers}
    for cell in ("reference-model", "recipe-model", "one-cycle"):
        exec(cells[cell], names)
    return names


def structure(model):
    """Classes and settings of the layers, without their names."""
    return [
        (type(layer), {**layer.get_config(), "name": None})
        for layer in model.layers
    ]


def test_page_and_benchmark_have_the_same_networks(page):
    assert structure(page["reference"]()) == structure(mnist.reference())
    assert structure(page["recipe"]()) == structure(mnist.fast(steps=10))


def test_page_and_benchmark_have_the_same_schedule(page):
    steps = np.arange(40)
    there = page["OneCycle"](0.02, 40)(steps)
    here = mnist.fast(steps=40).optimizer._learning_rate(steps)
    np.testing.assert_allclose(here, there)
    assert float(np.max(here)) == pytest.approx(0.02, rel=0.05)


def test_training_counts_epochs_and_processor_time():
    (x, y), (x_test, y_test) = data.load_digits28()
    sets = (x[:512, ..., None], y[:512]), (x_test[..., None], y_test)
    keras.utils.set_random_seed(0)
    epochs, accuracy, processor, wall = mnist.train(
        mnist.fast(steps=8), 2, *sets
    )
    assert epochs == 2 and 0.2 < accuracy <= 1
    assert processor > 0 and wall > 0
    # With a goal that the first epoch meets, it stops there.
    assert mnist.train(mnist.fast(steps=8), 2, *sets, goal=0.0)[0] == 1


def rows(fast_accuracy, fast_time):
    return {
        "reference": [(9, 0.99, 90.0, 50.0)],
        "fast": [(2, fast_accuracy, fast_time, 9.0)],
    }


def test_verdict():
    assert mnist.judge(rows(0.9905, 29.0)) == []
    assert "below 99%" in mnist.judge(rows(0.9899, 29.0))[0]
    assert "more than 0.33" in mnist.judge(rows(0.9905, 31.0))[0]
