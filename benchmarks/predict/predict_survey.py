"""Peer of `npm run bench:predict`: predicting a survey in tiles as it is usually done in Python: rasterio reads and resamples each window,
onnxruntime runs the model that Reefline exports, numpy blends with the same overlap, rasterio writes bytes.

    python -m venv venv && venv/bin/pip install onnxruntime rasterio
    venv/bin/python benchmarks/predict/predict_survey.py JOB.json

JOB.json: tif, onnx, out, threads, cacheBytes (of unpacked blocks), gridWidth, gridHeight, scaleX, scaleY (source pixels per model pixel), windowWidth, windowHeight, overlap,
colOffs, rowOffs. For each line `FIRST LAST` on stdin predicts those rows of windows and prints `milliseconds mean-probability peak-megabytes processor-milliseconds`.
"""

import json
import resource
import sys
import time

import numpy as np
import onnxruntime
import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

job = json.load(open(sys.argv[1]))
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = job["threads"]
session = onnxruntime.InferenceSession(job["onnx"], options, providers=["CPUExecutionProvider"])
source = rasterio.open(job["tif"])
width, height, overlap = job["gridWidth"], job["gridHeight"], job["overlap"]
w, h = job["windowWidth"], job["windowHeight"]
profile = dict(driver="GTiff", dtype="uint8", count=1, width=width, height=height, nodata=0, tiled=True, blockxsize=512, blockysize=512, compress="deflate")


def ramp(length, before, after):
    full = np.ones(length, np.float32)
    rise = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap).astype(np.float32) ** 2
    if before:
        full[:overlap] = rise
    if after:
        full[-overlap:] = rise[::-1]
    return full


def read(col, row):
    """The window in the model's grid, mirrored where it hangs over: [3, h, w] floats, and where it was measured."""
    left, top, right, bottom = max(0, col), max(0, row), min(width, col + w), min(height, row + h)
    ground = Window(left * job["scaleX"], top * job["scaleY"], (right - left) * job["scaleX"], (bottom - top) * job["scaleY"])
    shape = (bottom - top, right - left)
    bands = source.read([1, 2, 3], window=ground, out_shape=(3, *shape), resampling=Resampling.average, boundless=False)
    valid = source.dataset_mask(window=ground, out_shape=shape) > 0
    padding = ((top - row, row + h - bottom), (left - col, col + w - right))
    return np.pad(bands, ((0, 0), *padding), mode="reflect").astype(np.float32), np.pad(valid, padding, mode="reflect"), (left, top, right, bottom)


def predict(target, first, last):
    """Rows of windows first … last, written as they are finished; gives the mean probability of all windows."""
    means = []
    top = max(0, job["rowOffs"][first])
    sums = np.zeros((h, width), np.float32)
    weights = np.zeros((h, width), np.float32)
    for k in range(first, last + 1):
        row_off = job["rowOffs"][k]
        down = ramp(h, k > 0, k + 1 < len(job["rowOffs"]))
        for c, col_off in enumerate(job["colOffs"]):
            pixels, valid, (left, upper, right, bottom) = read(col_off, row_off)
            if not valid.any():
                continue
            probability = session.run(None, {"pixels": pixels[None]})[0][0, 0]
            across = ramp(w, c > 0, c + 1 < len(job["colOffs"]))
            inner = (slice(upper - row_off, bottom - row_off), slice(left - col_off, right - col_off))
            weight = np.outer(down, across)[inner] * valid[inner]
            place = (slice(upper - top, bottom - top), slice(left, right))
            sums[place] += probability[inner] * weight
            weights[place] += weight
            means.append(float(probability[inner].mean()))
        end = height if k + 1 == len(job["rowOffs"]) else min(height, job["rowOffs"][k + 1])
        rows = end - top
        if rows > 0:
            done, total = sums[:rows], weights[:rows]
            values = np.where(total > 0, 1 + np.round(254 * done / np.maximum(total, 1e-6)), 0).astype(np.uint8)
            target.write(values, 1, window=Window(0, top, width, rows))
            sums[:-rows], weights[:-rows] = sums[rows:].copy(), weights[rows:].copy()
            sums[-rows:], weights[-rows:] = 0, 0
            top = end
    return float(np.mean(means)) if means else 0.0


print("ready", flush=True)
for line in sys.stdin:
    first, last = (int(number) for number in line.split())
    started, worked = time.perf_counter(), time.process_time()
    with rasterio.Env(GDAL_CACHEMAX=job["cacheBytes"]), rasterio.open(job["out"], "w", crs=source.crs, transform=source.transform, **profile) as target:
        mean = predict(target, first, last)
    milliseconds = (time.perf_counter() - started) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{milliseconds:.1f} {mean:.6f} {peak:.0f} {(time.process_time() - worked) * 1000:.1f}", flush=True)
