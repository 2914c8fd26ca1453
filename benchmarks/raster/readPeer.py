"""rasterio beside our reader: one JSON request per line on stdin, one JSON answer per line on stdout.

{"task": "copies", "path", "folder"}            writes the image in several compressions, answers {"paths": {name: path}}
{"task": "rows" | "windows" | "decimated", "path", "rowsPx" | "windows" | "factor"}   reads it, answers {"seconds"}
"""
import json
import sys
import time

import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

CODECS = {
    "deflate": dict(compress="deflate", predictor=2),
    "zstd": dict(compress="zstd", predictor=2),
    "lzw": dict(compress="lzw", predictor=2),
    "jpeg": dict(compress="jpeg", jpeg_quality=85, photometric="ycbcr"),
    "webp": dict(compress="webp", webp_level=80),
    "lerc": dict(compress="lerc"),
}


def copies(path, folder):
    paths = {}
    with rasterio.open(path) as source:
        pixels = source.read([1, 2, 3], window=Window(0, 0, min(source.width, 4096), min(source.height, 4096)))
        for name, options in CODECS.items():
            paths[name] = f"{folder}/{name}.tif"
            profile = dict(
                driver="GTiff", width=pixels.shape[2], height=pixels.shape[1], count=3, dtype="uint8", crs=source.crs,
                transform=source.transform, tiled=True, blockxsize=512, blockysize=512, interleave="pixel", photometric="rgb",
            )
            with rasterio.open(paths[name], "w", **{**profile, **options}) as out:
                out.write(pixels)
            with rasterio.open(paths[name], "r+") as out:
                out.build_overviews([2, 4, 8], Resampling.average)
    return {"paths": paths}


def read(request):
    started = time.perf_counter()
    # Opened anew, so that nothing is in GDAL's cache; decoding on two threads, as ours.
    with rasterio.open(request["path"], NUM_THREADS=2) as d:
        if request["task"] == "decimated":
            factor = request["factor"]
            d.read(out_shape=(d.count, d.height // factor, d.width // factor), resampling=Resampling.average)
        else:
            if request["task"] == "rows":
                step = request["rowsPx"]
                windows = [Window(0, row, d.width, min(step, d.height - row)) for row in range(0, d.height, step)]
            else:
                windows = [Window(w["colOff"], w["rowOff"], w["widthPx"], w["heightPx"]) for w in request["windows"]]
            for window in windows:
                d.read(window=window)
                d.dataset_mask(window=window)
    return {"seconds": time.perf_counter() - started}


for line in sys.stdin:
    request = json.loads(line)
    answer = copies(request["path"], request["folder"]) if request["task"] == "copies" else read(request)
    print(json.dumps(answer), flush=True)
