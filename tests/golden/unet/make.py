"""The U-Net of packages/segmentation in Keras on random weights: what it answers and how one Adam step changes it.

    pip install tensorflow-cpu==2.21.0
    python tests/golden/unet/make.py 1 > tests/golden/unet/unet.json
    python tests/golden/unet/make.py 2 > tests/golden/unet/unet-patch.json
    python tests/golden/unet/make.py residual > tests/golden/unet/residual-unet.json
"""

import base64
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

RESIDUAL = sys.argv[1] == "residual"
BASE, DEPTH, BANDS, PATCH = 1 if RESIDUAL else 2, 2, 3, 1 if RESIDUAL else int(sys.argv[1])
SHAPE = (2, 32, 48, BANDS) if RESIDUAL else (2, 8 * PATCH, 12 * PATCH, BANDS)
random = np.random.default_rng(11)


def block(x, filters, stride=1):
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


def unet():
    inputs = layers.Input((None, None, BANDS))
    skips = []
    x = block(block(inputs, BASE, PATCH), BASE)
    for level in range(1, DEPTH + 1):
        skips.append(x)
        x = layers.MaxPooling2D()(x)
        x = block(block(x, BASE * 2**level), BASE * 2**level)
    for level in reversed(range(DEPTH)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = block(block(x, BASE * 2**level), BASE * 2**level)
    x = layers.Conv2D(PATCH**2, 1)(x)
    return keras.Model(inputs, x if PATCH == 1 else layers.Lambda(lambda t: tf.nn.depth_to_space(t, PATCH))(x))


made = []


def kept(layer):
    """Layers in the order in which Reefline's network lists them, which is not Keras' own."""
    made.append(layer)
    return layer


def residual_unet():
    """The course's network: batch norm and ReLU before each convolution, 1 × 1 shortcuts with batch norm, strides, nearest upsampling."""

    def convolve(x, filters, size=3, stride=1, bias=True):
        return kept(layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=bias))(x)

    def norm(x):
        return kept(layers.BatchNormalization(momentum=0.9))(x)

    def shortcut(x, filters, stride):
        return norm(convolve(x, filters, 1, stride, bias=False))

    def block(x, filters, stride):
        y = layers.ReLU()(norm(x))
        y = layers.ReLU()(norm(convolve(y, filters, 3, stride, bias=False)))
        y = convolve(y, filters)
        return layers.Add()([y, shortcut(x, filters, stride)])

    inputs = layers.Input((None, None, BANDS))
    x = convolve(layers.ReLU()(norm(convolve(inputs, BASE, bias=False))), BASE)
    x = layers.Add()([x, shortcut(inputs, BASE, 1)])
    skips = []
    for level in range(1, 5):
        skips.append(x)
        x = block(x, BASE * 2**level, 2)
    for _ in range(2):
        x = convolve(layers.ReLU()(norm(x)), BASE * 16)
    for level in reversed(range(4)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = block(x, BASE * 2 ** (level + 1), 1)
    return keras.Model(inputs, convolve(x, 1, 1))


def flat(tensors):
    return np.concatenate([np.asarray(t, np.float32).ravel() for t in tensors])


def text(array):
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode()


def statistics():
    norms = [layer for layer in made or model.layers if isinstance(layer, layers.BatchNormalization)]
    return flat([n.moving_mean for n in norms] + [n.moving_variance for n in norms])


model = residual_unet() if RESIDUAL else unet()
weights = [variable for layer in made for variable in layer.trainable_variables] or model.trainable_variables
for layer in model.layers:
    if isinstance(layer, layers.BatchNormalization):
        c = layer.gamma.shape[0]
        layer.set_weights([random.uniform(0.5, 1.5, c), random.normal(0, 0.3, c), random.normal(0, 0.2, c), random.uniform(0.5, 2, c)])
    elif layer.weights:
        layer.set_weights([random.normal(0, 0.2 if RESIDUAL else 0.4, w.shape) for w in layer.get_weights()])

x = random.standard_normal(SHAPE).astype(np.float32)
target = (random.random((*SHAPE[:3], 1)) < 0.4).astype(np.float32)
valid = (random.random((*SHAPE[:3], 1)) < 0.8).astype(np.float32)
answer = {
    "shape": SHAPE,
    "base": BASE,
    "depth": DEPTH,
    "patch": PATCH,
    "weights": text(flat(weights)),
    "statistics": text(statistics()),
    "x": text(x),
    "target": text(target),
    "valid": text(valid),
    "predicted": text(model(x, training=False)),
}
optimizer = keras.optimizers.Adam(0.01)
with tf.GradientTape() as tape:
    logits = model(x, training=True)
    bce = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(target, logits) * valid) / tf.reduce_sum(valid)
    p = tf.sigmoid(logits) * valid
    loss = bce + 1 - (2 * tf.reduce_sum(p * target) + 1) / (tf.reduce_sum(p) + tf.reduce_sum(target * valid) + 1)
gradients = tape.gradient(loss, weights)
optimizer.apply_gradients(zip(gradients, weights))
answer["trainingLogits"] = text(logits)
answer["loss"] = float(loss)
answer["gradient"] = text(flat(gradients))
answer["statisticsAfter"] = text(statistics())
answer["weightsAfter"] = text(flat(weights))
print(json.dumps(answer, indent=1))
