import { z } from "zod";

/** Pixel corner (col, row) to CRS (x, y): x = a·col + b·row + c, y = d·col + e·row + f. */
export const affineSchema = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]).readonly();

export const crsSchema = z.object({
  /** EPSG code when the file names one. */
  epsg: z.number().int().positive().nullable(),
  /** Definition that proj4 understands. */
  proj4: z.string(),
  kind: z.enum(["projected", "geographic"]),
  /** Metres per unit of a projected CRS; 1 for geographic ones, whose unit is the degree. */
  metersPerUnit: z.number().positive(),
  name: z.string(),
});

export const gridSchema = z.object({
  crs: crsSchema,
  transform: affineSchema,
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
});

/** Degrees, WGS 84. `west > east` where it crosses the antimeridian. */
export const boundsSchema = z.object({ west: z.number(), south: z.number(), east: z.number(), north: z.number() });

/** In a raster's pixels. */
export const windowSchema = z.object({
  colOff: z.number().int(),
  rowOff: z.number().int(),
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
});

export type Affine = z.infer<typeof affineSchema>;
export type Crs = z.infer<typeof crsSchema>;
export type Grid = z.infer<typeof gridSchema>;
export type Bounds = z.infer<typeof boundsSchema>;
export type Window = z.infer<typeof windowSchema>;
