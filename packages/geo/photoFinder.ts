import type { Photo } from "@reefline/schema/photo";

/** Which photo a place on the sheet lies on. Photos are in rows, so only a row is looked through. */
export function photoFinder<P extends Photo>(photos: readonly P[]): (col: number, row: number) => P | null {
  const rows = new Map<number, P[]>();
  for (const photo of photos) {
    const known = rows.get(photo.rowOff);
    if (known) known.push(photo);
    else rows.set(photo.rowOff, [photo]);
  }
  const tops = [...rows.keys()].sort((a, b) => a - b);
  return (col, row) => {
    let [low, high] = [0, tops.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((tops[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const found = rows.get(tops[low] ?? 0)?.find((photo) => col >= photo.colOff && col < photo.colOff + photo.widthPx);
    return found && row >= found.rowOff && row < found.rowOff + found.heightPx ? found : null;
  };
}
