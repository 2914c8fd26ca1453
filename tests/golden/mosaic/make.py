"""Small GeoTIFFs that overlap, and the one image GDAL makes of them: rasterio.merge where their pixels fit, else gdalwarp per image
(bilinear, or average when the target is coarser) laid over each other, later ones on top.

pip install "rasterio==1.4.*" && python make.py
Writes CASE-N.tif and expected.json: per case the target grid and the samples and mask (base64 of raw little-endian arrays, deflated).
All pixels are synthetic.
"""
import base64
import json
import math
import zlib
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.merge import merge
from rasterio.warp import reproject, transform as transform_points

HERE = Path(__file__).parent


def pattern(transform, crs, width, height, bands, dtype, shift=0.0):
    """Smooth on the ground, so that images of different grids agree where they overlap, up to `shift`."""
    rows, cols = np.mgrid[0:height, 0:width]
    xs, ys = transform * (cols + 0.5, rows + 0.5)
    lon, lat = transform_points(crs, CRS.from_epsg(4326), xs.ravel(), ys.ravel())
    lon, lat = np.array(lon).reshape(xs.shape), np.array(lat).reshape(xs.shape)
    out = [0.5 + 0.25 * np.sin(lon * 9.1e4 + b) + 0.2 * np.cos(lat * 1.13e5 - 2 * b) + shift for b in range(bands)]
    v = np.clip(np.stack(out), 0.01, 0.99)
    if np.issubdtype(dtype, np.floating):
        return (v * 40 - 7).astype(dtype)
    return np.round(v * (250 if dtype == np.uint8 else 60000)).astype(dtype)


def write(name, transform, crs, width, height, bands, dtype, shift=0.0, nodata=None, alpha_hole=False):
    data = pattern(transform, crs, width, height, bands, dtype, shift)
    mask = np.ones((height, width), bool)
    if nodata is not None or alpha_hole:
        mask[5:17, 8:21] = False
    if nodata is not None:
        data[:, ~mask] = nodata
    if alpha_hole:
        data = np.concatenate([data, np.where(mask, 255, 0).astype(dtype)[None]])
    profile = dict(driver="GTiff", width=width, height=height, count=data.shape[0], dtype=dtype, crs=crs, transform=transform)
    if nodata is not None:
        profile["nodata"] = nodata
    with rasterio.open(HERE / f"{name}.tif", "w", compress="deflate", **profile) as d:
        if alpha_hole:
            d.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        d.write(data)
    return data[:bands], mask, transform, crs


def bounds_in(crs, image):
    data, mask, transform, own = image
    height, width = mask.shape
    edge = [(width * t, r) for t in np.linspace(0, 1, 33) for r in (0, height)] + [(c, height * t) for t in np.linspace(0, 1, 33) for c in (0, width)]
    xs, ys = zip(*[transform * point for point in edge])
    if own != crs:
        xs, ys = transform_points(own, crs, xs, ys)
    return min(xs), min(ys), max(xs), max(ys)


def grid_around(images, crs, dx, dy, anchor):
    boxes = [bounds_in(crs, image) for image in images]
    left = math.floor((min(b[0] for b in boxes) - anchor[0]) / dx + 1e-6)
    right = math.ceil((max(b[2] for b in boxes) - anchor[0]) / dx - 1e-6)
    top = math.floor((anchor[1] - max(b[3] for b in boxes)) / dy + 1e-6)
    bottom = math.ceil((anchor[1] - min(b[1] for b in boxes)) / dy - 1e-6)
    return Affine(dx, 0, anchor[0] + left * dx, 0, -dy, anchor[1] - top * dy), right - left, bottom - top


def warped(images, grid, crs, resampling):
    transform, width, height = grid
    first = images[0][0]
    out = np.zeros((first.shape[0], height, width), first.dtype)
    valid = np.zeros((height, width), np.uint8)
    for data, mask, own_transform, own_crs in images:
        # Samples that hold nothing must not weigh: GDAL is told by a nodata value that no pixel has.
        floats = np.where(mask[None], data.astype(np.float64), -9999.0)
        part = np.full((data.shape[0], height, width), -9999.0)
        reproject(floats, part, src_transform=own_transform, src_crs=own_crs, dst_transform=transform, dst_crs=crs, src_nodata=-9999.0, dst_nodata=-9999.0,
                  resampling=resampling, tolerance=0.0)
        has = (part != -9999.0).all(axis=0)
        values = part if np.issubdtype(first.dtype, np.floating) else np.round(part)
        out[:, has] = values[:, has].astype(first.dtype)
        valid[has] = 1
    return out, valid


def pack(array):
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()


expected = {}


def case(name, files, grid, out, valid, epsg, options=None):
    transform, width, height = grid
    expected[name] = dict(files=files, epsg=epsg, transform=list(transform)[:6], widthPx=width, heightPx=height, bandCount=int(out.shape[0]),
                          sampleType=str(out.dtype), options=options or {}, samples=pack(np.ascontiguousarray(out.transpose(1, 2, 0))), mask=pack(valid))


UTM33, UTM32, WGS84 = CRS.from_epsg(32633), CRS.from_epsg(32632), CRS.from_epsg(4326)


# Pixels that fit: what merge copies, "last" on top.
A = Affine(0.4, 0, 500123.2, 0, -0.4, 5801234.4)
B = Affine(0.4, 0, 500123.2 + 31 * 0.4, 0, -0.4, 5801234.4 + 12 * 0.4)
a = write("fits-1", A, UTM33, 45, 37, 3, np.uint8)
b = write("fits-2", B, UTM33, 33, 41, 3, np.uint8, shift=0.05, alpha_hole=True)
for method, on_top in (("last", "last"), ("first", "first")):
    sources = [rasterio.open(HERE / f"fits-{i}.tif") for i in (1, 2)]
    if method == "last":
        sources.reverse()
    merged, transform = merge(sources, indexes=[1, 2, 3], method="first", masked=True)
    # Alpha is not looked at by merge for the order: laid over each other by hand where it matters, and compared with merge's grid.
    out, valid = warped([a, b] if method == "last" else [b, a], (transform, merged.shape[2], merged.shape[1]), UTM33, Resampling.nearest)
    case(f"fits-{on_top}", ["fits-1.tif", "fits-2.tif"], (transform, merged.shape[2], merged.shape[1]), out, valid, 32633, {"onTop": on_top})

# The second is finer and not aligned with the first: its pixels are kept, the first is interpolated.
F = Affine(0.2, 0, 500123.31, 0, -0.2, 5801229.17)
a = write("finer-1", A, UTM33, 45, 37, 1, np.uint16, nodata=0)
b = write("finer-2", F, UTM33, 61, 47, 1, np.uint16, nodata=0, shift=0.03)
grid = grid_around([a, b], UTM33, 0.2, 0.2, (F.c, F.f))
case("finer", ["finer-1.tif", "finer-2.tif"], grid, *warped([a, b], grid, UTM33, Resampling.bilinear), 32633)

# Another UTM zone, turned by some degrees there.
x, y = transform_points(UTM33, UTM32, [A.c + 9.0], [A.f + 3.0])
Z = Affine.translation(x[0], y[0]) * Affine.rotation(-4.0) * Affine.scale(0.4, -0.4)
a = write("zone-1", A, UTM33, 45, 37, 3, np.uint8)
b = write("zone-2", Z, UTM32, 53, 39, 3, np.uint8, shift=0.04, alpha_hole=True)
grid = grid_around([a, b], UTM33, 0.4, 0.4, (A.c, A.f))
case("zone", ["zone-1.tif", "zone-2.tif"], grid, *warped([a, b], grid, UTM33, Resampling.bilinear), 32633)

# Degrees and floats, the hole is NaN; then both averaged onto coarser pixels.
lon, lat = transform_points(UTM33, WGS84, [A.c + 5.0], [A.f - 4.0])
step = 0.4 / 111320
D = Affine(step * 1.64, 0, lon[0], 0, -step, lat[0])
a = write("degrees-1", A, UTM33, 45, 37, 1, np.float32)
b = write("degrees-2", D, WGS84, 43, 51, 1, np.float32, nodata=np.nan, shift=0.02)
grid = grid_around([a, b], UTM33, 1.3, 1.3, (A.c, A.f))
case("coarser", ["degrees-1.tif", "degrees-2.tif"], grid, *warped([a, b], grid, UTM33, Resampling.average), 32633, {"gsdMeters": 1.3})

(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")

# A surface in degrees as an extra band of the first RGB image.
_, mask, _, _ = b
part = np.full((1, 37, 45), -9999.0)
reproject(np.where(mask[None], b[0].astype(np.float64), -9999.0), part, src_transform=b[2], src_crs=b[3], dst_transform=A, dst_crs=UTM33, src_nodata=-9999.0,
          dst_nodata=-9999.0, resampling=Resampling.bilinear, tolerance=0.0)
stacked = dict(samples=pack(part.astype(np.float32)), mask=pack((part[0] != -9999.0).astype(np.uint8)))
(HERE / "stacked.json").write_text(json.dumps(stacked, indent=1) + "\n")
