"""Peers of `npm run bench:predict`: the same U-Net with the same weights in Keras 3 (graph mode) and in onnxruntime, predicting the same
windows of the same GeoTIFF, read and resampled by rasterio, blended into the same kind of buffer.

    python -m venv venv && venv/bin/pip install tensorflow-cpu==2.21.0 "keras>=3,<4" onnxruntime onnx rasterio
    venv/bin/python benchmarks/predict/peers.py JOB.json

JOB.json: tif, weights (file of model values), base, depth, mean, std, factor (source pixels per model pixel), gridWidth, gridHeight, overlap.
Prints the number of trainable weights, then for each line `keras|onnx COL ROW WIDTH HEIGHT` on stdin one line `milliseconds mean-probability`.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import onnx
import onnxruntime
import rasterio
import tensorflow as tf
from keras import layers
from onnx import TensorProto, helper, numpy_helper
from rasterio.enums import Resampling
from rasterio.windows import Window

job = json.load(open(sys.argv[1]))
base, depth = job["base"], job["depth"]
mean, std = (np.array(job[name], np.float32) for name in ("mean", "std"))

convolutions = [(3 if level == 0 else base * 2 ** (level - 1), base * 2**level) for level in range(depth + 1)]
channels = [pair for wide, filters in convolutions for pair in ((wide, filters), (filters, filters))]
for level in reversed(range(depth)):
    channels += [(base * 2 ** (level + 1) + base * 2**level, base * 2**level), (base * 2**level, base * 2**level)]
values = np.fromfile(job["weights"], "<f4")
at = 0


def take(*shape):
    global at
    count = int(np.prod(shape))
    at += count
    return values[at - count : at].reshape(shape)


blocks = [{"kernel": take(3, 3, i, o), "gamma": take(o), "beta": take(o)} for i, o in channels]
head = {"kernel": take(1, 1, base, 1), "bias": take(1)}
for name in ("mean", "variance"):
    for block, (_, outputs) in zip(blocks, channels):
        block[name] = take(outputs)


def keras_model():
    made = []

    def conv(x, filters):
        convolution, norm = layers.Conv2D(filters, 3, padding="same", use_bias=False), layers.BatchNormalization(epsilon=1e-3)
        made.append((convolution, norm))
        return layers.ReLU()(norm(convolution(x)))

    inputs = layers.Input((None, None, 3))
    skips = []
    x = conv(conv(inputs, base), base)
    for level in range(1, depth + 1):
        skips.append(x)
        x = layers.MaxPooling2D()(x)
        x = conv(conv(x, base * 2**level), base * 2**level)
    for level in reversed(range(depth)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = conv(conv(x, base * 2**level), base * 2**level)
    last = layers.Conv2D(1, 1, activation="sigmoid")
    model = keras.Model(inputs, last(x))
    for (convolution, norm), block in zip(made, blocks):
        convolution.set_weights([block["kernel"]])
        norm.set_weights([block["gamma"], block["beta"], block["mean"], block["variance"]])
    last.set_weights([head["kernel"], head["bias"]])
    return model


def onnx_session():
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind, inputs, **attributes):
        name = f"n{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    remaining = iter(enumerate(blocks))

    def conv(x):
        i, block = next(remaining)
        scale = block["gamma"] / np.sqrt(block["variance"] + np.float32(1e-3))
        kernel = constant(f"k{i}", (block["kernel"] * scale).transpose(3, 2, 0, 1))
        bias = constant(f"b{i}", block["beta"] - block["mean"] * scale)
        return node("Relu", [node("Conv", [x, kernel, bias], pads=[1, 1, 1, 1])])

    double = constant("double", np.array([1, 1, 2, 2], np.float32))
    skips = []
    x = conv(conv("x"))
    for _ in range(depth):
        skips.append(x)
        x = conv(conv(node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])))
    for _ in range(depth):
        up = node("Resize", [x, "", double], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
        x = conv(conv(node("Concat", [up, skips.pop()], axis=1)))
    kernel, bias = constant("hk", head["kernel"].transpose(3, 2, 0, 1)), constant("hb", head["bias"])
    x = node("Sigmoid", [node("Conv", [x, kernel, bias])])
    graph = helper.make_graph(
        nodes,
        "unet",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, None, None])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


model = keras_model()
session = onnx_session()
in_graph = tf.function(lambda x: model(x, training=False), input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)])
source = rasterio.open(job["tif"])
width, height, factor, overlap = job["gridWidth"], job["gridHeight"], job["factor"], job["overlap"]
sums = np.zeros((height, width), np.float32)
weights = np.zeros((height, width), np.float32)


def read(col, row, w, h):
    """The window in the model's grid, mirrored where it hangs over: [h, w, 3] bytes."""
    left, top, right, bottom = max(0, col), max(0, row), min(width, col + w), min(height, row + h)
    ground = Window(left * factor, top * factor, (right - left) * factor, (bottom - top) * factor)
    bands = source.read([1, 2, 3], window=ground, out_shape=(3, bottom - top, right - left), resampling=Resampling.average, boundless=False)
    padding = ((top - row, row + h - bottom), (left - col, col + w - right), (0, 0))
    return np.pad(bands.transpose(1, 2, 0), padding, mode="reflect"), (left, top, right, bottom)


def ramp(length):
    rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap) ** 2
    full = np.ones(length, np.float32)
    full[:overlap] = rise
    full[-overlap:] = rise[::-1]
    return full


def predict(engine, col, row, w, h):
    pixels, (left, top, right, bottom) = read(col, row, w, h)
    x = (pixels.astype(np.float32) - mean) / std
    if engine == "keras":
        probability = in_graph(tf.constant(x[None]))[0, :, :, 0].numpy()
    else:
        probability = session.run(None, {"x": np.ascontiguousarray(x.transpose(2, 0, 1))[None]})[0][0, 0]
    weight = np.outer(ramp(h), ramp(w))[top - row : bottom - row, left - col : right - col]
    inner = probability[top - row : bottom - row, left - col : right - col]
    sums[top:bottom, left:right] += inner * weight
    weights[top:bottom, left:right] += weight
    return float(inner.mean())


print(sum(int(np.prod(v.shape)) for v in model.trainable_variables), flush=True)
for line in sys.stdin:
    engine, *numbers = line.split()
    started = time.perf_counter()
    answer = predict(engine, *(int(number) for number in numbers))
    print(f"{(time.perf_counter() - started) * 1000:.3f} {answer:.6f}", flush=True)
