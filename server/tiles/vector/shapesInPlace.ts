import { AppError } from "@reefline/schema/errors";
import type { Layer } from "@reefline/schema/feature";
import { lastEditSeq } from "../../storage/edits.ts";
import { findPolygonSet } from "../../storage/polygonSets.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Database } from "../../storage/store.ts";
import { LabelShapes } from "./labelShapes.ts";
import { OutlineShapes } from "./outlineShapes.ts";
import { polygonTile } from "./polygonTile.ts";
import type { OutlineSet, Shapes } from "./shapes.ts";
import { TileCache } from "./tileCache.ts";

/** Corners kept in memory, about 25 million; the set that was not asked for longest goes first. */
const keptBytes = 320 * 2 ** 20;
const cachedTileBytes = 48 * 2 ** 20;

type Kept = LabelShapes | OutlineShapes;

/** `Shapes` within this process. */
export function shapesInPlace(db: Database): Shapes {
  const kept = new Map<string, Kept>();
  const cache = new TileCache(cachedTileBytes);

  const keep = <T extends Kept>(key: string, known: T | null, make: () => T): T => {
    const shapes = known ?? make();
    kept.delete(key);
    kept.set(key, shapes);
    let bytes = 0;
    for (const one of kept.values()) bytes += one.byteLength;
    for (const [oldKey, old] of kept) {
      if (bytes <= keptBytes || old === shapes) break;
      kept.delete(oldKey);
      bytes -= old.byteLength;
    }
    return shapes;
  };

  const outlines = async ({ predictionId, threshold }: OutlineSet): Promise<OutlineShapes | null> => {
    const set = await findPolygonSet(db, predictionId, threshold);
    if (!set) return null;
    const { surveyId } = await predictionById(db, predictionId);
    const key = `outlines/${set.num}/${set.createdAt}`;
    const known = kept.get(key);
    const shapes = keep(
      key,
      known instanceof OutlineShapes ? known : null,
      () => new OutlineShapes(db, { setNum: set.num, createdAt: set.createdAt, predictionId, surveyId }),
    );
    try {
      await shapes.upToDate();
    } catch (error) {
      // Half read it is no use; the next to ask reads it afresh.
      kept.delete(key);
      throw error;
    }
    return shapes;
  };

  const noVersion = () => new AppError("not-found", "tile/no-version", "The map moved on since this tile was asked for. Reload the page.");

  const features = (surveyId: string, layer: Layer): LabelShapes => {
    const key = `features/${surveyId}/${layer}`;
    const known = kept.get(key);
    return keep(key, known instanceof LabelShapes ? known : null, () => new LabelShapes(db, surveyId, layer));
  };

  return {
    async prepare({ surveyId, layer }) {
      await features(surveyId, layer).reach(await lastEditSeq(db, surveyId));
    },
    async featureTile({ surveyId, layer, seq, z, x, y }) {
      const shapes = features(surveyId, layer);
      if (!(await shapes.reach(seq))) throw noVersion();
      return cache.tile(`features/${surveyId}/${layer}/${seq}/${z}/${x}/${y}`, () => polygonTile(shapes.contentAt(seq), { z, x, y }));
    },
    async outlineTile({ predictionId, threshold, token, z, x, y }) {
      const shapes = await outlines({ predictionId, threshold });
      if (!shapes || visiblePart(token) !== visiblePart(shapes.token)) throw noVersion();
      return cache.tile(`${predictionId}/${threshold}/${shapes.token}/${z}/${x}/${y}`, () => polygonTile(shapes.content(), { z, x, y }));
    },
    async outlineState(set) {
      const shapes = await outlines(set);
      return shapes ? { token: shapes.token, counts: shapes.counts(), hiddenAreas: shapes.hiding } : null;
    },
    async outlineChanges({ token, ...set }) {
      const shapes = await outlines(set);
      const version = Number(token.split(".")[0]);
      return shapes && visiblePart(token) === visiblePart(shapes.token) && Number.isFinite(version) ? shapes.changedSince(version) : null;
    },
    async decisionOn({ which, ...set }) {
      return (await outlines(set))?.decisionOn(which) ?? null;
    },
    async step({ filter, fromNum, by, ...set }) {
      return (await outlines(set))?.step(filter, fromNum, by) ?? null;
    },
    async close() {
      kept.clear();
    },
  };
}

/** Which set it is and what of it is hidden; the rest of a token is the decisions' version. */
const visiblePart = (token: string) => token.split(".")[1];
