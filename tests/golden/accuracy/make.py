"""Outlines, single reefs and calibration by SciPy and scikit-learn.

    pip install numpy scipy scikit-learn
    python tests/golden/accuracy/make.py > tests/golden/accuracy/cases.json
"""

import json

import numpy as np
from scipy import ndimage
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

random = np.random.default_rng(11)


def blobs(height, width, share, roughness):
    field = ndimage.gaussian_filter(random.standard_normal((height, width)), roughness)
    return field > np.quantile(field, 1 - share)


def outline(mask, counted):
    """Reef with a counted neighbour (of four) that is not reef."""
    empty = counted & ~mask
    beside = np.zeros_like(mask)
    beside[1:] |= empty[:-1]
    beside[:-1] |= empty[1:]
    beside[:, 1:] |= empty[:, :-1]
    beside[:, :-1] |= empty[:, 1:]
    return mask & counted & beside


def near(of, other, tolerance, row_meters, col_meters):
    if not other.any():
        return 0
    distance = ndimage.distance_transform_edt(~other, sampling=(row_meters, col_meters))
    return int((of & (distance <= tolerance * (1 + 1e-9))).sum())


def instances(labelled, predicted, pixel_m2):
    corners = np.ones((3, 3))
    truth, truth_count = ndimage.label(labelled, corners)
    claim, claim_count = ndimage.label(predicted, corners)
    matched = 0
    for t in range(1, truth_count + 1):
        for c in np.unique(claim[truth == t]):
            if c == 0:
                continue
            both = ((truth == t) & (claim == c)).sum()
            either = ((truth == t) | (claim == c)).sum()
            matched += bool(both / either >= 0.5)
    return {
        "labelled": truth_count,
        "predicted": claim_count,
        "matched": int(matched),
        "labelledM2": float(labelled.sum() * pixel_m2),
        "foundM2": float((labelled & predicted).sum() * pixel_m2),
    }


bits = lambda mask: "".join("1" if v else "0" for v in mask.ravel())
cases = []
for height, width, share, rough, tolerance, row_meters, col_meters in [
    (41, 67, 0.3, 2.5, 0.2, 0.1, 0.1),
    (58, 33, 0.1, 1.2, 0.33, 0.11, 0.07),
    (29, 90, 0.6, 4.0, 0.0, 0.05, 0.05),
    (23, 19, 0.2, 1.0, 0.5, 0.2, 0.1),
]:
    labelled = blobs(height, width, share, rough)
    predicted = np.roll(labelled, (0, 1), (0, 1)) ^ (random.random((height, width)) < 0.01)
    counted = ~blobs(height, width, 0.15, 6)
    labelled &= counted
    predicted &= counted
    lo, po = outline(labelled, counted), outline(predicted, counted)
    cases.append(
        {
            "widthPx": width,
            "heightPx": height,
            "toleranceMeters": tolerance,
            "rowMeters": row_meters,
            "colMeters": col_meters,
            "counted": bits(counted),
            "labelled": bits(labelled),
            "predicted": bits(predicted),
            "boundary": {
                "predicted": int(po.sum()),
                "predictedNear": near(po, lo, tolerance, row_meters, col_meters),
                "labelled": int(lo.sum()),
                "labelledNear": near(lo, po, tolerance, row_meters, col_meters),
            },
            "instances": instances(labelled, predicted, row_meters * col_meters),
        }
    )

values = np.arange(1, 256)
sure = (values - 1) / 254
reef = random.integers(0, 400, 255) * (sure**1.5 > 0.02)
other = random.integers(0, 400, 255) * (sure < 0.93)
truth = np.concatenate([np.repeat(1, reef.sum()), np.repeat(0, other.sum())])
stated = np.concatenate([np.repeat(sure, reef), np.repeat(sure, other)])
share, mean = calibration_curve(truth, stated, n_bins=10)
weight = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], stated))
calibration = {
    "reefByByte": [0, *map(int, reef)],
    "otherByByte": [0, *map(int, other)],
    "reefShare": list(map(float, share)),
    "meanProbability": list(map(float, mean)),
    "brier": float(brier_score_loss(truth, stated)),
    "expectedError": float((weight * np.abs(share - mean)).sum() / weight.sum()),
}
print(json.dumps({"cases": cases, "calibration": calibration}, indent=1))
