"""Small GeoTIFFs of every kind that packages/raster reads, and what rasterio reads from them.

pip install "rasterio==1.4.*" "rio-tiler==9.*" morecantile && python make.py
Writes NAME.tif and expected.json: per file the transform, nodata, and per level the samples and mask (base64 of raw
little-endian arrays, deflated), and tile digests by rio-tiler (bilinear): 8 x 8 means per band and covered pixels per cell.
All pixels are synthetic.
"""
import base64
import json
import zlib
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp, Resampling
from rio_tiler.io import Reader
import morecantile
import warnings

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
TMS = morecantile.tms.get("WebMercatorQuad")
W, H = 45, 37


def pattern(bands, dtype, width=W, height=H):
    y, x = np.mgrid[0:height, 0:width]
    out = []
    for b in range(bands):
        v = 0.5 + 0.3 * np.sin(x / (9.0 + 2 * b) + b) + 0.2 * np.cos(y / (7.0 + b) - x / 31)
        out.append(v)
    v = np.clip(np.stack(out), 0, 1)
    if np.issubdtype(dtype, np.floating):
        return (v * 40 - 7).astype(dtype)
    info = np.iinfo(dtype)
    low, high = (0, 250) if dtype == np.uint8 else (max(info.min // 2, -30000), min(info.max // 2, 60000))
    return (low + v * (high - low)).astype(dtype)


UTM = dict(crs="EPSG:32633", transform=Affine(0.4, 0, 500123.2, 0, -0.4, 5801234.4))


def write(name, data, colorinterp=None, mask=None, overviews=None, band_names=None, **profile):
    path = HERE / f"{name}.tif"
    p = dict(driver="GTiff", width=data.shape[2], height=data.shape[1], count=data.shape[0], dtype=data.dtype, **UTM)
    p.update(profile)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(path, "w", **p) as d:
            if colorinterp:
                d.colorinterp = colorinterp
            d.write(data)
            if mask is not None:
                d.write_mask(mask)
            if overviews:
                d.build_overviews(overviews, Resampling.average)


tiled = dict(tiled=True, blockxsize=32, blockysize=16)
RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
y, x = np.mgrid[0:H, 0:W]
hole = ((x - 22) ** 2 + (y - 16) ** 2 > 60) & (x + y > 12)

write("u8-rgb-deflate-predictor2-tiled", pattern(3, np.uint8), compress="deflate", predictor=2, photometric="rgb", interleave="pixel", **tiled)
write("u8-rgb-lzw-predictor2-strips", pattern(3, np.uint8), compress="lzw", predictor=2, photometric="rgb", interleave="pixel", blockysize=10)
write("u8-rgb-none-planar", pattern(3, np.uint8), photometric="rgb", interleave="band", blockysize=11)
write("u8-rgb-deflate-planar-tiled", pattern(3, np.uint8), compress="deflate", photometric="rgb", interleave="band", **tiled)
smooth = pattern(3, np.uint8)
write("u8-rgb-jpeg-ycbcr-tiled", smooth, compress="jpeg", jpeg_quality=95, photometric="ycbcr", interleave="pixel", **tiled)
write("u8-rgb-jpeg-rgb-tiled", smooth, compress="jpeg", jpeg_quality=95, photometric="rgb", interleave="pixel", **tiled)
write("u8-grey-jpeg-strips", pattern(1, np.uint8), compress="jpeg", jpeg_quality=95, blockysize=16)
rgba = np.concatenate([pattern(3, np.uint8), (hole * 255).astype(np.uint8)[None]])
write("u8-rgba", rgba, colorinterp=RGB + (ColorInterp.alpha,), compress="deflate", photometric="rgb", interleave="pixel", **tiled)
write("u8-rgba-planar", rgba, colorinterp=RGB + (ColorInterp.alpha,), compress="lzw", photometric="rgb", interleave="band", **tiled)
write("u8-grey-alpha", rgba[2:4], colorinterp=(ColorInterp.gray, ColorInterp.alpha), compress="deflate", interleave="pixel")
write("u8-rgb-mask-overviews", pattern(3, np.uint8, 131, 87), compress="deflate", photometric="rgb", interleave="pixel",
      mask=((np.mgrid[0:87, 0:131][1] > 33) * 255).astype(np.uint8), overviews=[2, 4], **tiled)
nodata_rgb = pattern(3, np.uint8)
nodata_rgb[:, ~hole] = 0
nodata_rgb[1, 28:32, 30:38] = 0
write("u8-rgb-nodata0", nodata_rgb, nodata=0, compress="deflate", photometric="rgb", interleave="pixel")
write("u16-grey-lzw-predictor2", pattern(1, np.uint16), compress="lzw", predictor=2, **tiled)
u16 = pattern(4, np.uint16)
write("u16-bgrn-colorinterp", u16, colorinterp=(ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined), compress="deflate", interleave="pixel", photometric="minisblack")
write("i16-nodata", np.where(hole, pattern(1, np.int16)[0], -32768)[None].astype(np.int16), nodata=-32768, compress="deflate", predictor=2, **tiled)
write("u32-grey", pattern(1, np.uint32), compress="deflate", predictor=2)
write("i32-grey", pattern(1, np.int32), compress="lzw")
f32 = pattern(2, np.float32)
f32[:, ~hole] = np.nan
write("f32-predictor3-nan", f32, nodata=np.nan, compress="deflate", predictor=3, interleave="pixel", **tiled)
write("f32-nodata-rounded", np.where(hole, pattern(1, np.float32)[0], np.float32(-3.4028235e38))[None], nodata=-3.4028234663852886e38, compress="lzw", predictor=3)
write("f64-predictor3", pattern(1, np.float64), compress="deflate", predictor=3, **tiled)
write("u16-big-endian", pattern(3, np.uint16), endianness="big", compress="deflate", predictor=2, photometric="rgb", interleave="pixel", **tiled)
write("f32-big-endian-predictor3", pattern(1, np.float32), endianness="big", compress="deflate", predictor=3, **tiled)
write("f64-big-endian", pattern(1, np.float64), endianness="big")
write("u8-bigtiff", pattern(3, np.uint8), BIGTIFF="YES", compress="deflate", photometric="rgb", interleave="pixel", **tiled)
write("u8-rotated", pattern(3, np.uint8), transform=Affine(0.35, 0.16, 500200, 0.14, -0.38, 5801234), compress="deflate", photometric="rgb", interleave="pixel")
write("u8-non-square", pattern(3, np.uint8), transform=Affine(0.9, 0, 500200, 0, -0.3, 5801234), compress="deflate", photometric="rgb", interleave="pixel")
write("u8-pixel-is-point", pattern(1, np.uint8), compress="deflate")
with rasterio.open(HERE / "u8-pixel-is-point.tif", "r+") as d:
    d.update_tags(AREA_OR_POINT="Point")
write("u8-geographic", pattern(3, np.uint8), crs="EPSG:4326", transform=Affine(4e-6, 0, -75.6, 0, -3e-6, 37.42), compress="deflate", photometric="rgb", interleave="pixel")
write("u8-south-up", pattern(3, np.uint8), crs="EPSG:4326", transform=Affine(4e-6, 0, 9.6, 0, 3e-6, 54.42), compress="deflate", photometric="rgb", interleave="pixel")
write("u8-antimeridian", pattern(3, np.uint8), crs="EPSG:32601", transform=Affine(30, 0, 184500, 0, -30, 1821234), compress="deflate", photometric="rgb", interleave="pixel")
with rasterio.open(HERE / "u8-sparse.tif", "w", driver="GTiff", width=120, height=90, count=3, dtype="uint8", compress="deflate", SPARSE_OK=True, nodata=7, photometric="rgb", interleave="pixel", **tiled, **UTM) as d:
    d.write(pattern(3, np.uint8, 40, 30), window=rasterio.windows.Window(32, 16, 40, 30))


def pack(a):
    return base64.b64encode(zlib.compress(np.ascontiguousarray(a).tobytes(), 9)).decode()


def digest(image, bands):
    """8 x 8 cells: means of covered pixels and how many there are."""
    mask = image.mask > 0
    data = image.array.data
    cells = []
    for r in range(8):
        for c in range(8):
            s = (slice(r * 32, r * 32 + 32), slice(c * 32, c * 32 + 32))
            m = mask[s]
            n = int(m.sum())
            cells.append([n] + [float(f'{data[b][s][m].astype("float64").mean():.5g}') if n else None for b in range(bands)])
    return cells


def colour_indexes(d):
    names = [c.name for c in d.colorinterp]
    if all(n in names for n in ("red", "green", "blue")):
        return [names.index(n) + 1 for n in ("red", "green", "blue")]
    data = [i + 1 for i, n in enumerate(names) if n != "alpha"]
    return data[:3] if len(data) >= 3 else data[:1]


def tiles_of(path, per_zoom=2):
    found = []
    with Reader(str(path)) as src:
        with rasterio.open(path) as d:
            indexes = colour_indexes(d)
        b = src.get_geographic_bounds("EPSG:4326") if hasattr(src, "get_geographic_bounds") else src.geographic_bounds
        west, south, east, north = b
        if west > east:
            east += 360
        native = src.maxzoom
        for z in sorted({min(24, native + 2), native, max(0, native - 2)}):
            seen = set()
            for fx, fy in ((0.5, 0.5), (0.03, 0.05), (0.97, 0.6)):
                lon = (west + (east - west) * fx + 180) % 360 - 180
                t = TMS.tile(lon, max(-85, min(85, south + (north - south) * fy)), z)
                if (t.x, t.y) in seen or len(seen) >= (per_zoom if z == native else 1):
                    continue
                seen.add((t.x, t.y))
                try:
                    image = src.tile(t.x, t.y, z, indexes=indexes, resampling_method="bilinear", reproject_method="bilinear")
                except Exception as error:
                    print(path, z, t, error)
                    continue
                found.append({"z": z, "x": t.x, "y": t.y, "bands": [i - 1 for i in indexes], "cells": digest(image, len(indexes))})
    return found


def main():
    expected = {}
    for path in sorted(HERE.glob("*.tif")):
        with rasterio.open(path) as d:
            data = [i for i, c in enumerate(d.colorinterp) if c != ColorInterp.alpha]
            levels = []
            for level in range(1 + len(d.overviews(1))):
                with rasterio.open(path, **({"overview_level": level - 1} if level else {})) as o:
                    a = np.moveaxis(o.read([i + 1 for i in data]), 0, -1)
                    levels.append({"widthPx": o.width, "heightPx": o.height, "samples": pack(a.astype(a.dtype.newbyteorder("<"))), "mask": pack((o.dataset_mask() > 0).astype(np.uint8))})
            t = d.transform
            expected[path.name] = {
                "sampleType": d.dtypes[0], "bandCount": len(data), "transform": [t.a, t.b, t.c, t.d, t.e, t.f],
                "epsg": d.crs.to_epsg(), "nodata": None if d.nodata is None else str(d.nodata), "levels": levels, "tiles": tiles_of(path),
            }
    (HERE / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()
