"""Golden data for packages/formats, made by GDAL (rasterio.warp) and read back by GDAL (pyogrio) and GEOS (shapely).

    pip install rasterio shapely pyogrio
    python make.py

Writes utm45.geojson (input, metres, crs member) and utm45-expected.json (the same polygon in WGS 84 by GDAL), and
export-read-by-gdal.json: what GDAL sees in export.geojson, which the exporter's test writes byte for byte.
"""

import json
from pathlib import Path

import pyogrio
import shapely
from rasterio.warp import transform_geom

here = Path(__file__).parent


def plain(value):
    """NumPy scalar → JSON value; GDAL's missing numbers arrive as NaN."""
    value = value.item() if hasattr(value, "item") else value
    return None if value != value else value


polygon = {
    "type": "Polygon",
    "coordinates": [
        [[353000.25, 3057000.5], [353120.75, 3057010.0], [353110.0, 3057100.125], [352990.0, 3057080.0], [353000.25, 3057000.5]],
        [[353040.0, 3057040.0], [353050.0, 3057060.0], [353070.0, 3057050.0], [353040.0, 3057040.0]],
    ],
}
crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32645"}}
features = [{"type": "Feature", "properties": {"note": "two rings"}, "geometry": polygon}]
(here / "utm45.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, indent=1))
expected = transform_geom("EPSG:32645", "EPSG:4326", polygon, precision=-1)
(here / "utm45-expected.json").write_text(json.dumps(expected, indent=1))

exported = here / "export.geojson"
if exported.exists():
    meta, _, geometry, columns = pyogrio.raw.read(exported)
    shapes = shapely.from_wkb(geometry)
    seen = {
        "crs": meta["crs"],
        "geometryType": meta["geometry_type"],
        "fields": sorted(meta["fields"].tolist()),
        "rows": [
            {
                "valid": bool(shapely.is_valid(shape)),
                "outerCounterClockwise": bool(shapely.is_ccw(shape.exterior)),
                "holesClockwise": [not bool(shapely.is_ccw(hole)) for hole in shape.interiors],
                "bounds": [round(value, 9) for value in shape.bounds],
                **{name: plain(value) for name, value in zip(meta["fields"], row)},
            }
            for shape, row in zip(shapes, zip(*columns))
        ],
    }
    (here / "export-read-by-gdal.json").write_text(json.dumps(seen, indent=1, ensure_ascii=False))
