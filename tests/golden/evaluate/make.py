"""Golden data for packages/inference/evaluateArea: the same counts by rasterio, SciPy, pyproj and scikit-learn.

    pip install rasterio scipy scikit-learn pyproj numpy
    python make.py

case.json holds the inputs (grids, probability bytes, polygons in lon/lat, nodata columns) and what must come out per threshold.
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

width, height, factor = 93, 71, 2.5
survey = Affine(0.05, 0, 352000.0, 0, -0.05, 3841000.0)
model_width, model_height = 38, 29
model = Affine(0.05 * factor, 0, 352000.0, 0, -0.05 * factor, 3841000.0)
random = np.random.default_rng(7)
rows, cols = np.mgrid[0:model_height, 0:model_width]
wave = 0.5 + 0.35 * np.sin(cols / 4.0) * np.cos(rows / 5.0) + 0.15 * random.random((model_height, model_width))
probability = (1 + np.round(np.clip(wave, 0, 1) * 254)).astype(np.uint8)


def polygon(points):
    """Survey pixels → WGS 84."""
    ring = [survey * point for point in points] + [survey * points[0]]
    return transform_geom("EPSG:32618", "EPSG:4326", {"type": "Polygon", "coordinates": [ring]}, precision=-1)


def mask(polygons):
    back = [transform_geom("EPSG:4326", "EPSG:32618", p, precision=-1) for p in polygons]
    return rasterize([(p, 1) for p in back], out_shape=(height, width), transform=survey, fill=0).astype(bool)


truth = [polygon([(10.3, 8.7), (52.1, 12.2), (44.6, 40.9), (14.8, 33.3)]), polygon([(40.2, 30.1), (80.7, 35.4), (60.9, 64.2)])]
area = [polygon([(5.6, 4.2), (88.3, 6.9), (84.4, 66.1), (7.1, 62.8)])]
invalid_from = 79  # columns at or beyond it hold no measurement
counted = mask(area)
counted[:, invalid_from:] = False
is_truth = mask(truth)

centre_rows, centre_cols = np.mgrid[0:height, 0:width] + 0.5
sampled = map_coordinates(probability.astype(float), [centre_rows / factor - 0.5, centre_cols / factor - 0.5], order=1, mode="nearest")
p = (sampled - 1) / 254

to_lonlat = Transformer.from_crs("EPSG:32618", "EPSG:4326", always_xy=True)
geod = Geod(ellps="WGS84")


# Of a block of 2000 × 2000 px: the area of a single pixel would be lost in rounding.
block = [survey * corner for corner in [(-950, -960), (-950, 1040), (1050, 1040), (1050, -960)]]
lons, lats = zip(*[to_lonlat.transform(*corner) for corner in block])
one_pixel = abs(geod.polygon_area_perimeter(lons, lats)[0]) / 2000**2
expected = []
# Byte thresholds: (byte − 1) / 254, so that no sampled value falls between a threshold and the byte that stands for it.
for byte in [64, 128, 166, 230]:
    threshold = (byte - 1) / 254
    positive = p >= threshold - 1e-12
    y_true, y_pred = is_truth[counted], positive[counted]
    tn, fp, fn, tp = confusion_matrix(y_true, y_pred, labels=[False, True]).ravel().tolist()
    expected.append(
        {
            "threshold": threshold,
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
            "dice": f1_score(y_true, y_pred),
            "iou": jaccard_score(y_true, y_pred),
            "precision": precision_score(y_true, y_pred),
            "recall": recall_score(y_true, y_pred),
            "areaM2": {"predicted": (tp + fp) * one_pixel, "truth": (tp + fn) * one_pixel},
        }
    )
case = {
    "epsg": 32618,
    "survey": {"transform": list(survey)[:6], "widthPx": width, "heightPx": height},
    "model": {"transform": list(model)[:6], "widthPx": model_width, "heightPx": model_height},
    "probability": probability.ravel().tolist(),
    "truth": truth,
    "area": area,
    "invalidFromCol": invalid_from,
    "expected": expected,
}
(Path(__file__).parent / "case.json").write_text(json.dumps(case, separators=(",", ":")) + "\n")
