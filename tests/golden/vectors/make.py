"""
What GDAL reads from the GeoPackage and Shapefile that packages/formats/vectorFiles.test.ts writes.

    mkdir kept && REEFLINE_KEEP_VECTORS=$PWD/kept npm test -- packages/formats/vectorFiles.test.ts
    pip install pyogrio geopandas
    python tests/golden/vectors/make.py kept
"""

import json
import os
import sys

import geopandas
import pyogrio

read = {}
for key, name in [("gpkg", "reefs.gpkg"), ("shp", "reefs.shp")]:
    frame = geopandas.read_file(os.path.join(sys.argv[1], name))
    rows = []
    for _, row in frame.iterrows():
        values = {k: v for k, v in row.items() if k != "geometry"}
        values = {k: (None if v != v else v) if isinstance(v, float) else v for k, v in values.items()}
        rows.append({**values, "valid": bool(row.geometry.is_valid), "areaM2": row.geometry.area})
    read[key] = {
        "gdal": pyogrio.__gdal_version_string__,
        "epsg": frame.crs.to_epsg(),
        "rows": json.loads(json.dumps(rows, default=lambda v: v.item() if hasattr(v, "item") else str(v))),
    }
with open(os.path.join(os.path.dirname(__file__), "read-by-gdal.json"), "w") as file:
    json.dump(read, file, ensure_ascii=False)
    file.write("\n")
