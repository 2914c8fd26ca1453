import { clipRing } from "./clipRing.ts";
import { Growable, type PackedShapes } from "./packedShapes.ts";
import { TileWriter } from "./tileWriter.ts";

/** Units across a tile; the map draws a tile 512 CSS pixels wide. */
export const tileExtent = 4_096;
export const unitsPerPixel = tileExtent / 512;
/** Drawn beyond the tile's edge, so that outlines do not end there. */
export const tileBuffer = 64;
/** Deepest tiles; nearer than that the map enlarges them (a unit is 2 mm at the equator). */
export const deepestTile = 22;
/** Half a pixel: corners that move a ring less are left out. */
const toleranceUnits = unitsPerPixel / 2;
/** Above it the smallest polygons of a tile are left out. */
const tileBytes = 480 * 1_024;

export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

export interface TileContent {
  readonly layerName: string;
  readonly shapes: PackedShapes;
  /** Whether a polygon belongs into the tile at all. */
  includes(place: number): boolean;
  idOf(place: number): number;
  writeTags(place: number, writer: TileWriter): void;
}

/**
 * One vector tile: every polygon whose box meets it and is a pixel wide or high at least, its outline true to half a pixel (at the deepest
 * zoom to the unit), cut with a margin; of the smaller ones some, for all. Where that would make more than half a megabyte the smallest are left
 * out. Null: nothing there.
 */
export function polygonTile({ layerName, shapes, includes, idOf, writeTags }: TileContent, { z, x, y }: TileAddress): Uint8Array | null {
  const tiles = 2 ** z;
  const scale = tiles * tileExtent;
  const margin = tileBuffer / tileExtent;
  const smallest = unitsPerPixel / scale;
  const writer = new TileWriter(layerName, tileExtent);
  const rooms = { ring: new Growable(), clipped: new Growable(), spare: new Growable(), corners: new Int32Array(8_192) };
  // What crosses the antimeridian is also there a whole turn further east or west.
  const turns = shapes.wraps || x === 0 || x === tiles - 1 ? [0, -1, 1] : [0];
  const candidates: { place: number; turn: number; size: number }[] = [];
  for (const turn of turns) {
    const near = shapes.touching({
      minX: (x - margin) / tiles + turn,
      minY: (y - margin) / tiles,
      maxX: (x + 1 + margin) / tiles + turn,
      maxY: (y + 1 + margin) / tiles,
    });
    for (const place of near) {
      const size = shapes.size(place);
      if ((size >= smallest || standsForOthers(place, size / smallest)) && includes(place)) candidates.push({ place, turn, size });
    }
  }
  // The largest first: should the tile get too heavy, the smallest are what it lacks.
  if (candidates.length > 2_000) candidates.sort((a, b) => b.size - a.size);
  for (const { place, turn, size } of candidates) {
    if (writer.byteLength > tileBytes) break;
    const transform = {
      originX: x / tiles + turn,
      originY: y / tiles,
      scale,
      squaredTolerance: z >= deepestTile ? 0 : (toleranceUnits / scale) ** 2,
    };
    writer.begin();
    if (size < smallest) writer.ring(rooms.corners, pixelAt(shapes, place, transform, rooms.corners));
    else writePolygon(shapes, place, writer, rooms, transform);
    writeTags(place, writer);
    writer.end(idOf(place));
  }
  return writer.finish();
}

/**
 * Of polygons smaller than a pixel as many are drawn, a pixel large, as together cover their ground: so ground full of small reefs does not look empty
 * from far away. One that is drawn in a tile is drawn in every nearer one.
 */
function standsForOthers(place: number, sizePx: number): boolean {
  return (Math.imul(place + 1, 0x9e3779b1) >>> 0) / 2 ** 32 < sizePx * sizePx;
}

function pixelAt(
  shapes: PackedShapes,
  place: number,
  { originX, originY, scale }: { originX: number; originY: number; scale: number },
  corners: Int32Array,
): number {
  const { minX, minY } = shapes.box(place);
  const [west, north] = [Math.round((minX - originX) * scale), Math.round((minY - originY) * scale)];
  const [east, south] = [west + unitsPerPixel, north + unitsPerPixel];
  corners.set([west, north, east, north, east, south, west, south]);
  return 4;
}

interface Rooms {
  readonly ring: Growable;
  readonly clipped: Growable;
  readonly spare: Growable;
  corners: Int32Array;
}

function writePolygon(
  shapes: PackedShapes,
  place: number,
  writer: TileWriter,
  rooms: Rooms,
  transform: { originX: number; originY: number; scale: number; squaredTolerance: number },
): void {
  const outer = { isWritten: false, isThin: false };
  const take = (count: number, ring: number) => {
    if (ring > 0 && !outer.isWritten) return;
    const clipped = clipRing(rooms.ring.data, count, -tileBuffer, tileExtent + tileBuffer, rooms.clipped, rooms.spare);
    if (rooms.corners.length < clipped.count * 2 + 6) rooms.corners = new Int32Array(clipped.count * 4 + 6);
    const kept = snapToUnits(clipped.points, clipped.count, rooms.corners);
    if (kept >= 3) writer.ring(rooms.corners, kept);
    if (ring > 0) return;
    outer.isWritten = kept >= 3;
    outer.isThin = kept < 3;
  };
  shapes.rings(place, transform, rooms.ring, take);
  if (!outer.isThin) return;
  // Too few corners were left for an area: all of them, and should even that be a line, a sliver a unit wide.
  shapes.rings(place, { ...transform, squaredTolerance: 0 }, rooms.ring, (count, ring) => {
    if (ring > 0) return;
    take(count, 0);
    if (outer.isWritten) return;
    const clipped = clipRing(rooms.ring.data, count, -tileBuffer, tileExtent + tileBuffer, rooms.clipped, rooms.spare);
    if (clipped.count > 0) writer.ring(rooms.corners, sliver(clipped.points, clipped.count, rooms.corners));
  });
}

/** Whole units without repeated corners; 0 when no area is left. */
function snapToUnits(points: Float64Array, count: number, corners: Int32Array): number {
  let kept = 0;
  for (let corner = 0; corner < count; corner++) {
    const x = Math.round(points[corner * 2] ?? 0);
    const y = Math.round(points[corner * 2 + 1] ?? 0);
    if (kept > 0 && corners[kept * 2 - 2] === x && corners[kept * 2 - 1] === y) continue;
    corners[kept * 2] = x;
    corners[kept * 2 + 1] = y;
    kept++;
  }
  if (kept > 1 && corners[0] === corners[kept * 2 - 2] && corners[1] === corners[kept * 2 - 1]) kept--;
  let doubleArea = 0;
  for (let corner = 0; corner < kept; corner++) {
    const next = corner + 1 < kept ? corner + 1 : 0;
    doubleArea += (corners[corner * 2] ?? 0) * (corners[next * 2 + 1] ?? 0) - (corners[next * 2] ?? 0) * (corners[corner * 2 + 1] ?? 0);
  }
  return doubleArea === 0 ? 0 : kept;
}

/** From the first corner to the one farthest from it, a unit wide. */
function sliver(points: Float64Array, count: number, corners: Int32Array): number {
  const [fromX, fromY] = [Math.round(points[0] ?? 0), Math.round(points[1] ?? 0)];
  let [toX, toY] = [fromX, fromY];
  for (let corner = 1; corner < count; corner++) {
    const [x, y] = [Math.round(points[corner * 2] ?? 0), Math.round(points[corner * 2 + 1] ?? 0)];
    if (Math.hypot(x - fromX, y - fromY) > Math.hypot(toX - fromX, toY - fromY)) [toX, toY] = [x, y];
  }
  const flat = Math.abs(toX - fromX) >= Math.abs(toY - fromY);
  if (flat && toX < fromX) corners.set([toX, toY, fromX, fromY, fromX, fromY + 1]);
  else if (flat) corners.set([fromX, fromY, Math.max(toX, fromX + 1), toY, fromX, fromY + 1]);
  else if (toY < fromY) corners.set([fromX, fromY, fromX - 1, fromY, toX, toY]);
  else corners.set([toX, toY, toX - 1, toY, fromX, fromY]);
  return 3;
}
