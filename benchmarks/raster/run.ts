/** Milliseconds for a map tile and for a scaled window of one raster: `reefline bench raster [FILE]`. Prints a table. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { gridGsdMeters, pixelToLonLat, rescaleGrid } from "@reefline/geo/grid";
import { tileOfLonLat } from "@reefline/geo/mercator";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import { readScaled } from "@reefline/raster/readScaled";
import { chooseStretch } from "@reefline/raster/stretch";
import { renderImageryTile } from "../../server/tiles/imageryTile.ts";

const root = process.env.REEFLINE_ROOT ?? process.cwd();
const shared = process.env.REEFLINE_SHARED_DATA ?? join(dirname(root), "shared", "data");
const path = process.argv.slice(2).find((word) => /\.tiff?$/i.test(word)) ?? join(shared, "banepa", "orthomosaic.tif");
if (!existsSync(path)) {
  process.stderr.write(`There is no ${path}; name a GeoTIFF.\n`);
  process.exit(2);
}

const quantile = (sorted: readonly number[], share: number): string =>
  (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);

function print(what: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  process.stdout.write(
    `${what.padEnd(34)} ${String(sorted.length).padStart(5)} ${quantile(sorted, 0.5).padStart(8)} ${quantile(sorted, 0.95).padStart(8)}\n`,
  );
}

const raster = await openGeoTiff(await openFileSource(path));
const stretches = await chooseStretch(raster);
const image = { bands: raster.bandNames.map((name, i) => ({ name, stretch: stretches[i] ?? { low: 0, high: 255 } })) };
const { lon, lat } = pixelToLonLat(raster.grid)(raster.grid.widthPx * 0.4, raster.grid.heightPx * 0.5);
const nativeZoom = Math.round(Math.log2((156_543.03 * Math.cos((lat * Math.PI) / 180)) / gridGsdMeters(raster.grid)));

process.stdout.write(`${"".padEnd(34)} count   p50 ms   p95 ms\n`);
for (const z of [nativeZoom + 1, nativeZoom, nativeZoom - 1, nativeZoom - 2]) {
  const centre = tileOfLonLat(z, lon, lat);
  const cold: number[] = [];
  const warm: number[] = [];
  for (const times of [cold, warm, warm, warm]) {
    for (let dx = -2; dx <= 2; dx++) {
      for (let dy = -2; dy <= 2; dy++) {
        const started = performance.now();
        const tile = await renderImageryTile({ raster, image, z, x: centre.x + dx, y: centre.y + dy });
        if (tile) times.push(performance.now() - started);
      }
    }
  }
  print(`tile, zoom ${z}, first time`, cold);
  print(`tile, zoom ${z}, blocks in memory`, warm);
}
for (const factor of [1, 1.9, 3]) {
  const grid = rescaleGrid(raster.grid, gridGsdMeters(raster.grid) * factor);
  const sizePx = Math.min(512, Math.floor(grid.widthPx / 3), Math.floor(grid.heightPx / 3));
  const times: number[] = [];
  for (let i = 0; i < 24; i++) {
    const started = performance.now();
    await readScaled(raster, grid, {
      colOff: (i % 3) * sizePx,
      rowOff: (Math.floor(i / 3) % 3) * sizePx,
      widthPx: sizePx,
      heightPx: sizePx,
    });
    times.push(performance.now() - started);
  }
  print(`window ${sizePx} px, pixels × ${factor}`, times);
}
await raster.close();
