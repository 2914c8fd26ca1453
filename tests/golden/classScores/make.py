"""Scores of several classes by scikit-learn.

    pip install scikit-learn
    python tests/golden/classScores/make.py > tests/golden/classScores/cases.json
"""

import json

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

random = np.random.default_rng(3)
cases = []
for classes, count, shares, noise in [
    (2, 900, [0.6, 0.3, 0.1], 0.2),
    (3, 700, [0.2, 0.5, 0.3, 0.0], 0.3),  # the third is nowhere labelled
    (5, 400, [0.9, 0.02, 0.02, 0.02, 0.02, 0.02], 0.05),
]:
    truth = random.choice(classes + 1, count, p=shares)
    predicted = np.where(random.random(count) < noise, random.integers(0, classes + 1, count), truth)
    if classes == 5:
        predicted[predicted == 4] = 0  # the fourth is never predicted
    labels = list(range(1, classes + 1))
    options = {"labels": labels, "average": None, "zero_division": 0}
    cases.append(
        {
            "pixels": confusion_matrix(truth, predicted, labels=[0, *labels]).tolist(),
            "dice": f1_score(truth, predicted, **options).tolist(),
            "iou": jaccard_score(truth, predicted, **options).tolist(),
            "precision": precision_score(truth, predicted, **options).tolist(),
            "recall": recall_score(truth, predicted, **options).tolist(),
            "meanDice": f1_score(truth, predicted, labels=sorted(set(truth) - {0}), average="macro", zero_division=0),
            "meanIou": jaccard_score(truth, predicted, labels=sorted(set(truth) - {0}), average="macro", zero_division=0),
            "rightClass": float((truth == predicted)[(truth > 0) & (predicted > 0)].mean()),
        }
    )
print(json.dumps(cases))
