"""A per-pixel random forest on RGB and its local mean and variance: how hard a survey is for a model that sees no shapes.

    python random_forest.py SURVEY.tif LABELS.geojson EXAMINED.geojson HOLDOUT.geojson TRUTH.geojson [--window 15] [--trees 100]

Trains on labels inside the examined ground outside the held-out area, picks its threshold on a fifth of that ground set aside, and is
judged once on every pixel of the held-out area against the truth. Prints one JSON document.
"""
import argparse
import json

import numpy as np
import rasterio
from rasterio.features import rasterize
from rasterio.warp import transform_geom
from scipy.ndimage import uniform_filter
from sklearn.ensemble import RandomForestClassifier

parser = argparse.ArgumentParser()
parser.add_argument("paths", nargs=5)
parser.add_argument("--window", type=int, default=15)
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--pixels", type=int, default=100_000)
arguments = parser.parse_args()
survey, labels, examined, holdout, truth = arguments.paths

with rasterio.open(survey) as source:
    image = source.read().astype(np.float32)
    valid = source.dataset_mask() > 0

    def mask(path):
        features = json.load(open(path))["features"]
        shapes = [transform_geom("EPSG:4326", source.crs, feature["geometry"]) for feature in features]
        return rasterize(shapes, out_shape=source.shape, transform=source.transform, fill=0, default_value=1) > 0

    reef, looked, held, true = mask(labels), mask(examined), mask(holdout), mask(truth)

means = np.stack([uniform_filter(band, arguments.window) for band in image])
squares = np.stack([uniform_filter(band * band, arguments.window) for band in image])
features = np.concatenate([image, means, np.maximum(squares - means**2, 0)])

random = np.random.default_rng(1)
rows, cols = np.nonzero(looked & ~held & valid)
aside = rows > np.quantile(rows, 0.8)


def sample(chosen):
    picked = random.permutation(np.nonzero(chosen)[0])[: arguments.pixels]
    return features[:, rows[picked], cols[picked]].T, reef[rows[picked], cols[picked]]


forest = RandomForestClassifier(n_estimators=arguments.trees, min_samples_leaf=5, class_weight="balanced", n_jobs=-1, random_state=1)
forest.fit(*sample(~aside))

x, y = sample(aside)
p = forest.predict_proba(x)[:, 1]
dice = lambda predicted, real: 2 * np.sum(predicted & real) / max(1, np.sum(predicted) + np.sum(real))
threshold = max(np.arange(0.05, 0.96, 0.05), key=lambda t: dice(p >= t, y))

judged = held & valid
inside = features[:, judged].T
p = np.concatenate([forest.predict_proba(part)[:, 1] for part in np.array_split(inside, max(1, len(inside) // 500_000))])
result = {
    "heldOutDice": float(dice(p >= threshold, true[judged])),
    "threshold": float(threshold),
    "reefShare": float(true[judged].mean()),
    "pixels": int(judged.sum()),
}
print(json.dumps(result))
