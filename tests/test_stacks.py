"""Networks trained side by side do what each would do alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from aibook import stacks


def make_networks(count):
    """Weights W (4, 3) and b (3,) of `count` linear classifiers."""
    rng = np.random.default_rng(0)
    return [
        [rng.normal(size=(4, 3)), rng.normal(size=3)] for _ in range(count)
    ]


def make_batches(count):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(count, 8, 4)).astype("float32")
    return list(zip(x, rng.integers(3, size=(count, 8)), strict=True))


def train(networks, **settings):
    weights = stacks.stack(networks)

    def logits(x):
        return x @ weights[0] + weights[1][:, None]

    sgd = keras.optimizers.SGD(0.5)
    norms = stacks.train(logits, weights, make_batches(6), sgd, **settings)
    return [w.numpy() for w in weights], norms, logits


@pytest.mark.parametrize("jit_compile", [True, False])
@pytest.mark.parametrize("clip", [None, 0.3])
def test_together_is_as_alone(clip, jit_compile):
    networks = make_networks(3)
    settings = {"clip": clip, "jit_compile": jit_compile}
    together, norms, _ = train(networks, **settings)
    assert norms.shape == (6, 3)
    for i, network in enumerate(networks):
        alone, own, _ = train([network], **settings)
        np.testing.assert_allclose(norms[:, i], own[:, 0], rtol=1e-5)
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_allclose(one[i], other[0], atol=1e-6)


def test_training_is_that_of_keras():
    (W, b), batches = make_networks(1)[0], make_batches(6)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.set_weights([W, b])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss)
    for x, y in batches:
        model.train_on_batch(x, y)
    ours, _, _ = train([[W, b]])
    for one, other in zip(ours, model.get_weights(), strict=True):
        np.testing.assert_allclose(one[0], other, atol=1e-5)


def test_a_clipped_step_has_the_length_of_the_limit():
    start = stacks.stack(make_networks(2))
    before = [w.numpy() for w in start]
    sgd = keras.optimizers.SGD(1.0)
    norms = stacks.train(
        lambda x: x @ start[0] + start[1][:, None],
        start,
        make_batches(1),
        sgd,
        clip=0.01,
    )
    assert norms.min() > 0.01
    moved = [w.numpy() - old for w, old in zip(start, before, strict=True)]
    length = np.sqrt((moved[0] ** 2).sum((1, 2)) + (moved[1] ** 2).sum(1))
    np.testing.assert_allclose(length, 0.01, rtol=1e-3)


def test_accuracy_of_each_network():
    scores = np.zeros((2, 4, 3), "float32")
    scores[0, :, 1] = scores[1, :, 2] = 1  # always 1; always 2
    batches = [(None, np.array([1, 1, 1, 2])), (None, np.array([2, 0, 0, 0]))]
    right = stacks.accuracy(lambda x: scores, batches)
    np.testing.assert_allclose(right, [3 / 8, 2 / 8])


def test_different_networks_cannot_be_stacked():
    with pytest.raises(ValueError):
        stacks.stack([[np.zeros(2)], [np.zeros(3)]])
    with pytest.raises(ValueError):
        stacks.stack([[np.zeros(2)], [np.zeros(2), np.zeros(2)]])


# Axes of the networks: of the input, of the kernel, of the output.
@pytest.mark.parametrize(
    "equation, places",
    [
        ("bki,kio->bko", (1, 0, 1)),
        ("bi,iko->bko", (None, 1, 1)),
        ("kbi,kio->kbo", (0, 0, 0)),
    ],
)
def test_dense_is_several_dense_layers(equation, places):
    layer = stacks.dense(3, 5, 2, "relu", equation)
    x = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
    at_input, at_kernel, at_output = places
    given = x
    if at_input is not None:
        x = np.stack([x, x + 1, 2 * x])
        given = np.moveaxis(x, 0, at_input)
    y = np.moveaxis(layer(given).numpy(), at_output, 0)
    kernel, bias = layer.get_weights()
    kernel = np.moveaxis(kernel, at_kernel, 0)
    bias = bias.reshape(3, 2)
    assert kernel.shape == (3, 5, 2)
    assert abs(kernel).max() <= np.sqrt(6 / 7)
    for i in range(3):
        one = keras.layers.Dense(2, "relu")
        one.build((None, 5))
        one.set_weights([kernel[i], bias[i]])
        own = x if at_input is None else x[i]
        np.testing.assert_allclose(y[i], one(own), atol=1e-5)


def test_lstm_cell_is_several_lstm_layers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 7, 3, 2)).astype("float32")  # three networks
    rnn = keras.layers.RNN(
        stacks.LSTMCell(3, 4), return_sequences=True, return_state=True
    )
    with tf.GradientTape() as tape:
        y, *state = rnn(x.reshape(5, 7, 6))
        loss = tf.reduce_sum(y**2)
    assert y.shape == (5, 7, 12)
    gradients = tape.gradient(loss, rnn.trainable_variables)
    weights = rnn.get_weights()
    for i in range(3):
        own = slice(4 * i, 4 * i + 4)
        one = keras.layers.LSTM(4, return_sequences=True, return_state=True)
        one.build((None, None, 2))
        one.set_weights([w[i] for w in weights])
        with tf.GradientTape() as tape:
            alone, *state_alone = one(x[:, :, i])
            loss = tf.reduce_sum(alone**2)
        np.testing.assert_allclose(y[..., own], alone, atol=1e-5)
        for a, b in zip(state, state_alone, strict=True):
            np.testing.assert_allclose(a[:, own], b, atol=1e-5)
        each = tape.gradient(loss, one.trainable_variables)
        for a, b in zip(gradients, each, strict=True):
            np.testing.assert_allclose(a[i], b, atol=1e-5)


def test_lstm_cell_starts_like_lstm():
    cell = stacks.LSTMCell(3, 4)
    cell.build((None, 6))
    kernel, recurrent, bias = cell.get_weights()
    limit = np.sqrt(6 / (2 + 16))  # Glorot
    assert 0.8 * limit < abs(kernel).max() <= limit
    for u in recurrent:  # (4, 16): its rows are orthonormal
        np.testing.assert_allclose(u @ u.T, np.eye(4), atol=1e-5)
    assert abs(recurrent[0] - recurrent[1]).max() > 0.1
    one = keras.layers.LSTM(4)
    one.build((None, None, 2))
    for b in bias:
        np.testing.assert_array_equal(b, one.get_weights()[2])
