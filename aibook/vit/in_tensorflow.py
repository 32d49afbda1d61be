"""The network of `aibook.vit` in TensorFlow alone."""

import numpy as np
import tensorflow as tf

from aibook import vit
from aibook.vit.measure import main


def build(weights):
    return {name: tf.Variable(w) for name, w in weights.items()}


def dense(model, name, x):
    return x @ model[f"{name}/kernel"] + model[f"{name}/bias"]


def normalise(model, name, x):
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    x = (x - mean) * tf.math.rsqrt(variance + vit.EPSILON)
    return x * model[f"{name}/gamma"] + model[f"{name}/beta"]


def attend(model, name, x):
    n, tokens = tf.shape(x)[0], x.shape[1]

    def heads(part):  # (n, heads, tokens, width / heads)
        z = dense(model, f"{name}/{part}", x)
        z = tf.reshape(z, (n, tokens, vit.HEADS, -1))
        return tf.transpose(z, (0, 2, 1, 3))

    q, k, v = heads("query"), heads("key"), heads("value")
    scale = (vit.WIDTH / vit.HEADS) ** -0.5
    weight = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * scale)
    z = tf.transpose(weight @ v, (0, 2, 1, 3))
    z = tf.reshape(z, (n, tokens, vit.WIDTH))
    return dense(model, f"{name}/output", z)


def forward(model, x):
    n, side = tf.shape(x)[0], 28 // vit.PATCH
    x = tf.reshape(x, (n, side, vit.PATCH, side, vit.PATCH))
    x = tf.transpose(x, (0, 1, 3, 2, 4))
    x = dense(model, "patch", tf.reshape(x, (n, vit.TOKENS, vit.PATCH**2)))
    first = tf.broadcast_to(model["class"], (n, 1, vit.WIDTH))
    x = tf.concat([first, x], axis=1) + model["position"]
    for i in range(vit.BLOCKS):
        name = f"block{i}"
        x += attend(model, name, normalise(model, f"{name}/norm1", x))
        z = dense(model, f"{name}/up", normalise(model, f"{name}/norm2", x))
        x += dense(model, f"{name}/down", tf.nn.gelu(z))
    return dense(model, "head", normalise(model, "norm", x[:, 0]))


def fit(model, x, y, batches, tick=lambda: None):
    variables = list(model.values())
    mean = [tf.Variable(tf.zeros_like(v)) for v in variables]
    square = [tf.Variable(tf.zeros_like(v)) for v in variables]

    # Adam, with epsilon beside the corrected root.
    @tf.function
    def step(images, labels, t):
        with tf.GradientTape() as tape:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, forward(model, images)
            )
            loss = tf.reduce_mean(loss)
        gradients = tape.gradient(loss, variables)
        for v, g, m, s in zip(variables, gradients, mean, square, strict=True):
            m.assign(0.9 * m + 0.1 * g)
            s.assign(0.999 * s + 0.001 * g**2)
            root = tf.sqrt(s / (1 - 0.999**t)) + vit.ADAM_EPSILON
            v.assign_sub(vit.RATE * m / (1 - 0.9**t) / root)
        return loss

    for t, part in enumerate(batches, start=1):
        step(tf.constant(x[part]), tf.constant(y[part]), tf.constant(float(t)))
        tick()


predict = tf.function(forward, reduce_retracing=True)


def logits(model, x):
    return predict(model, tf.constant(x)).numpy()


def weights_of(model):
    return {name: np.array(v) for name, v in model.items()}


if __name__ == "__main__":
    main(build, fit, logits, weights_of)
