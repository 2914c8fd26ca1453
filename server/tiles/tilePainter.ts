import type { Limits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import type { TileStyle } from "@reefline/schema/tileStyle";
import sharp from "sharp";
import type { RasterPlace } from "../assets/rasterPlace.ts";
import { type EncodedTile, renderImageryTile } from "./imageryTile.ts";
import { RasterPool } from "./rasterPool.ts";
import { renderValueTile } from "./valueTile.ts";

/** One tile as plain data: it may be painted in another thread. */
export interface TileRequest {
  readonly place: RasterPlace;
  /** Names what lies there: asset id and version. */
  readonly key: string;
  /** Imagery is shown in colours; amounts and classes go out as they are, for the page to colour. */
  readonly kind: "imagery" | "amounts" | "classes";
  readonly bands: SurveyImage["bands"];
  /** null: the image's own colours and stretch. */
  readonly style: TileStyle | null;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly sizePx: number;
}

export interface TilePainter {
  /** null: nothing was measured there. @throws AppError as reading does; `raster/cancelled` when the signal aborts */
  paint(request: TileRequest, signal: AbortSignal): Promise<EncodedTile | null>;
  close(): Promise<void>;
}

/** Paints in this thread. */
export function paintHere(limits: Limits): TilePainter {
  // Tiles are small and many: one thread of libvips each.
  sharp.concurrency(1);
  const pool = new RasterPool({ limits });
  return {
    paint: ({ place, key, kind, bands, style, z, x, y, sizePx }, signal) =>
      pool.use(place, key, (raster) =>
        kind === "imagery"
          ? renderImageryTile({ raster, image: { bands }, style, z, x, y, sizePx, signal })
          : renderValueTile({ raster, values: kind, z, x, y, sizePx, signal }),
      ),
    close: () => pool.close(),
  };
}
