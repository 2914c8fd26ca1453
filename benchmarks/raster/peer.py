"""GDAL's side of the benchmark. Each command prints one line of JSON.

peer.py about
peer.py sources FOLDER RGB_TIF [ORTHOMOSAIC]   makes sources of other kinds from a plain RGB one
peer.py convert FROM TO PREDICTOR              gdal_translate, or rasterio's own GDAL where there is none
peer.py check SOURCE OURS THEIRS
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import time

import numpy
import rasterio
from rasterio.enums import Resampling
from rasterio.shutil import copy
from rio_cogeo.cogeo import cog_validate

OPTIONS = {"COMPRESS": "DEFLATE", "LEVEL": "6", "NUM_THREADS": "2", "BLOCKSIZE": "512", "OVERVIEW_RESAMPLING": "AVERAGE"}


def about():
    program = shutil.which("gdal_translate")
    wheel = os.path.join(os.path.dirname(os.path.dirname(rasterio.__file__)), "rasterio.libs")
    libraries = sorted(n for n in os.listdir(wheel) if n.startswith(("libdeflate", "libz"))) if os.path.isdir(wheel) else []
    name = f"rasterio {rasterio.__version__}, GDAL {rasterio.__gdal_version__} with {', '.join(libraries) or 'zlib'}"
    if program:
        version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split(",")[0]
        linked = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        gdal = next((line.split("=>")[1].split()[0] for line in linked.splitlines() if "libgdal" in line), None)
        below = subprocess.run(["ldd", gdal], capture_output=True, text=True).stdout if gdal else ""
        deflate = [line.split("=>")[1].split()[0] for line in below.splitlines() if "libdeflate" in line]
        name = f"{version} ({program}) with {os.path.realpath(deflate[0]) if deflate else 'zlib'}"
    return {"name": name}


def sources(folder, rgb, *rest):
    """Plain strips, as photogrammetry programs write them: a mask, 16 bits, floating point, a real orthomosaic."""
    made = {"rgb": rgb}
    with rasterio.open(rgb) as source:
        profile = source.profile
        size = min(4000, source.width)
        pixels = source.read(window=((0, size), (0, size - 37)))
    profile.update(width=size - 37, height=size, BIGTIFF="NO", compress=None)
    rows, cols = numpy.mgrid[0:size, 0 : size - 37]
    inside = ((cols - size * 0.52) ** 2 / (size * 0.45) ** 2 + (rows - size * 0.47) ** 2 / (size * 0.5) ** 2 < 1).astype("uint8")

    made["rgb with mask"] = os.path.join(folder, "mask.tif")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(made["rgb with mask"], "w", **profile) as target:
        target.write(pixels * inside)
        target.write_mask(inside * 255)

    generator = numpy.random.default_rng(7)
    wide = pixels.astype("uint16") * 41 + generator.integers(0, 41, pixels.shape, dtype="uint16")
    wide = numpy.concatenate([wide, wide[1:2] * 2 + 300])
    made["uint16 of 4 bands"] = os.path.join(folder, "uint16.tif")
    options = dict(profile, dtype="uint16", count=4, nodata=0)
    with rasterio.open(made["uint16 of 4 bands"], "w", **options) as target:
        target.write(wide * inside)

    ground = pixels[1].astype("float32")
    for axis in (0, 1):
        ground = sum(numpy.roll(ground, shift, axis) for shift in range(-4, 5)) / 9
    made["float32"] = os.path.join(folder, "float32.tif")
    options = dict(profile, dtype="float32", count=1, nodata=-9999, photometric="MINISBLACK")
    with rasterio.open(made["float32"], "w", **options) as target:
        target.write(numpy.where(inside == 1, ground * 0.01 - 0.7, -9999).astype("float32"), 1)

    for path in rest:
        made["banepa"] = os.path.join(folder, "banepa.tif")
        with rasterio.open(path) as source:
            real = dict(driver="GTiff", width=source.width, height=source.height, count=3, dtype="uint8")
            real.update(crs=source.crs, transform=source.transform, photometric="RGB")
            with rasterio.open(made["banepa"], "w", **real) as target:
                target.write(source.read([1, 2, 3]))
    return made


def convert(source, target, predictor):
    options = dict(OPTIONS, PREDICTOR=predictor)
    program = shutil.which("gdal_translate")
    started = time.perf_counter()
    if program:
        words = [word for key, value in options.items() for word in ("-co", f"{key}={value}")]
        subprocess.run([program, "-q", "-of", "COG", *words, source, target], check=True)
        who = resource.RUSAGE_CHILDREN
    else:
        copy(source, target, driver="COG", **options)
        who = resource.RUSAGE_SELF
    seconds = time.perf_counter() - started
    used = resource.getrusage(who)
    return {"seconds": seconds, "cpuSeconds": used.ru_utime + used.ru_stime, "peakMiB": used.ru_maxrss / 1024}


def windows(dataset):
    for row in range(0, dataset.height, 1024):
        yield ((row, min(dataset.height, row + 1024)), (0, dataset.width))


def shapes(path, levels):
    found = []
    for level in range(len(levels)):
        with rasterio.open(path, overview_level=level) as overview:
            found.append(overview.shape)
    return found


def same_levels(ours, theirs, levels):
    with rasterio.open(theirs) as dataset:
        if len(dataset.overviews(1)) != len(levels):
            return False
    return shapes(ours, levels) == shapes(theirs, levels)


def overviews_of(source, levels):
    """GDAL's COG driver rounds odd sizes down and gdaladdo up, as we do: where they differ, gdaladdo is what ours are held against."""
    path = source + ".reference.tif"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        copy(source, path, driver="GTiff", TILED="YES")
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2 ** (level + 1) for level in range(len(levels))], Resampling.average)
    return path


def check(source, ours, theirs):
    equal, masks = True, True
    with rasterio.open(source) as a, rasterio.open(ours) as b:
        for window in windows(a):
            valid = a.dataset_mask(window=window) > 0
            masks = masks and bool((valid == (b.dataset_mask(window=window) > 0)).all())
            equal = equal and bool((a.read(window=window) == b.read(window=window))[:, valid].all())
        levels = b.overviews(1)
    reference = theirs if same_levels(ours, theirs, levels) else overviews_of(source, levels)
    worst = []
    for level in range(len(levels)):
        with rasterio.open(ours, overview_level=level) as a, rasterio.open(reference, overview_level=level) as b:
            if a.shape != b.shape:
                return {"error": f"overview {level}: {a.shape} and {b.shape}"}
            largest = 0.0
            for window in windows(a):
                both = (a.dataset_mask(window=window) > 0) & (b.dataset_mask(window=window) > 0)
                difference = numpy.abs(a.read(window=window).astype("float64") - b.read(window=window))[:, both]
                largest = max(largest, float(difference.max(initial=0)))
            worst.append(largest)
    if reference != theirs:
        os.remove(reference)
    valid, errors, warnings = cog_validate(ours, strict=True, quiet=True)
    return {"pixelsEqual": equal, "masksEqual": masks, "overviewDifference": worst, "beside": "gdal_translate" if reference == theirs else "gdaladdo", "valid": valid, "errors": errors + warnings}


command, *arguments = sys.argv[1:]
print(json.dumps({"about": about, "sources": sources, "convert": convert, "check": check}[command](*arguments)))
