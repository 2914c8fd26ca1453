"""Area and accuracies from a stratified sample of blocks, written out with NumPy and SciPy from the formulas of the papers.

    pip install numpy scipy
    python tests/golden/areaSample/make.py > tests/golden/areaSample/case.json
"""

import json

import numpy as np
from scipy import stats

random = np.random.default_rng(4)
strata = []
for count, drawn, reef, error in [(400, 12, 0.0, 0.05), (90, 9, 0.3, 0.3), (37, 7, 0.8, 0.1), (6, 6, 0.5, 0.2)]:
    ground = random.uniform(60, 100, drawn)
    predicted = ground * np.clip(random.normal(reef, 0.1, drawn) * (reef > 0), 0, 1)
    wrong = random.uniform(0, error, drawn)
    missed = (ground - predicted) * wrong
    false = predicted * random.uniform(0, error, drawn)
    frame = predicted * random.uniform(0.98, 1.02, drawn)
    strata.append({"N": count, "ground": ground, "predicted": predicted, "missed": missed, "false": false, "frame": frame})


def total(values):
    """T, V(T) and Satterthwaite's degrees of freedom."""
    t = sum(s["N"] * v.mean() for s, v in zip(strata, values))
    parts = [(s["N"] ** 2 * (1 - len(v) / s["N"]) * v.var(ddof=1) / len(v), len(v) - 1) for s, v in zip(strata, values)]
    variance = sum(p for p, _ in parts)
    return t, variance, variance**2 / sum(p**2 / df for p, df in parts)


def ratio(top, bottom):
    r = total(top)[0] / total(bottom)[0]
    _, variance, df = total([a - r * b for a, b in zip(top, bottom)])
    se = np.sqrt(variance) / total(bottom)[0]
    reach = stats.t.ppf(0.975, df) * se / (r * (1 - r))
    return {"value": r, "standardError": se, "low": 1 / (1 + np.exp(-(np.log(r / (1 - r)) - reach))), "high": 1 / (1 + np.exp(-(np.log(r / (1 - r)) + reach)))}


mapped = 400 * 0.4 + 90 * 26 + 37 * 61 + 6 * 40
right = [s["predicted"] - s["false"] for s in strata]
claimed = [s["predicted"] for s in strata]
reef = [a + s["missed"] for a, s in zip(right, strata)]
correction, variance, df = total([y - s["frame"] for y, s in zip(reef, strata)])
se = np.sqrt(variance)
t = stats.t.ppf(0.975, df)
area = mapped + correction
print(
    json.dumps(
        {
            "strata": [
                {
                    "blockCount": s["N"],
                    "blocks": [
                        {
                            "framePredictedM2": f,
                            "reefPredictedM2": r,
                            "reefMissedM2": m,
                            "emptyPredictedM2": e,
                            "emptyM2": g - r - m - e,
                        }
                        for f, r, m, e, g in zip(s["frame"], a, s["missed"], s["false"], s["ground"])
                    ],
                }
                for s, a in zip(strata, right)
            ],
            "frame": {"predictedM2": mapped, "groundM2": 42_000},
            "areaM2": {"value": area, "standardError": se, "low": area - t * se, "high": area + t * se},
            "usersAccuracy": ratio(right, claimed),
            "producersAccuracy": ratio(right, reef),
            "overallAccuracy": ratio(
                [s["ground"] - s["missed"] - s["false"] for s in strata],
                [s["ground"] for s in strata],
            ),
            "t": [[df, stats.t.ppf(0.975, df)] for df in [1, 1.7, 3, 9.25, 40, 199, 201, 5000]],
        },
        indent=1,
    )
)
