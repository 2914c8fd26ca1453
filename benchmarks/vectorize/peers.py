"""Peers of `bench:vectorize`; each run prints one line of JSON with seconds, polygons and peak memory.

    python peers.py store MASK.bin SIZE OUT.tif [NODATA] the mask as a tiled, compressed GeoTIFF
    python peers.py shapes MASK.bin SIZE                 rasterio.features.shapes on the mask in memory
    python peers.py shapes-file MASK.tif OUT.fgb         rasterio.features.shapes, written by pyogrio
    python peers.py shapes-memory MASK.bin SIZE OUT.fgb  the same from memory
    python peers.py program COMMAND…                     any program: how long it takes, and the most memory
    python3 peers.py gdal-memory MASK.bin SIZE OUT.fgb   the same function on a mask in memory (needs osgeo)
    python peers.py count FILE.fgb                       polygons and holes in a file
"""

import json
import os
import resource
import subprocess
import sys
import time


def report(seconds, polygons, who=resource.RUSAGE_SELF):
    print(json.dumps({"seconds": seconds, "polygons": polygons, "peakMb": resource.getrusage(who).ru_maxrss / 1024}))


def store(source, size, out, nodata=None):
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    mask = np.memmap(source, dtype=np.uint8, mode="r", shape=(size, size))
    with rasterio.open(
        out, "w", driver="GTiff", width=size, height=size, count=1, dtype="uint8", crs="EPSG:32618",
        transform=from_origin(352_000, 3_841_000, 0.05, 0.05), tiled=True, blockxsize=512, blockysize=512, compress="deflate", nodata=nodata,
    ) as file:
        for row in range(0, size, 512):
            rows = min(512, size - row)
            file.write(mask[row : row + rows], 1, window=((row, row + rows), (0, size)))
    report(0, 0)


def shapes(source, size):
    import numpy as np
    from rasterio.features import shapes

    mask = np.fromfile(source, dtype=np.uint8).reshape(size, size)
    started = time.perf_counter()
    count = sum(1 for _ in shapes(mask, mask=mask, connectivity=4))
    report(time.perf_counter() - started, count)


def shapes_file(source, out):
    import numpy as np
    import pyogrio
    import rasterio
    from rasterio.features import shapes
    from shapely import to_wkb
    from shapely.geometry import shape

    with rasterio.open(source) as file:
        mask = file.read(1)
        transform, crs = file.transform, file.crs.to_string()
    found = [shape(geometry) for geometry, _ in shapes(mask, mask=mask, connectivity=4, transform=transform)]
    pyogrio.raw.write(out, to_wkb(np.array(found)), [np.ones(len(found), dtype=np.int32)], ["DN"], geometry_type="Polygon", crs=crs, driver="FlatGeobuf")
    report(0, len(found))


def shapes_memory(source, size, out):
    import numpy as np
    import pyogrio
    from rasterio.features import shapes
    from rasterio.transform import from_origin
    from shapely import to_wkb
    from shapely.geometry import shape

    mask = np.fromfile(source, dtype=np.uint8).reshape(size, size)
    started = time.perf_counter()
    transform = from_origin(352_000, 3_841_000, 0.05, 0.05)
    found = [shape(geometry) for geometry, _ in shapes(mask, mask=mask, connectivity=4, transform=transform)]
    pyogrio.raw.write(
        out, to_wkb(np.array(found)), [np.ones(len(found), dtype=np.int32)], ["DN"], geometry_type="Polygon", crs="EPSG:32618", driver="FlatGeobuf"
    )
    report(time.perf_counter() - started, len(found))


def gdal_memory(source, size, out):
    import numpy as np
    from osgeo import gdal, ogr, osr

    mask = np.fromfile(source, dtype=np.uint8).reshape(size, size)
    raster = gdal.GetDriverByName("MEM").Create("", size, size, 1, gdal.GDT_Byte)
    raster.SetGeoTransform((352_000, 0.05, 0, 3_841_000, 0, -0.05))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32618)
    band = raster.GetRasterBand(1)
    band.WriteArray(mask)
    if os.path.exists(out):
        os.remove(out)
    started = time.perf_counter()
    vector = ogr.GetDriverByName("FlatGeobuf").CreateDataSource(out)
    layer = vector.CreateLayer("mask", reference, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("DN", ogr.OFTInteger))
    gdal.Polygonize(band, band, layer, 0)
    count = layer.GetFeatureCount()
    del layer
    vector = None
    report(time.perf_counter() - started, count)


def program(*command):
    """Any program, timed from here, so that it costs the same to start each."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report(time.perf_counter() - started, 0, resource.RUSAGE_CHILDREN)


def count(path):
    import pyogrio
    import shapely

    polygons = shapely.from_wkb(pyogrio.raw.read(path)[2])
    print(json.dumps({
        "polygons": len(polygons),
        "holes": int(shapely.get_num_interior_rings(polygons).sum()),
        "area": float(shapely.area(polygons).sum()),
        "valid": bool(shapely.is_valid(polygons).all()),
    }))


verb, *words = sys.argv[1:]
if verb == "store":
    store(words[0], int(words[1]), words[2], int(words[3]) if len(words) > 3 else None)
elif verb == "shapes":
    shapes(words[0], int(words[1]))
elif verb == "shapes-file":
    shapes_file(*words)
elif verb == "shapes-memory":
    shapes_memory(words[0], int(words[1]), words[2])
elif verb == "gdal-memory":
    gdal_memory(words[0], int(words[1]), words[2])
elif verb == "program":
    program(*words)
else:
    count(*words)
