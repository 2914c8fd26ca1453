"""Golden values for packages/geo. Run: pip install pyproj==3.7.* affine && python make.py > geo.json

projections: pyproj (PROJ) CRS coordinates -> WGS 84 degrees.
  exact: the ellipsoid is WGS 84's or GRS 80's, so both must agree closely.
  otherwise PROJ's best operation that needs no grid file; agreement is asked within `accuracyMeters`.
areas: pyproj.Geod (GeographicLib) on WGS 84.
"""
import json
import random
from pyproj import CRS, Geod, Transformer
from pyproj.transformer import TransformerGroup

rng = random.Random(20)
exact = [32633, 32645, 32718, 32660, 32601, 3857, 2193, 2264, 26913, 26953, 25832, 3031, 3035, 5070, 4269, 4326, 3577, 28355]
shifted = [27700, 28992, 31370, 31467, 31256, 2056, 21781, 23032, 26713, 2326, 20355, 2100, 4267, 4230]
out = {"projections": [], "areas": [], "distances": []}
for code in exact + shifted:
    crs = CRS.from_epsg(code)
    use = crs.area_of_use
    to_crs = Transformer.from_crs(CRS.from_epsg(4326), crs, always_xy=True) if code in exact else None
    if code in shifted:
        group = TransformerGroup(CRS.from_epsg(4326), crs, always_xy=True)
        to_crs = group.transformers[0]
    east = use.east if use.east > use.west else use.east + 360
    points = []
    for i in range(6):
        lon = use.west + (east - use.west) * rng.uniform(0.1, 0.9)
        lat = use.south + (use.north - use.south) * rng.uniform(0.1, 0.9)
        lon = (lon + 180) % 360 - 180
        lat = max(-89.5, min(89.5, lat))
        x, y = to_crs.transform(lon, lat)
        points.append([x, y, lon, lat])
    out["projections"].append({"epsg": code, "name": crs.name, "exact": code in exact,
        "operation": to_crs.description, "accuracyMeters": None if code in exact else to_crs.accuracy, "points": points})
geod = Geod(ellps="WGS84")
rings = [
    [[85.3, 27.6], [85.3003, 27.6001], [85.3002, 27.6004], [85.2999, 27.6002]],
    [[-60.0, 80.1], [20.5, 81.7], [100.0, 79.3]],
    [[179.9, -16.2], [-179.8, -16.3], [-179.85, -16.9], [179.7, -16.75]],
    [[9.00000001, 54.0], [9.00000046, 54.00000003], [9.0000004, 54.00000029], [9.00000002, 54.00000031]],
    [[-75.6, 37.4], [-75.6, 37.45], [-75.52, 37.45], [-75.52, 37.4]],
]
for ring in rings:
    area, perimeter = geod.polygon_area_perimeter([p[0] for p in ring], [p[1] for p in ring])
    out["areas"].append({"ring": ring, "areaM2": abs(area), "perimeterMeters": perimeter})
for a, b in [([85.3, 27.6], [85.30001, 27.60002]), ([0.0, 0.0], [179.5, 0.5]), ([179.9, -16.2], [-179.8, -16.3])]:
    out["distances"].append({"a": a, "b": b, "meters": geod.inv(a[0], a[1], b[0], b[1])[2]})
print(json.dumps(out, indent=1))
