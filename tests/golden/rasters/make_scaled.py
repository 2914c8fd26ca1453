"""Windows of rescaled grids by GDAL's warper (area-weighted average when shrinking, bilinear when enlarging).

python make_scaled.py   writes scaled.json from the files that make.py wrote
"""
import json
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.warp import Resampling, reproject

HERE = Path(__file__).parent
cases = []
for name, fx, fy, col, row, width, height in [
    ("u8-rgb-deflate-planar-tiled.tif", 1.7, 1.7, 3, 1, 19, 17),
    ("u8-rgb-deflate-planar-tiled.tif", 3.25, 2.5, 0, 2, 11, 9),
    ("u16-grey-lzw-predictor2.tif", 2.0, 2.0, 1, 4, 20, 13),
    ("u8-rotated.tif", 1.31, 1.31, 2, 3, 25, 20),
    ("f64-predictor3.tif", 0.6, 0.45, 7, 20, 41, 33),
    ("u8-rgb-none-planar.tif", 0.5, 0.5, 11, 5, 60, 50),
]:
    with rasterio.open(HERE / name) as s:
        data = s.read().astype("float64")
        target = s.transform * Affine.scale(fx, fy) * Affine.translation(col, row)
        out = np.zeros((s.count, height, width))
        reproject(data, out, src_transform=s.transform, src_crs=s.crs, dst_transform=target, dst_crs=s.crs,
                  resampling=Resampling.average if fx > 1 else Resampling.bilinear, tolerance=0)
    cases.append({"name": name, "colFactor": fx, "rowFactor": fy, "window": {"colOff": col, "rowOff": row, "widthPx": width, "heightPx": height},
                  "values": [round(float(v), 4) for v in np.moveaxis(out, 0, -1).ravel()]})
(HERE / "scaled.json").write_text(json.dumps(cases))
