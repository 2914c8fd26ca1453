"""Golden data for packages/vectorize: random masks and the rings that rasterio.features.shapes (GDAL polygonize) finds.

    pip install rasterio numpy
    python make.py

masks.json, 4-connected, and masks-8.json, 8-connected: [{width, height, rows: ["0110…", …], polygons: [{outer: [[col,row], …],
holes: […]}]}]; rings unclosed, as GDAL gives them: 8-connected they may pass a corner twice.
"""

import json
from pathlib import Path

import numpy as np
from rasterio.features import shapes

sizes = [(7, 5, 0.5), (13, 9, 0.35), (9, 17, 0.6), (24, 19, 0.55), (31, 23, 0.7), (1, 6, 0.5), (8, 1, 0.5), (40, 33, 0.62)]
for connectivity, name in [(4, "masks.json"), (8, "masks-8.json")]:
    random = np.random.default_rng(20)
    cases = []
    for width, height, density in sizes:
        mask = (random.random((height, width)) < density).astype(np.uint8)
        polygons = [
            {"outer": g["coordinates"][0][:-1], "holes": [r[:-1] for r in g["coordinates"][1:]]}
            for g, value in shapes(mask, mask=mask == 1, connectivity=connectivity)
            if value == 1
        ]
        polygons = json.loads(json.dumps(polygons), parse_float=lambda text: int(float(text)))
        cases.append({"width": width, "height": height, "rows": ["".join(map(str, row)) for row in mask], "polygons": polygons})
    path = Path(__file__).parent / name
    path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
