import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";

/** Ground of the painted survey that its ragged border never reaches. */
const marginPx = 320;

/**
 * Rows of a survey of any size: the middle of a painted one, repeated and mirrored so that neither edge nor seam shows.
 * @param path the painted survey; all of it is held in memory
 */
export async function mirroredRows(path: string, sizePx: number): Promise<(rowOff: number, count: number) => Uint8Array> {
  const raster = await openGeoTiff(await openFileSource(path));
  const side = raster.grid.widthPx - 2 * marginPx;
  const { data } = await raster.read({ colOff: marginPx, rowOff: marginPx, widthPx: side, heightPx: side });
  await raster.close();
  const mirrored = (position: number): number => {
    const folded = position % (2 * side);
    return folded < side ? folded : 2 * side - 1 - folded;
  };
  const pixel = (from: number, to: number, source: Uint8Array, target: Uint8Array): void => {
    target[to] = source[from] ?? 0;
    target[to + 1] = source[from + 1] ?? 0;
    target[to + 2] = source[from + 2] ?? 0;
  };
  const ground = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rows = new Map<number, Uint8Array>();
  const rowOf = (row: number): Uint8Array => {
    const source = mirrored(row);
    const made = rows.get(source);
    if (made) return made;
    const line = new Uint8Array(sizePx * 3);
    for (let col = 0; col < sizePx; col++) pixel((source * side + mirrored(col)) * 3, col * 3, ground, line);
    if (rows.size > 512) rows.clear();
    rows.set(source, line);
    return line;
  };
  return (rowOff, count) => {
    const out = new Uint8Array(sizePx * 3 * count);
    for (let row = 0; row < count; row++) out.set(rowOf(rowOff + row), row * sizePx * 3);
    return out;
  };
}
