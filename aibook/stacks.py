"""Several small networks of one kind, trained side by side.

Their weights are stacked along an axis of their own. The losses are added and
no weight is shared, so each network trains as it would alone, while all of
them together take little longer than one.
"""

import keras
import numpy as np
import tensorflow as tf


def stack(networks):
    """Variables of several networks' weights, as float32.

    Parameters
    ----------
    networks : sequence of sequences of arrays
        The weights of each network, in one order and of the same shapes.

    Returns
    -------
    list of tf.Variable
        One for each weight, (networks, ...).

    Raises
    ------
    ValueError
        The networks differ in the number or the shapes of their weights.
    """
    return [
        tf.Variable(np.stack(weights).astype("float32"))
        for weights in zip(*networks, strict=True)
    ]


def train(logits, weights, batches, optimizer, clip=None, jit_compile=True):
    """Train stacked classifiers, one step for each batch.

    Parameters
    ----------
    logits : callable
        Maps inputs (N, ...) to scores (networks, N, classes), by `weights`.
    weights : list of tf.Variable, each (networks, ...)
        Changed in place.
    batches : iterable of (x, y)
        All of one shape; y holds classes, (N,).
    optimizer : keras.optimizers.Optimizer
        A new one.
    clip : float, optional
        Longest gradient of a network by itself; a longer one is scaled down.
    jit_compile : bool
        Compile with XLA: faster, but takes some 100 MiB.

    Returns
    -------
    array, (batches, networks)
        Norm of each network's gradient before it was clipped.
    """
    optimizer.build(weights)

    @tf.function(jit_compile=jit_compile)
    def step(x, y):
        with tf.GradientTape() as tape:
            z = logits(x)
            hit = tf.one_hot(y, z.shape[-1]) * tf.nn.log_softmax(z)
            loss = -tf.reduce_sum(hit) / z.shape[1]  # sum over networks
        gradients = tape.gradient(loss, weights)
        squares = [
            tf.reduce_sum(g**2, axis=tuple(range(1, len(g.shape))))
            for g in gradients
        ]
        norm = tf.sqrt(sum(squares))
        if clip:
            factor = tf.minimum(1.0, clip / norm)
            gradients = [
                tf.reshape(factor, (-1, *[1] * (len(g.shape) - 1))) * g
                for g in gradients
            ]
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return norm

    return np.array([step(*batch) for batch in batches])


def accuracy(logits, batches):
    """Share of right answers of each network, (networks,).

    `logits` and `batches` as for `train`; all batches count alike.
    """
    hits = [np.argmax(logits(x), axis=-1) == y for x, y in batches]
    return np.mean([hit.mean(axis=1) for hit in hits], axis=0)


def dense(networks, inputs, units, activation=None, equation="bki,kio->bko"):
    """Keras layer of `networks` dense layers, as Dense starts each of them.

    Maps (N, networks, inputs) to (N, networks, units). Two other equations
    take less time where they fit: "bi,iko->bko" for a first layer, one input
    (N, inputs) for all networks; "kbi,kio->kbo" from (networks, N, inputs) to
    (networks, N, units), which needs no transposing. Dots stand for any axes
    in front of b or k.
    """
    limit = np.sqrt(6 / (inputs + units))  # Glorot
    in_front = equation.endswith("kbo")
    return keras.layers.EinsumDense(
        equation,
        (None, units) if in_front else (networks, units),
        activation=activation,
        bias_axes="ko",
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit),
    )


class LSTMCell(keras.layers.Layer):
    """Cell for keras.layers.RNN: several LSTM layers, started as LSTM is.

    What goes in, (N, networks * inputs), and each state, (N, networks *
    units), holds the networks one after the other.

    Parameters
    ----------
    networks, units : int
        How many, and the units of each.
    regularizer : keras.regularizers.Regularizer, optional
        For the kernel and the recurrent kernel of all networks together.
    """

    def __init__(self, networks, units, regularizer=None):
        super().__init__()
        self.networks, self.units = networks, units
        self.regularizer = regularizer
        self.state_size = [networks * units] * 2

    def build(self, shape):
        k, units = self.networks, self.units
        inputs = shape[-1] // k
        limit = np.sqrt(6 / (inputs + 4 * units))  # Glorot
        orthogonal = keras.initializers.Orthogonal  # new: new numbers
        starts = [
            keras.initializers.RandomUniform(-limit, limit),
            lambda shape, dtype: keras.ops.stack(
                [orthogonal()(shape[1:], dtype) for _ in range(k)]
            ),
        ]
        self.kernel, self.recurrent_kernel = [
            self.add_weight(
                (k, size, 4 * units), start, regularizer=self.regularizer
            )
            for size, start in zip((inputs, units), starts, strict=True)
        ]
        forget = np.repeat([0.0, 1, 0, 0], units)  # input, forget, new, output
        self.bias = self.add_weight(
            (k, 4 * units),
            lambda shape, dtype: keras.ops.cast(
                np.tile(forget, (k, 1)), dtype
            ),
        )

    def call(self, inputs, states):
        def split(a):  # (N, networks, numbers of each)
            return keras.ops.reshape(
                a, (-1, self.networks, a.shape[-1] // self.networks)
            )

        def join(a):
            return keras.ops.reshape(a, (-1, self.state_size[0]))

        ops, equation = keras.ops, "bki,kio->bko"
        h, c = split(states[0]), split(states[1])
        z = ops.einsum(equation, split(inputs), self.kernel)
        z += ops.einsum(equation, h, self.recurrent_kernel) + self.bias
        i, f, new, o = ops.split(z, 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(new)
        h = join(ops.sigmoid(o) * ops.tanh(c))
        return h, [h, join(c)]
