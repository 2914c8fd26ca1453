"""Checks our ONNX files by the outside tools and stores what Python's onnxruntime answers.

    REEFLINE_WRITE_GOLDEN=1 npx vitest run packages/segmentation/exchange/onnxGolden.test.ts   # writes the .onnx files and pixels.bin
    python -m venv venv && venv/bin/pip install onnx onnxruntime numpy
    venv/bin/python tests/golden/onnx/make.py                                          # writes probability.bin, classes.bin, checked.json
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

folder = Path(__file__).parent
width, height, tile = 40, 24, 32
pixels = np.fromfile(folder / "pixels.bin", np.uint8).reshape(1, height, width, 3).transpose(0, 3, 1, 2)

for name in ("onnx", "deepness", "classes", "classes-deepness"):
    model = onnx.load(folder / f"{name}.onnx")
    onnx.checker.check_model(model, full_check=True)

answer = onnxruntime.InferenceSession(folder / "onnx.onnx", providers=["CPUExecutionProvider"])
probability = answer.run(None, {"pixels": pixels.astype(np.float32)})[0]
assert probability.shape == (1, 1, height, width) and probability.dtype == np.float32
probability.tofile(folder / "probability.bin")

# As Deepness reads a model: its metadata as JSON, one square tile of 0-1, [1, bands, tile, tile] -> [1, 1, tile, tile].
deepness = onnxruntime.InferenceSession(folder / "deepness.onnx", providers=["CPUExecutionProvider"])
metadata = {key: json.loads(value) for key, value in deepness.get_modelmeta().custom_metadata_map.items()}
[given], [output] = deepness.get_inputs(), deepness.get_outputs()
assert given.shape == [1, 3, tile, tile] and output.shape == [1, 1, tile, tile], (given.shape, output.shape)
square = np.ascontiguousarray(pixels[:, :, :24, :24])
square = np.pad(square, ((0, 0), (0, 0), (0, tile - 24), (0, tile - 24)), mode="reflect")
of_tile = deepness.run(None, {"pixels": (square / 255).astype(np.float32)})[0]
difference = float(np.abs(of_tile - answer.run(None, {"pixels": square.astype(np.float32)})[0]).max())
assert difference < 1e-4, difference

# Of a model that tells three classes apart: background, then each class, which sum to 1.
told = onnxruntime.InferenceSession(folder / "classes.onnx", providers=["CPUExecutionProvider"])
planes = told.run(None, {"pixels": pixels.astype(np.float32)})[0]
assert planes.shape == (1, 4, height, width) and np.abs(planes.sum(1) - 1).max() < 1e-6
planes.tofile(folder / "classes.bin")
told_deepness = onnxruntime.InferenceSession(folder / "classes-deepness.onnx", providers=["CPUExecutionProvider"])
assert told_deepness.get_outputs()[0].shape == [1, 4, tile, tile]
class_names = json.loads(told_deepness.get_modelmeta().custom_metadata_map["class_names"])
of_tile = told_deepness.run(None, {"pixels": (square / 255).astype(np.float32)})[0]
classes_difference = float(np.abs(of_tile - told.run(None, {"pixels": square.astype(np.float32)})[0]).max())
assert classes_difference < 1e-4, classes_difference

versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
checked = {**versions, "deepnessDifference": difference, "metadata": metadata, "classNames": class_names, "classesDifference": classes_difference}
(folder / "checked.json").write_text(json.dumps(checked, indent=2) + "\n")
print(checked)
