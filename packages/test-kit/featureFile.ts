import { type FileHandle, open } from "node:fs/promises";
import type { Grid } from "@reefline/schema/grid";
import { type PixelPolygon, rightHanded } from "./pixelPolygon.ts";
import { ringToLonLat } from "./surveyGrid.ts";

export interface FeatureFile {
  readonly count: number;
  add(polygon: PixelPolygon, properties?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_CHARACTERS = 2 ** 20;

/** A GeoJSON FeatureCollection (RFC 7946) that is written while its polygons are found. Coordinates to 1e-9°, 0.1 mm. */
export async function createFeatureFile(path: string, grid: Grid): Promise<FeatureFile> {
  const file: FileHandle = await open(path, "w");
  const toPositions = ringToLonLat(grid);
  let text = '{"type":"FeatureCollection","features":[';
  let count = 0;
  async function flush(): Promise<void> {
    await file.write(text);
    text = "";
  }
  return {
    get count() {
      return count;
    },
    async add(polygon, properties = {}) {
      const rings = rightHanded(polygon).rings.map((ring) =>
        toPositions(ring)
          .map(([lon, lat]) => `[${lon.toFixed(9)},${lat.toFixed(9)}]`)
          .join(","),
      );
      const geometry = `{"type":"Polygon","coordinates":[${rings.map((ring) => `[${ring}]`).join(",")}]}`;
      text += `${count === 0 ? "\n" : ",\n"}{"type":"Feature","properties":${JSON.stringify(properties)},"geometry":${geometry}}`;
      count++;
      if (text.length > FLUSH_CHARACTERS) await flush();
    },
    async close() {
      text += "\n]}\n";
      await flush();
      await file.close();
    },
  };
}
