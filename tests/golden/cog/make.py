"""Overviews of two synthetic rasters as GDAL averages them, for packages/raster/cogWriter.test.ts.

    pip install rasterio numpy rio-cogeo
    python tests/golden/cog/make.py

Writes <case>-<level>.bin.gz beside this file: the overview's samples (rows, columns, bands; little-endian), then its
validity, one byte per pixel. The test fills the same rasters from the same formula.
"""

import gzip
import pathlib
import tempfile

import numpy as np
import rasterio
from rasterio.enums import Resampling

HERE = pathlib.Path(__file__).parent


def pattern(width, height, bands):
    row, col = np.mgrid[0:height, 0:width]
    return np.stack([(col * 7 + row * 13 + band * 31 + ((col >> 4) ^ (row >> 3)) * 5) % 251 for band in range(bands)])


def validity(width, height):
    row, col = np.mgrid[0:height, 0:width]
    return ((col - 240) ** 2 / 300**2 + (row - 250) ** 2 / 230**2 < 1.5) & ((col * 31 + row * 17) % 11 != 0)


CASES = {
    "rgb": dict(width=601, height=523, count=3, dtype="uint8", nodata=None, overviews=[2]),
    "int16": dict(width=1031, height=517, count=1, dtype="int16", nodata=-32768, overviews=[2, 4]),
}

for name, case in CASES.items():
    overviews = case.pop("overviews")
    valid = validity(case["width"], case["height"])
    samples = pattern(case["width"], case["height"], case["count"])
    if case["dtype"] == "int16":
        samples = samples * 200 - 20000
        samples[:, ~valid] = case["nodata"]
    with tempfile.TemporaryDirectory() as folder, rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = f"{folder}/{name}.tif"
        with rasterio.open(path, "w", driver="GTiff", tiled=True, **case) as target:
            target.write(samples.astype(case["dtype"]))
            if case["nodata"] is None:
                target.write_mask(valid)
        with rasterio.open(path, "r+") as target:
            target.build_overviews(overviews, Resampling.average)
        for level in range(len(overviews)):
            with rasterio.open(path, overview_level=level) as source:
                data = np.moveaxis(source.read(), 0, -1).astype(source.dtypes[0]).tobytes()
                mask = (source.dataset_mask() > 0).astype("uint8").tobytes()
            with gzip.GzipFile(HERE / f"{name}-{level}.bin.gz", "wb", mtime=0) as out:
                out.write(data + mask)
