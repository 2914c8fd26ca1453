import { stat } from "node:fs/promises";
import { join } from "node:path";
import { photoGroup } from "@reefline/formats/photoGroup";
import { layOutSheet } from "@reefline/geo/photoSheet";
import { pixelGrid } from "@reefline/geo/pixelCrs";
import { AppError } from "@reefline/schema/errors";
import type { Photo } from "@reefline/schema/photo";
import { listPhotos, type PhotoFile } from "../assets/listPhotos.ts";
import { photoDecoder } from "../assets/photoDecoder.ts";
import type { PhotoFacts, PhotoPixels } from "../assets/photoFacts.ts";
import { photoSheetRaster, type SheetPhoto } from "../assets/photoSheetRaster.ts";
import { setPhotos } from "../storage/photos.ts";
import type { ImportParams, ImportSource } from "./importSource.ts";
import type { JobRun } from "./jobRun.ts";
import { uploadedPhotos } from "./uploadedPhotos.ts";

/** Names told one by one in a note; the rest as a number. */
const namesTold = 12;

interface Looked {
  readonly photos: readonly (PhotoFile & { readonly facts: PhotoFacts })[];
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

/**
 * A folder of photos, or photos that were uploaded together, as one sheet. A file that cannot be read is left out and told by name.
 * @throws AppError `photos/none-usable`, and what listing the folder throws
 */
export async function photoSource(run: JobRun, params: ImportParams): Promise<ImportSource> {
  const { store, signal } = run;
  const { limits } = store.config;
  const {
    photos: files,
    notes,
    tidy,
  } = params.photos === "list"
    ? await uploadedPhotos(params.path)
    : { ...(await listPhotos(params.path, limits.photoCount)), tidy: async () => {} };
  const decoder = photoDecoder(limits, signal);
  try {
    const { photos: usable, refused } = await lookAtAll(run, files, decoder);
    const [first] = usable;
    if (!first) {
      throw new AppError("bad-input", "photos/none-usable", `None of the ${files.length} photos can be used. ${refusedInWords(refused)}`);
    }
    const pixels: PhotoPixels = {
      bandCount: usable.every(({ facts }) => facts.bandCount === 1) ? 1 : 3,
      sampleType: usable.every(({ facts }) => facts.bits === 16) ? "uint16" : "uint8",
      withAlpha: usable.some(({ facts }) => facts.hasAlpha),
    };
    const layout = layOutSheet(
      usable.map(({ facts }) => facts),
      limits.rasterPixels,
    );
    const placed: (SheetPhoto & Photo)[] = usable.map(({ name, path, facts }, index) => {
      const { colOff, rowOff } = layout.places[index] ?? { colOff: 0, rowOff: 0 };
      const { widthPx, heightPx, takenOn } = facts;
      return { index, name, path, group: photoGroup(name, takenOn), colOff, rowOff, widthPx, heightPx };
    });
    const sheet = { widthPx: layout.widthPx, heightPx: layout.heightPx, photos: placed, pixels };
    const probe = {
      grid: { ...pixelGrid(layout.widthPx, layout.heightPx) },
      bandNames: pixels.bandCount === 1 ? ["grey"] : ["red", "green", "blue"],
      sampleType: pixels.sampleType,
      maskKind: "internal" as const,
      nodata: null,
      blockHeightPx: 512,
      isCog: false,
    };
    const groups = new Set(placed.map(({ group }) => group)).size;
    const narrowed = pixels.sampleType === "uint8" && usable.some(({ facts }) => facts.bits === 16);
    return {
      probe,
      keptFile: null,
      open: async (scratch) => photoSheetRaster(sheet, join(scratch, "photos"), decoder),
      paths: placed.map(({ path }) => path),
      fileName: `${placed.length} ${placed.length === 1 ? "photo" : "photos"}`,
      notes: [
        `${placed.length} photos in ${groups} ${groups === 1 ? "group" : "groups"} (site, flight and day); everything is measured in pixels.`,
        ...(refused.length > 0 ? [refusedInWords(refused)] : []),
        ...(narrowed ? ["Some photos have 16 bits a colour and others 8: all are kept with 8."] : []),
        ...notes,
      ],
      named: (image) => ({ ...image, photoCount: placed.length }),
      publish: (trx) =>
        setPhotos(
          trx,
          params.surveyId,
          placed.map(({ path: _path, ...photo }) => photo),
        ),
      tidy,
      close: () => decoder.close(),
      scratchBytes: sheetRowBytes(placed, pixels),
    };
  } catch (error) {
    decoder.close();
    throw error;
  }
}

async function lookAtAll(run: JobRun, files: readonly PhotoFile[], decoder: ReturnType<typeof photoDecoder>): Promise<Looked> {
  const photos: Looked["photos"][number][] = [];
  const refused: Looked["refused"][number][] = [];
  for (const [index, file] of files.entries()) {
    run.signal.throwIfAborted();
    run.wish();
    run.progress({ message: `Looking at photo ${index + 1} of ${files.length}`, fraction: index / files.length, secondsLeft: null });
    const isThere = await stat(file.path).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      refused.push({ name: file.name, why: "it is not there any more" });
      continue;
    }
    try {
      photos.push({ ...file, facts: await decoder.look(file.path) });
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === "cancelled") throw error;
      refused.push({ name: file.name, why: error.message });
    }
  }
  return { photos, refused };
}

function refusedInWords(refused: Looked["refused"]): string {
  const told = refused.slice(0, namesTold).map(({ name, why }) => `${name}: ${why}`);
  const more = refused.length > namesTold ? ` And ${refused.length - namesTold} more.` : "";
  return `Left out: ${told.join(" ")}${more}`;
}

/** Two rows of photos lie decoded on disk at once, at most. */
function sheetRowBytes(photos: readonly Photo[], { bandCount, sampleType, withAlpha }: PhotoPixels): number {
  const rows = new Map<number, number>();
  const perPixel = (bandCount + (withAlpha ? 1 : 0)) * (sampleType === "uint16" ? 2 : 1);
  for (const { rowOff, widthPx, heightPx } of photos) rows.set(rowOff, (rows.get(rowOff) ?? 0) + widthPx * heightPx * perPixel);
  return 2 * Math.max(...rows.values());
}
