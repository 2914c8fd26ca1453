import type { Layer, Polygon } from "@reefline/schema/feature";
import type { NumberedDecision, OutlineCounts, ReviewFilter } from "./outlineShapes.ts";
import type { TileAddress } from "./polygonTile.ts";

/** A prediction at a threshold. */
export interface OutlineSet {
  readonly predictionId: string;
  readonly threshold: number;
}

export interface OutlineState {
  /** Part of the address of its tiles: other decisions or other hidden areas, other tiles. */
  readonly token: string;
  readonly counts: OutlineCounts;
  /** Held-out areas whose labels are not locked: nothing is shown inside them. */
  readonly hiddenAreas: readonly Polygon[];
}

/** What was decided after the tiles of a token were made; null when other ground is hidden now, and the tiles are no use. */
export type OutlineChanges = readonly NumberedDecision[] | null;

/**
 * Saved features and predicted outlines as the map wants them. Reading, simplifying and sorting tens of thousands of polygons takes time, so that
 * the server asks a thread of its own; tests ask in place.
 *
 * Everything about outlines is null while nobody has traced that threshold.
 */
export interface Shapes {
  /** Reads a layer's features before the first of its tiles is asked for. */
  prepare(request: { surveyId: string; layer: Layer }): Promise<void>;
  /** Null: nothing there. @throws AppError `tile/no-version` for an edit that has not happened. */
  featureTile(request: { surveyId: string; layer: Layer; seq: number } & TileAddress, signal?: AbortSignal): Promise<Uint8Array | null>;
  /** @throws AppError `tile/no-version` when other ground is hidden now than when the token was given. */
  outlineTile(request: OutlineSet & TileAddress & { token: string }, signal?: AbortSignal): Promise<Uint8Array | null>;
  outlineState(set: OutlineSet): Promise<OutlineState | null>;
  outlineChanges(request: OutlineSet & { token: string }): Promise<OutlineChanges>;
  decisionOn(request: OutlineSet & { which: { id: string } | { num: number } }): Promise<NumberedDecision | null>;
  step(
    request: OutlineSet & { filter: ReviewFilter; fromNum: number | null; by: 1 | -1 },
  ): Promise<{ num: number | null; position: number; total: number } | null>;
  close(): Promise<void>;
}
