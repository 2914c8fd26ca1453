import { parseTileStyle } from "@reefline/schema/tileStyle";
import { expect, it } from "vitest";
import { initialWorkspace } from "../_workspace/workspaceStore.ts";
import { readAddress, writeAddress } from "./address.ts";
import { imageryTilesUrl } from "./createMap.ts";
import { crispFromMapZoom, deepestImageryZoom } from "./imageryZoom.ts";
import { keepStyle, readKeptStyle } from "./keptStyle.ts";

const text = "rgb:3,-0.5,1e-7;0,120,4000;1,0,1000000000000";
const style = parseTileStyle(text);

it("a style survives this browser's memory, per survey", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  keepStyle("sv_a", style, storage);
  expect(readKeptStyle("sv_a", storage)).toEqual(style);
  expect(readKeptStyle("sv_b", storage)).toBeNull();
  keepStyle("sv_a", null, storage);
  expect(kept.size).toBe(0);
  kept.set("reefline.bands.sv_a", "rainbow:0,1,2");
  expect(readKeptStyle("sv_a", storage)).toBeNull();
});

it("a style survives the page's address and a tile's", () => {
  const view = { center: { lon: 1, lat: 2 }, zoom: 18, bearing: 0, mode: "label" as const, layers: initialWorkspace.layers };
  expect(readAddress(writeAddress({ ...view, style })).style).toEqual(style);
  expect(readAddress(writeAddress(view)).style).toBeNull();
  expect(writeAddress(view)).not.toContain("bands");
  const url = imageryTilesUrl("http://localhost", { assetId: "as_1", version: "v" }, style);
  expect(parseTileStyle(new URL(url).searchParams.get("style") ?? "")).toEqual(style);
  expect(imageryTilesUrl("http://localhost", { assetId: "as_1", version: "v" }, null)).toBe(
    "http://localhost/tiles/imagery/as_1/v/{z}/{x}/{y}.webp",
  );
});

it("tiles go on until pixels are squares, and no deeper than the map", () => {
  // 0.05 m at 60° north: one tile pixel is one of the image's at zoom 20.58.
  const image = { gsdMeters: 0.05, bounds: { west: 0, east: 1, south: 59.5, north: 60.5 } };
  expect(deepestImageryZoom(image)).toBe(24);
  expect(crispFromMapZoom(image)).toBeCloseTo(21.58, 2);
  expect(deepestImageryZoom({ ...image, gsdMeters: 0.001 })).toBe(26);
});
