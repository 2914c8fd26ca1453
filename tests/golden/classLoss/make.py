"""The loss of a head that tells classes apart, and its gradient, by PyTorch in double precision.

    pip install torch numpy
    python tests/golden/classLoss/make.py > tests/golden/classLoss/cases.json
"""

import json

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def loss(logits, target, valid):
    """logits [pixels, 1 + classes]; target 0 none, k the k-th class, 255 reef whose class is not said."""
    reef, scores = logits[:, 0], logits[:, 1:]
    classes = scores.shape[1]
    truth = (target > 0).double()
    entropy = (F.binary_cross_entropy_with_logits(reef, truth, reduction="none") * valid).sum() / valid.sum().clamp(min=1)
    p = torch.sigmoid(reef) * valid
    dice = 1 - (2 * (p * truth).sum() + 1) / (p.sum() + (truth * valid).sum() + 1)
    known = (target >= 1) & (target <= classes) & (valid == 1)
    if not known.any():
        return entropy + dice, torch.zeros(())
    of, label = scores[known], target[known].long() - 1
    class_entropy = F.cross_entropy(of, label)
    probability, hot = F.softmax(of, 1), F.one_hot(label, classes).double()
    present = hot.sum(0) > 0
    each = (2 * (probability * hot).sum(0) + 1) / (probability.sum(0) + hot.sum(0) + 1)
    return entropy + dice, class_entropy + 1 - each[present].mean()


cases = []
for shape, classes, kinds in [
    ((2, 3, 5), 2, [0, 0, 1, 2, 255]),
    ((1, 4, 7), 3, [0, 1, 1, 1, 2, 255]),  # the third is in no pixel
    ((2, 2, 3), 15, [0, 1, 4, 9, 15]),
    ((1, 3, 3), 2, [0, 255]),  # no class is said anywhere
    ((1, 2, 5), 4, [0]),  # no reef at all
]:
    count = shape[0] * shape[1] * shape[2]
    logits = (2 * torch.randn(count, 1 + classes)).requires_grad_()
    target = torch.tensor(kinds)[torch.randint(len(kinds), (count,))].double()
    valid = (torch.rand(count) < 0.8).double()
    reef, told = loss(logits, target, valid)
    (reef + told).backward()
    numbers = lambda t: [round(v, 12) for v in t.detach().flatten().tolist()]
    cases.append(
        {
            "shape": [*shape, 1 + classes],
            "logits": numbers(logits),
            "target": [int(v) for v in target],
            "valid": [int(v) for v in valid],
            "reefLoss": reef.item(),
            "classLoss": told.item(),
            "gradient": numbers(logits.grad),
        }
    )
print(json.dumps(cases))
