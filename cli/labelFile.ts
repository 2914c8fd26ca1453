import { readFile, stat } from "node:fs/promises";
import { parseGeoJson } from "@reefline/formats/geojsonImport";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import { noFile, type Session } from "./session.ts";

/** A file's bytes. @throws AppError when there is none, or it is larger than can be read at once. */
export async function readLabelFile(session: Session, file: string): Promise<Uint8Array> {
  const { size } = await stat(file).catch(() => {
    throw noFile(file);
  });
  const limit = session.ctx.store.config.limits.jsonBytes;
  if (size > limit) {
    const megabytes = Math.floor(limit / 2 ** 20);
    throw new AppError(
      "limit",
      "cli/too-large",
      `${file} is larger than the ${megabytes} MB that can be read at once. Split it into parts.`,
    );
  }
  return readFile(file);
}

/** The polygons of a GeoJSON file in longitude and latitude. @throws AppError `cli/no-polygons` */
export async function readPolygons(session: Session, file: string): Promise<Polygon[]> {
  const { polygons } = await parseGeoJson(await readLabelFile(session, file), session.ctx.store.config.limits);
  if (polygons.length === 0) throw new AppError("bad-input", "cli/no-polygons", `${file} holds no polygon.`);
  return polygons.map((polygon) => polygon.geometry);
}
