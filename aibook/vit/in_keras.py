"""The network of `aibook.vit` in Keras 3, on any of its backends."""

import keras
from keras import layers, ops

from aibook import vit
from aibook.vit.measure import main


class Start(layers.Layer):
    """A class token before the patches, a position added to each."""

    def build(self, shape):
        self.first = self.add_weight(shape=(vit.WIDTH,), name="class")
        size = (vit.TOKENS + 1, vit.WIDTH)
        self.position = self.add_weight(shape=size, name="position")

    def call(self, x):
        first = ops.broadcast_to(self.first, (ops.shape(x)[0], 1, vit.WIDTH))
        return ops.concatenate([first, x], axis=1) + self.position


def network():
    inputs = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(inputs)
    x = layers.Conv2D(vit.WIDTH, vit.PATCH, vit.PATCH, name="patch")(x)
    x = Start(name="start")(layers.Reshape((vit.TOKENS, vit.WIDTH))(x))
    for i in range(vit.BLOCKS):
        z = layers.LayerNormalization(
            epsilon=vit.EPSILON, name=f"block{i}_norm1"
        )(x)
        x += layers.MultiHeadAttention(
            vit.HEADS, vit.WIDTH // vit.HEADS, name=f"block{i}_attention"
        )(z, z)
        z = layers.LayerNormalization(
            epsilon=vit.EPSILON, name=f"block{i}_norm2"
        )(x)
        z = layers.Dense(vit.HIDDEN, name=f"block{i}_up")(z)
        z = ops.gelu(z, approximate=False)
        x += layers.Dense(vit.WIDTH, name=f"block{i}_down")(z)
    x = layers.LayerNormalization(epsilon=vit.EPSILON, name="norm")(x[:, 0])
    return keras.Model(inputs, layers.Dense(vit.CLASSES, name="head")(x))


def variables(model):
    """Name as in `vit.initial_weights`, the Keras variable."""
    for layer in model.layers:
        for v in layer.trainable_variables:
            name = f"{layer.name.replace('_', '/')}/{v.name}"
            if "attention" in name:  # block0_attention, query, kernel
                part = v.path.split("/")[-2].removeprefix("attention_")
                name = name.replace("attention", part)
            yield name.removeprefix("start/"), v


def build(weights):
    model = network()
    for name, v in variables(model):
        v.assign(weights[name].reshape(v.shape))
    return model


def fit(model, x, y, batches, tick=lambda: None):
    model.compile(
        keras.optimizers.Adam(vit.RATE, epsilon=vit.ADAM_EPSILON),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    clock = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: tick()
    )
    data = ((x[part], y[part]) for part in batches)
    model.fit(data, callbacks=[clock], verbose=0)


def logits(model, x):
    return model.predict_on_batch(x)


def weights_of(model):
    return {name: ops.convert_to_numpy(v) for name, v in variables(model)}


if __name__ == "__main__":
    main(build, fit, logits, weights_of)
