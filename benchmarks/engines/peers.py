"""Peers of `npm run bench:engines`: the same U-Net with the same weights in Keras 3 (graph mode), in Python's onnxruntime (the ONNX file
that Reefline exports) and, where it is installed, in PyTorch (channels last), predicting the same windows.

    python benchmarks/engines/peers.py JOB.json

JOB.json: onnx, weights (file of model values), base, depth, patch, mean, std, temperature, threads, windows (file of bytes), and the list
`sizes` of [width, height, offset in bytes]. Prints the names of the peers, then for each line `PEER SIZE` on stdin one line
`milliseconds mean-probability`.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
from keras import layers

job = json.load(open(sys.argv[1]))
base, depth, patch, threads = job["base"], job["depth"], job["patch"], job["threads"]
mean, std = (np.array(job[name], np.float32) for name in ("mean", "std"))
values, at = np.fromfile(job["weights"], "<f4"), 0


def take(*shape):
    global at
    count = int(np.prod(shape))
    at += count
    return values[at - count : at].reshape(shape)


wide = [base * 2**level for level in range(depth + 1)]
channels = [(3, base), (base, base)]
for level in range(1, depth + 1):
    channels += [(wide[level - 1], wide[level]), (wide[level], wide[level])]
for level in reversed(range(depth)):
    channels += [(wide[level + 1] + wide[level], wide[level]), (wide[level], wide[level])]
blocks = [{"kernel": take(3, 3, i, o), "gamma": take(o), "beta": take(o)} for i, o in channels]
head = (take(1, 1, base, patch**2), take(patch**2))
for name in ("mean", "variance"):
    for block, (_, outputs) in zip(blocks, channels):
        block[name] = take(outputs)
temperature = np.float32(job["temperature"])


def keras_peer():
    made = []

    def conv(x, filters, stride=1):
        convolution = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)
        norm = layers.BatchNormalization(epsilon=1e-3)
        made.append((convolution, norm))
        return layers.ReLU()(norm(convolution(x)))

    inputs = layers.Input((None, None, 3))
    x = conv(conv(inputs, base, patch), base)
    skips = []
    for level in range(1, depth + 1):
        skips.append(x)
        x = conv(conv(layers.MaxPooling2D()(x), wide[level]), wide[level])
    for level in reversed(range(depth)):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = conv(conv(x, wide[level]), wide[level])
    last = layers.Conv2D(patch**2, 1)
    model = keras.Model(inputs, last(x))
    for (convolution, norm), block in zip(made, blocks):
        convolution.set_weights([block["kernel"]])
        norm.set_weights([block["gamma"], block["beta"], block["mean"], block["variance"]])
    last.set_weights(list(head))

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)])
    def in_graph(x):
        logits = model(x, training=False)
        return tf.sigmoid((tf.nn.depth_to_space(logits, patch) if patch > 1 else logits) / temperature)

    return lambda pixels: in_graph(tf.constant(((pixels.astype(np.float32) - mean) / std)[None])).numpy()


def onnxruntime_peer():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(job["onnx"], options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(None, {"pixels": np.ascontiguousarray(pixels.transpose(2, 0, 1))[None].astype(np.float32)})[0]


def torch_peer():
    import torch
    from torch.nn import functional as f

    torch.set_num_threads(threads)
    floats = lambda array: torch.from_numpy(np.ascontiguousarray(array))
    folded = []
    for block in blocks:
        scale = block["gamma"] / np.sqrt(block["variance"] + np.float32(1e-3))
        kernel = floats((block["kernel"] * scale).transpose(3, 2, 0, 1)).to(memory_format=torch.channels_last)
        folded.append((kernel, floats(block["beta"] - block["mean"] * scale)))
    head_kernel, head_bias = floats(head[0].transpose(3, 2, 0, 1) / temperature), floats(head[1] / temperature)

    def run(pixels):
        remaining = iter(folded)

        def conv(x, stride=1):
            kernel, bias = next(remaining)
            return f.relu(f.conv2d(f.pad(x, (0, 1, 0, 1)) if stride == 2 else x, kernel, bias, stride=stride, padding=0 if stride == 2 else 1))

        with torch.inference_mode():
            x = floats(((pixels.astype(np.float32) - mean) / std).transpose(2, 0, 1))[None].contiguous(memory_format=torch.channels_last)
            x = conv(conv(x, patch))
            skips = []
            for _ in range(depth):
                skips.append(x)
                x = conv(conv(f.max_pool2d(x, 2)))
            for _ in range(depth):
                x = conv(conv(torch.cat([f.interpolate(x, scale_factor=2, mode="nearest"), skips.pop()], 1)))
            return torch.sigmoid(f.pixel_shuffle(f.conv2d(x, head_kernel, head_bias), patch)).numpy()

    return run


peers = {"keras": keras_peer(), "onnxruntime-python": onnxruntime_peer()}
try:
    peers["pytorch"] = torch_peer()
except ImportError:
    pass
print(" ".join(peers), flush=True)
windows = np.fromfile(job["windows"], np.uint8)
for line in sys.stdin:
    name, size = line.split()
    width, height, offset = job["sizes"][int(size)]
    pixels = windows[offset : offset + width * height * 3].reshape(height, width, 3)
    started = time.perf_counter()
    probability = peers[name](pixels)
    print(f"{(time.perf_counter() - started) * 1000:.3f} {float(probability.mean()):.6f}", flush=True)
