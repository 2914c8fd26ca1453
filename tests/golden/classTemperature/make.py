"""The temperature of a softmax of classes, by SciPy on PyTorch's cross-entropy in double precision.

    pip install torch scipy
    python tests/golden/classTemperature/make.py > tests/golden/classTemperature/cases.json
"""

import json

import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)

cases = []
for classes, true_temperature, pixels in [(2, 2.5, 300), (3, 0.6, 400), (15, 1.4, 200)]:
    scores = torch.round(3 * torch.randn(pixels, classes), decimals=6)
    truth = torch.multinomial(F.softmax(scores / true_temperature, 1), 1)[:, 0]
    entropy = lambda log_temperature: F.cross_entropy(scores / torch.tensor(log_temperature).exp(), truth).item()
    found = minimize_scalar(entropy, bounds=(-1.6, 2.3), method="bounded", options={"xatol": 1e-10})
    cases.append(
        {
            "classes": classes,
            "scores": scores.flatten().tolist(),
            "truth": (truth + 1).tolist(),
            "crossEntropyAtOne": entropy(0.0),
            "temperature": torch.tensor(found.x).exp().item(),
        }
    )
print(json.dumps(cases))
