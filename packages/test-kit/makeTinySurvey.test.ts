import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { polygonToPixels } from "@reefline/geo/grid";
import { polygonSchema } from "@reefline/schema/feature";
import { fromFile } from "geotiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { makeTinySurvey } from "./makeTinySurvey.ts";
import { ringContains, signedArea } from "./pixelPolygon.ts";

const collectionSchema = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.object({ geometry: polygonSchema })) });

async function polygonsIn(path: string) {
  return collectionSchema.parse(JSON.parse(await readFile(path, "utf8"))).features.map((feature) => feature.geometry);
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-tiny-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("makeTinySurvey", () => {
  it("paints dark blobs where the truth says, and nowhere else", async () => {
    const files = await makeTinySurvey({ outDir: join(folder, "a"), widthPx: 700, heightPx: 400, seed: 7 });
    const tiff = await fromFile(files.tif);
    const image = await tiff.getImage(0);
    const pixels = (await image.readRasters({ interleave: true })) as unknown as Uint8Array;
    const mask = (await (await tiff.getImage(1)).readRasters({ interleave: true })) as unknown as Uint8Array;
    await tiff.close();
    const truth = (await polygonsIn(files.truth)).map((polygon) => polygonToPixels(files.grid, polygon));
    const sums = { reef: 0, mud: 0 };
    const counts = { reef: 0, mud: 0 };
    for (let row = 3; row < 400; row += 5) {
      for (let col = 2; col < 700; col += 5) {
        if (mask[row * 700 + col] === 0) continue;
        const rings = truth.flat().filter((ring) => ringContains(ring, col + 0.5, row + 0.5)).length;
        const kind = rings % 2 === 1 ? "reef" : "mud";
        counts[kind]++;
        sums[kind] += pixels[(row * 700 + col) * 3] ?? 0;
      }
    }
    expect(counts.reef).toBeGreaterThan(400);
    expect(sums.mud / counts.mud - sums.reef / counts.reef).toBeGreaterThan(45);
    expect(mask[0]).toBe(0);
    expect(mask.at(-1)).toBe(1);
  });

  it("labels every reef of the examined areas, with holes and RFC 7946 winding", async () => {
    const files = await makeTinySurvey({ outDir: join(folder, "b") });
    const [truth, labels, examined, holdout] = await Promise.all(
      [files.truth, files.labels, files.examined, files.holdout].map(polygonsIn),
    );
    expect(labels!.length).toBeGreaterThan(15);
    expect(labels!.length).toBeLessThanOrEqual(truth!.length);
    expect(labels!.some((polygon) => polygon.coordinates.length === 2)).toBe(true);
    expect([examined!.length, holdout!.length]).toEqual([2, 1]);
    for (const polygon of labels!) {
      polygon.coordinates.forEach((ring, i) => {
        expect(Math.sign(signedArea(Float64Array.from(ring.flat().slice(0, -2))))).toBe(i === 0 ? 1 : -1);
      });
    }
  });

  it("gives the same bytes for the same seed, and others for another", async () => {
    const bytes = async (name: string, seed: number) => {
      const files = await makeTinySurvey({ outDir: join(folder, name), widthPx: 300, heightPx: 260, seed });
      return Buffer.concat(await Promise.all([files.tif, files.labels].map((path) => readFile(path))));
    };
    expect((await bytes("c", 3)).equals(await bytes("d", 3))).toBe(true);
    expect((await bytes("c", 3)).equals(await bytes("e", 4))).toBe(false);
  });
});
