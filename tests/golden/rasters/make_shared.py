"""Tile digests by rio-tiler for the rasters of a shared data folder, whose pixels are not kept here.

python make_shared.py FOLDER   (FOLDER holds rasters/ and banepa/) writes shared.json
"""
import json
import sys
from pathlib import Path

source = (Path(__file__).parent / "make.py").read_text()
# Only the functions of make.py: running it whole would write its files again.
start, end = source.index("def pack"), source.index("def main")
import base64, zlib, numpy as np, rasterio, morecantile  # noqa: E401,E402
from rio_tiler.io import Reader  # noqa: E402
TMS = morecantile.tms.get("WebMercatorQuad")
exec(source[start:end])

folder = Path(sys.argv[1])
out = {}
# Damaged, or without a coordinate system: rio-tiler has no tiles of them.
refused = {"bigtiff-cog.tif", "corrupt.tif", "float-nan-nodata.tif", "rotated-geotransform.tif"}
for path in sorted((folder / "rasters").glob("*.tif")) + [folder / "banepa" / "orthomosaic.tif"]:
    if path.name in refused:
        continue
    out[f"{path.parent.name}/{path.name}"] = tiles_of(path)
(Path(__file__).parent / "shared.json").write_text(json.dumps(out))
