"""Golden data for packages/inference/classCounter: what was called what, by rasterio, SciPy, pyproj and scikit-learn.

    pip install rasterio scipy scikit-learn pyproj numpy
    python classes.py

classes.json holds the inputs (grids, bytes of probability and of the likeliest class, polygons in lon/lat by class) and the confusion
matrices that must come out: truth in rows, predicted in columns, 0 no reef.
"""

import json
from pathlib import Path

import numpy as np
from pyproj import Geod, Transformer
from rasterio import Affine
from rasterio.features import rasterize
from rasterio.warp import transform_geom
from scipy.ndimage import map_coordinates
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

# At 2.4 no centre of a survey's pixel lies just between two of the model's.
width, height, factor = 97, 65, 2.4
survey = Affine(0.05, 0, 352000.0, 0, -0.05, 3841000.0)
model_width, model_height = 41, 28
model = Affine(0.05 * factor, 0, 352000.0, 0, -0.05 * factor, 3841000.0)
random = np.random.default_rng(11)
rows, cols = np.mgrid[0:model_height, 0:model_width]
wave = 0.55 + 0.35 * np.sin(cols / 5.0) * np.cos(rows / 4.0) + 0.1 * random.random((model_height, model_width))
probability = (1 + np.round(np.clip(wave, 0, 1) * 254)).astype(np.uint8)
likeliest = (1 + (cols // 7 + rows // 5 + (random.random((model_height, model_width)) < 0.1)) % 3).astype(np.uint8)
names = ["live", "dead", "shell rake"]


def polygon(points):
    """Survey pixels → WGS 84."""
    ring = [survey * point for point in points] + [survey * points[0]]
    return transform_geom("EPSG:32618", "EPSG:4326", {"type": "Polygon", "coordinates": [ring]}, precision=-1)


def mask(polygons):
    back = [transform_geom("EPSG:4326", "EPSG:32618", p, precision=-1) for p in polygons]
    return rasterize([(p, 1) for p in back], out_shape=(height, width), transform=survey, fill=0).astype(bool)


labels = [
    [polygon([(8.3, 7.7), (42.1, 11.2), (36.6, 38.9), (12.8, 31.3)]), polygon([(70.4, 8.1), (86.3, 12.7), (75.2, 25.9)])],
    [polygon([(30.2, 20.1), (63.7, 24.4), (50.9, 50.2)])],
    [polygon([(55.3, 36.6), (88.8, 33.3), (82.5, 57.4), (60.1, 58.9)])],
]
unsaid = [polygon([(14.4, 40.2), (33.3, 44.1), (25.5, 58.8)])]
area = [polygon([(4.6, 3.2), (91.3, 5.9), (88.4, 61.1), (6.1, 59.8)])]
counted = mask(area)
truth = np.zeros((height, width), int)
for k in reversed(range(3)):
    truth[mask(labels[k])] = k + 1
counted &= ~((truth == 0) & mask(unsaid))

centre_rows, centre_cols = np.mgrid[0:height, 0:width] + 0.5
at = [centre_rows / factor - 0.5, centre_cols / factor - 0.5]
p = (map_coordinates(probability.astype(float), at, order=1, mode="nearest") - 1) / 254
nearest = [np.clip(np.rint(axis).astype(int), 0, limit - 1) for axis, limit in zip(at, (model_height, model_width))]
called = likeliest[nearest[0], nearest[1]]

to_lonlat = Transformer.from_crs("EPSG:32618", "EPSG:4326", always_xy=True)
# Of a block of 2000 × 2000 px: the area of a single pixel would be lost in rounding.
block = [survey * corner for corner in [(-950, -960), (-950, 1040), (1050, 1040), (1050, -960)]]
lons, lats = zip(*[to_lonlat.transform(*corner) for corner in block])
one_pixel = abs(Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)[0]) / 2000**2
expected = []
# Byte thresholds: (byte − 1) / 254, so that no sampled value falls between a threshold and the byte that stands for it.
for byte in [90, 128, 190]:
    threshold = (byte - 1) / 254
    predicted = np.where(p >= threshold - 1e-12, called, 0)
    y_true, y_pred = truth[counted], predicted[counted]
    each = {"labels": [1, 2, 3], "average": None, "zero_division": 0}
    expected.append(
        {
            "threshold": threshold,
            "pixels": confusion_matrix(y_true, y_pred, labels=[0, 1, 2, 3]).tolist(),
            "dice": f1_score(y_true, y_pred, **each).tolist(),
            "iou": jaccard_score(y_true, y_pred, **each).tolist(),
            "precision": precision_score(y_true, y_pred, **each).tolist(),
            "recall": recall_score(y_true, y_pred, **each).tolist(),
        }
    )
case = {
    "epsg": 32618,
    "survey": {"transform": list(survey)[:6], "widthPx": width, "heightPx": height},
    "model": {"transform": list(model)[:6], "widthPx": model_width, "heightPx": model_height},
    "names": names,
    "probability": probability.ravel().tolist(),
    "likeliest": likeliest.ravel().tolist(),
    "labels": labels,
    "unsaid": unsaid,
    "area": area,
    "pixelM2": one_pixel,
    "expected": expected,
}
(Path(__file__).parent / "classes.json").write_text(json.dumps(case, separators=(",", ":")) + "\n")
