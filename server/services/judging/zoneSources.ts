import { parseGeoJson } from "@reefline/formats/geojsonImport";
import { applyAffine } from "@reefline/geo/affine";
import { gridPixelMeters, pixelToLonLat } from "@reefline/geo/grid";
import { AppError } from "@reefline/schema/errors";
import type { Layer, Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { type ZoneSource, zoneLimit } from "@reefline/schema/zones";
import { featuresOf } from "../../storage/features.ts";
import type { Store } from "../../storage/store.ts";

/** A named piece of ground; several polygons count as one. */
export interface Zone {
  readonly name: string;
  readonly polygons: readonly Polygon[];
}

/** Attributes that name a zone, in the order they are looked for. */
const nameAttributes = ["name", "zone", "label", "title", "id"];
const layerWords: Record<Layer, string> = { label: "Label", examined: "Examined area", holdout: "Held-out area", ignore: "Ignored area" };

/** The zones a request means. @throws AppError `zones/none`, `zones/too-many`, and what reading the file throws. */
export async function zonesOf(store: Store, surveyId: string, grid: Grid, source: ZoneSource): Promise<{ zones: Zone[]; notes: string[] }> {
  const { zones, notes } = await read(store, surveyId, grid, source);
  if (zones.length === 0)
    throw new AppError("bad-input", "zones/none", "There is no zone to count in: choose a layer that has polygons, or a file with some.");
  if (zones.length > zoneLimit)
    throw new AppError(
      "limit",
      "zones/too-many",
      `${zones.length} zones are more than the ${zoneLimit} one table can hold. Use larger squares, or split the file.`,
    );
  return { zones, notes };
}

async function read(store: Store, surveyId: string, grid: Grid, source: ZoneSource): Promise<{ zones: Zone[]; notes: string[] }> {
  if (source.kind === "grid") return { zones: squares(grid, source.sizeMeters), notes: [] };
  if (source.kind === "layer") {
    const features = await featuresOf(store.db, surveyId, source.layer);
    return {
      zones: features.map(({ geometry, class: name, layer }, i) => ({
        name: `${layer === "label" ? name : layerWords[layer]} ${i + 1}`,
        polygons: [geometry],
      })),
      notes: [],
    };
  }
  const { polygons, report } = await parseGeoJson(new TextEncoder().encode(source.text), store.config.limits);
  const byFeature = new Map<number, { name: string; polygons: Polygon[] }>();
  for (const { geometry, properties, featureIndex } of polygons) {
    const zone = byFeature.get(featureIndex);
    if (zone) zone.polygons.push(geometry);
    else byFeature.set(featureIndex, { name: nameOf(properties) ?? `Zone ${featureIndex + 1}`, polygons: [geometry] });
  }
  return {
    zones: [...byFeature.values()],
    notes: [
      ...report.skipped.map((note) => `left out ${note.count}: ${note.reason}`),
      ...report.changed.map((note) => `changed ${note.count}: ${note.reason}`),
    ],
  };
}

function nameOf(properties: Record<string, unknown>): string | null {
  for (const wanted of nameAttributes)
    for (const [key, value] of Object.entries(properties))
      if (key.toLowerCase() === wanted && (typeof value === "string" || typeof value === "number") && String(value).trim() !== "")
        return String(value).trim().slice(0, 200);
  return null;
}

/** Squares of ground from the image's first corner on, named by row and column (A1, A2, …, B1, …); the last ones end with the image. */
export function squares(grid: Grid, sizeMeters: number): Zone[] {
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  const [stepCols, stepRows] = [sizeMeters / colMeters, sizeMeters / rowMeters];
  const [columns, rows] = [Math.ceil(grid.widthPx / stepCols - 1e-9), Math.ceil(grid.heightPx / stepRows - 1e-9)];
  if (columns * rows > zoneLimit)
    throw new AppError(
      "limit",
      "zones/too-many",
      `Squares of ${sizeMeters} m make ${columns * rows} zones here, more than the ${zoneLimit} one table can hold. Use larger squares.`,
    );
  const toLonLat = pixelToLonLat(grid);
  const origin = applyAffine(grid.transform, 0, 0);
  const along = applyAffine(grid.transform, 1, 0);
  const down = applyAffine(grid.transform, 0, 1);
  // Mirrored grids turn rings over.
  const turns = (along.x - origin.x) * (down.y - origin.y) - (along.y - origin.y) * (down.x - origin.x) > 0 ? 1 : -1;
  const zones: Zone[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [left, right] = [column * stepCols, Math.min(grid.widthPx, (column + 1) * stepCols)];
      const [top, bottom] = [row * stepRows, Math.min(grid.heightPx, (row + 1) * stepRows)];
      const corners = [toLonLat(left, top), toLonLat(right, top), toLonLat(right, bottom), toLonLat(left, bottom), toLonLat(left, top)].map(
        ({ lon, lat }): [number, number] => [lon, lat],
      );
      zones.push({
        name: `${letters(row)}${column + 1}`,
        polygons: [{ type: "Polygon", coordinates: [turns > 0 ? corners : corners.reverse()] }],
      });
    }
  return zones;
}

/** 0 → A, 25 → Z, 26 → AA. */
function letters(index: number): string {
  const before = Math.floor(index / 26);
  return `${before > 0 ? letters(before - 1) : ""}${String.fromCharCode(65 + (index % 26))}`;
}
