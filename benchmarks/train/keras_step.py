"""The same U-Net, loss, optimizer and batch in Keras 3, graph mode; one training step for every line on stdin.

    python -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0
    venv/bin/python benchmarks/train/keras_step.py BASE DEPTH PATCH COUNT SIZE

Prints the number of trainable weights, then for each line read one line "milliseconds loss".
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

base, depth, patch, count, size = (int(value) for value in sys.argv[1:6])


def block(x, filters, stride=1):
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


def unet():
    inputs = layers.Input((None, None, 3))
    skips = []
    x = block(block(inputs, base, patch), base)
    for level in range(1, depth + 1):
        skips.append(x)
        x = layers.MaxPooling2D()(x)
        x = block(block(x, base * 2**level), base * 2**level)
    for level in reversed(range(depth)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = block(block(x, base * 2**level), base * 2**level)
    x = layers.Conv2D(patch**2, 1)(x)
    return keras.Model(inputs, x if patch == 1 else layers.Lambda(lambda t: tf.nn.depth_to_space(t, patch))(x))


def loss_of(logits, target, valid):
    bce = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(target, logits) * valid) / tf.maximum(tf.reduce_sum(valid), 1.0)
    p = tf.sigmoid(logits) * valid
    overlap = 2.0 * tf.reduce_sum(p * target) + 1.0
    return bce + 1.0 - overlap / (tf.reduce_sum(p) + tf.reduce_sum(target * valid) + 1.0)


model = unet()
optimizer = keras.optimizers.Adam(1e-3)
optimizer.build(model.trainable_variables)


@tf.function
def step(x, target, valid):
    with tf.GradientTape() as tape:
        loss = loss_of(model(x, training=True), target, valid)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


random = np.random.default_rng(1)
x = random.standard_normal((count, size, size, 3), dtype=np.float32)
target = (random.random((count, size, size, 1)) < 0.3).astype(np.float32)
valid = np.ones((count, size, size, 1), np.float32)

print(sum(int(np.prod(v.shape)) for v in model.trainable_variables), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    # Arrays go in and a number comes out, as in a real training.
    loss = float(step(tf.constant(x), tf.constant(target), tf.constant(valid)))
    print(f"{(time.perf_counter() - started) * 1000:.3f} {loss:.6f}", flush=True)
