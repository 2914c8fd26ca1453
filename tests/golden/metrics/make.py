"""Metrics by scikit-learn.

    pip install scikit-learn
    python tests/golden/metrics/make.py > tests/golden/metrics/metrics.json
"""

import json

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

random = np.random.default_rng(5)
cases = []
for count, reef, noise in [(997, 0.3, 0.2), (500, 0.03, 0.02), (731, 0.9, 0.4)]:
    truth = (random.random(count) < reef).astype(int)
    predicted = np.where(random.random(count) < noise, 1 - truth, truth)
    valid = (random.random(count) < 0.7).astype(int)
    t, p = truth[valid == 1], predicted[valid == 1]
    tn, fp, fn, tp = (int(v) for v in confusion_matrix(t, p).ravel())
    cases.append(
        {
            "truth": "".join(map(str, truth)),
            "predicted": "".join(map(str, predicted)),
            "valid": "".join(map(str, valid)),
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
            "dice": f1_score(t, p),
            "iou": jaccard_score(t, p),
            "meanIou": jaccard_score(t, p, average="macro"),
            "precision": precision_score(t, p),
            "recall": recall_score(t, p),
        }
    )
print(json.dumps(cases, indent=1))
