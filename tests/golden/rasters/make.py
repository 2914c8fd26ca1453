"""Small GeoTIFFs of every kind that packages/raster reads, and what rasterio reads from them.

pip install "rasterio==1.4.*" "rio-tiler==9.*" morecantile && python make.py
Writes NAME.tif and expected.json: per file the transform, nodata, and per level the samples and mask (base64 of raw
little-endian arrays, deflated), and tile digests by rio-tiler (bilinear): 8 x 8 means per band and covered pixels per cell.
All pixels are synthetic.
"""
import base64
import json
import tempfile
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


# One twin of each further compression, colour and depth.
web = dict(tiled=True, blockxsize=16, blockysize=32)
write("u8-rgb-zstd-predictor2-tiled", pattern(3, np.uint8), compress="zstd", predictor=2, photometric="rgb", interleave="pixel", **tiled)
write("u16-grey-zstd-strips", pattern(1, np.uint16), compress="zstd", blockysize=9)
write("f32-zstd-predictor3-big-endian", pattern(2, np.float32), compress="zstd", predictor=3, endianness="big", interleave="band", **tiled)
write("u8-rgb-webp-lossless-tiled", pattern(3, np.uint8), compress="webp", webp_lossless=True, photometric="rgb", interleave="pixel", **web)
write("u8-rgb-webp-strips", pattern(3, np.uint8), compress="webp", webp_level=80, photometric="rgb", interleave="pixel", blockysize=11)
write("u8-rgba-webp-lossless-tiled", rgba, colorinterp=RGB + (ColorInterp.alpha,), compress="webp", webp_lossless=True, photometric="rgb", interleave="pixel", **web)
write("u8-rgb-packbits-strips", np.where(hole, pattern(3, np.uint8), 9).astype(np.uint8), compress="packbits", photometric="rgb", interleave="pixel", blockysize=8)
write("u8-rgb-lzma-tiled", pattern(3, np.uint8), compress="lzma", photometric="rgb", interleave="pixel", **tiled)
write("f64-lzma-predictor3-strips", pattern(1, np.float64), compress="lzma", predictor=3, blockysize=7)
write("u8-rgb-lerc-tiled", pattern(3, np.uint8), compress="lerc", photometric="rgb", interleave="pixel", **tiled)
write("u8-rgba-lerc-mask-tiled", rgba, colorinterp=RGB + (ColorInterp.alpha,), compress="lerc", photometric="rgb", interleave="pixel", **tiled)
write("i16-lerc-deflate-planar", pattern(2, np.int16), compress="lerc_deflate", interleave="band", **tiled)
write("f32-lerc-nan-tiled", f32[:1], nodata=np.nan, compress="lerc", max_z_error=0.01, **tiled)
write("f64-lerc-zstd-strips", pattern(1, np.float64), compress="lerc_zstd", blockysize=12)
write("i8-deflate-predictor2", (pattern(1, np.uint8).astype(np.int16) - 125).astype(np.int8), nodata=-125, compress="deflate", predictor=2, **tiled)
write("i8-lerc", (pattern(2, np.uint8).astype(np.int16) - 125).astype(np.int8), compress="lerc", interleave="pixel")
write("u1-grey-strips", (pattern(1, np.uint8) > 120).astype(np.uint8), nbits=1, compress="packbits", blockysize=10)
write("u1-white-is-zero", (pattern(1, np.uint8) > 120).astype(np.uint8), nbits=1, photometric="miniswhite", compress="deflate")
write("u2-grey-tiled", (pattern(1, np.uint8) // 64).astype(np.uint8), nbits=2, compress="lzw", **tiled)
write("u4-rgb-strips", (pattern(3, np.uint8) // 16).astype(np.uint8), nbits=4, photometric="rgb", interleave="pixel", compress="zstd")
write("u7-grey", (pattern(1, np.uint8) // 2).astype(np.uint8), nbits=7, compress="deflate", **tiled)
write("u12-bands-tiled", (pattern(2, np.uint16) // 16).astype(np.uint16), nbits=12, compress="lzw", interleave="pixel", **tiled)
write("u20-grey", (pattern(1, np.uint32) * 16 + 5).astype(np.uint32) % 2**20, nbits=20, compress="deflate")
write("f16-bands-tiled", pattern(2, np.float32), nbits=16, compress="zstd", interleave="pixel", **tiled)
write("i64-grey", pattern(1, np.int64) * 100000, compress="deflate", predictor=2)
write("u64-grey-big-endian", pattern(1, np.uint64) * 3, compress="lzw", endianness="big", **tiled)
write("u8-white-is-zero-nodata", np.where(hole, pattern(1, np.uint8)[0], 255)[None].astype(np.uint8), photometric="miniswhite", nodata=255, compress="deflate")
write("u16-white-is-zero", pattern(1, np.uint16), photometric="miniswhite", compress="lzw", **tiled)
write("u8-cmyk", pattern(4, np.uint8), photometric="cmyk", interleave="pixel", compress="deflate", **tiled)
write("u8-rgb-nodata-predictor2-planar-zstd", nodata_rgb, nodata=0, compress="zstd", predictor=2, photometric="rgb", interleave="band", **tiled)
write("u8-bands4-jpeg-tiled", smooth[[0, 1, 2, 0]], compress="jpeg", jpeg_quality=95, photometric="minisblack", interleave="pixel", **tiled)
write("u8-rgba-jpeg-strips", rgba, colorinterp=RGB + (ColorInterp.alpha,), compress="jpeg", jpeg_quality=95, photometric="rgb", interleave="pixel", blockysize=16)
write("u8-grey-alpha-jpeg", rgba[2:4], colorinterp=(ColorInterp.gray, ColorInterp.alpha), compress="jpeg", jpeg_quality=95, interleave="pixel", blockysize=8)
write("u8-cmyk-jpeg", pattern(4, np.uint8), photometric="cmyk", interleave="pixel", compress="jpeg", jpeg_quality=95, **tiled)


def write_palette(name, bits, overviews=None, **profile):
    index = (pattern(1, np.uint8, 91, 67) >> (8 - bits)).astype(np.uint8)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(HERE / f"{name}.tif", "w", driver="GTiff", width=91, height=67, count=1, dtype="uint8", photometric="palette", nbits=bits, **UTM, **profile) as d:
            d.write(index)
            d.write_colormap(1, {i: (255 * i // (2**bits - 1), 255 - 200 * i // (2**bits - 1), int(128 + 100 * np.sin(9 * i / 2**bits)), 255) for i in range(2**bits)})
            if overviews:
                d.build_overviews(overviews, Resampling.nearest)


write_palette("u8-palette-overviews", 8, overviews=[2], compress="lzw", **tiled)
write_palette("u4-palette-nodata-strips", 4, nodata=7, compress="packbits")
write_palette("u1-palette", 1, compress="deflate")

# Overviews and a mask in files beside the image, as GDAL writes them.
with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False, TIFF_USE_OVR=True, COMPRESS_OVERVIEW="ZSTD"):
    with rasterio.open(HERE / "u8-rgb-beside.tif", "w", driver="GTiff", width=131, height=87, count=3, dtype="uint8", compress="deflate", photometric="rgb", interleave="pixel", **tiled, **UTM) as d:
        d.write(pattern(3, np.uint8, 131, 87))
        d.write_mask(((np.mgrid[0:87, 0:131][1] > 33) * 255).astype(np.uint8))
    with rasterio.open(HERE / "u8-rgb-beside.tif", "r+") as d:
        d.build_overviews([2, 4], Resampling.average)


def shown(path):
    """The image as it is to be seen: palettes and negatives converted (GDAL converts CMYK itself). None where that is as it is stored."""
    with rasterio.open(path) as d:
        raw = d.read()
        mask = d.dataset_mask()
        nbits = int(d.tags(1, ns="IMAGE_STRUCTURE").get("NBITS", np.dtype(d.dtypes[0]).itemsize * 8))
        if "white-is-zero" in path.name:
            # GDAL shows such images by a colour table of greys that counts down; ours count down themselves.
            data = np.where(mask > 0, (2**nbits - 1) - raw.astype(np.int64), 0).astype(raw.dtype)
        elif "palette" in path.name:
            table = d.colormap(1)
            colours = np.array([table[i][:3] for i in range(2**nbits)], np.uint8)
            data = np.moveaxis(colours[raw[0]], -1, 0)
        else:
            return None
        return data, mask, d.transform, d.crs


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


def tiles_of(path, per_zoom=2, zooms=(2, 0, -2)):
    found = []
    with Reader(str(path)) as src:
        with rasterio.open(path) as d:
            indexes = colour_indexes(d)
        b = src.get_geographic_bounds("EPSG:4326") if hasattr(src, "get_geographic_bounds") else src.geographic_bounds
        west, south, east, north = b
        if west > east:
            east += 360
        native = src.maxzoom
        for z in sorted({min(24, max(0, native + step)) for step in zooms}):
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


WIDENED = {"int8": "int16", "int64": "float64", "uint64": "float64"}
# Kinds that were here first have more tiles; of the others one each says that they are placed and shown as well.
FEW_TILES = ("zstd", "webp", "packbits", "lzma", "lerc", "i8-", "u1-", "u2-", "u4-", "u7-", "u12-", "u20-", "f16-", "i64-", "u64-", "white-is-zero", "cmyk", "bands4", "rgba-jpeg", "alpha-jpeg")


def main():
    expected = {}
    for path in sorted(HERE.glob("*.tif")):
        converted = shown(path)
        tile_path = path
        with tempfile.TemporaryDirectory() as folder, rasterio.open(path) as d:
            data = [i for i, c in enumerate(d.colorinterp) if c != ColorInterp.alpha]
            dtype = WIDENED.get(d.dtypes[0], d.dtypes[0])
            levels = []
            for level in range(1 + len(d.overviews(1))):
                with rasterio.open(path, **({"overview_level": level - 1} if level else {})) as o:
                    a = o.read([i + 1 for i in data]).astype(dtype)
                    if converted is not None:
                        if level:
                            table = np.array([d.colormap(1)[i][:3] for i in range(256)], np.uint8)
                            a = np.moveaxis(table[o.read(1)], -1, 0)
                        else:
                            a = converted[0]
                    a = np.moveaxis(a, 0, -1)
                    levels.append({"widthPx": o.width, "heightPx": o.height, "samples": pack(a.astype(a.dtype.newbyteorder("<"))), "mask": pack((o.dataset_mask() > 0).astype(np.uint8))})
            if converted is not None:
                # rio-tiler reads what is stored, so it is given the image as it is shown.
                image, mask, transform, crs = converted
                tile_path = Path(folder) / "shown.tif"
                with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
                    with rasterio.open(tile_path, "w", driver="GTiff", width=image.shape[2], height=image.shape[1], count=image.shape[0], dtype=image.dtype, transform=transform, crs=crs, **({"photometric": "rgb"} if len(image) == 3 else {})) as w:
                        w.write(image)
                        w.write_mask(mask)
                dtype = str(image.dtype)
            elif dtype != d.dtypes[0] or "NBITS" in d.tags(1, ns="IMAGE_STRUCTURE"):
                tile_path = Path(folder) / "widened.tif"
                with rasterio.open(tile_path, "w", driver="GTiff", width=d.width, height=d.height, count=d.count, dtype=dtype, transform=d.transform, crs=d.crs, nodata=d.nodata, **({"photometric": "rgb"} if d.count == 3 else {})) as w:
                    w.write(d.read().astype(dtype))
            t = d.transform
            few = any(kind in path.name for kind in FEW_TILES)
            expected[path.name] = {
                "sampleType": dtype, "bandCount": len(converted[0]) if converted is not None else len(data), "transform": [t.a, t.b, t.c, t.d, t.e, t.f],
                "epsg": d.crs.to_epsg(), "nodata": None if d.nodata is None else str(d.nodata), "levels": levels,
                "tiles": tiles_of(tile_path, **({"per_zoom": 1, "zooms": (0,)} if few else {})),
            }
    (HERE / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()
