"""Polygons burnt by GDAL (rasterio), pixel centre inside.

    pip install rasterio shapely
    python tests/golden/rasterize/make.py > tests/golden/rasterize/rasterize.json
"""

import json

import numpy as np
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.geometry import Polygon, mapping
from shapely.affinity import rotate

random = np.random.default_rng(3)


def star(x, y, r, points):
    angles = np.sort(random.uniform(0, 2 * np.pi, points))
    radii = random.uniform(0.4, 1, points) * r
    return [(x + s * np.cos(a), y + s * np.sin(a)) for a, s in zip(angles, radii)]


def ring_of(coords):
    ring = [(round(a, 3) + 0.0003, round(b, 3) + 0.0007) for a, b in coords]
    return ring + [ring[0]]


polygons = [[ring_of(star(*random.uniform(5, 60, 2), random.uniform(2, 14), int(random.integers(5, 40))))] for _ in range(9)]
square = rotate(Polygon([(30, 10), (58, 10), (58, 34), (30, 34)]), 17)
hole = rotate(Polygon([(38, 16), (50, 16), (50, 28), (38, 28)]), 17)
polygons.append([ring_of(square.exterior.coords[:-1]), ring_of(hole.exterior.coords[:-1])])
col_off, row_off, width, height = 7, -3, 53, 41
mask = rasterize(
    [{"type": "Polygon", "coordinates": rings} for rings in polygons],
    out_shape=(height, width),
    transform=Affine.translation(col_off, row_off),
    all_touched=False,
)
print(json.dumps({"polygons": polygons, "window": {"colOff": col_off, "rowOff": row_off, "widthPx": width, "heightPx": height}, "mask": ["".join(map(str, row)) for row in mask.tolist()]}, indent=1))
