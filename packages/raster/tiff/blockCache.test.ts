import { describe, expect, it } from "vitest";
import { BlockCache, sharedBlockCache } from "./blockCache.ts";

const block = (length: number) => async () => new Uint8Array(length);

describe("BlockCache", () => {
  it("keeps within its budget, least recently used first out", async () => {
    const cache = new BlockCache(100);
    await cache.get("a", block(40));
    await cache.get("b", block(40));
    await cache.get("a", block(999));
    await cache.get("c", block(40));
    expect(cache.usedBytes).toBe(80);
    let loads = 0;
    const counting = async () => {
      loads++;
      return new Uint8Array(1);
    };
    await cache.get("a", counting);
    await cache.get("c", counting);
    expect(loads).toBe(0);
    await cache.get("b", counting);
    expect(loads).toBe(1);
  });

  it("loads once for two that ask at the same time, and again after a failure", async () => {
    const cache = new BlockCache(100);
    let loads = 0;
    const load = async () => {
      loads++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (loads === 1) throw new Error("disk gone");
      return new Uint8Array(7);
    };
    const both = await Promise.allSettled([cache.get("k", load), cache.get("k", load)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(loads).toBe(1);
    expect((await cache.get("k", load)).byteLength).toBe(7);
    expect(loads).toBe(2);
  });

  it("keeps a block that fills it, which would be decoded over and over otherwise, and none that is larger", async () => {
    const cache = new BlockCache(100);
    await cache.get("a", block(40));
    await cache.get("huge", block(101));
    expect(cache.usedBytes).toBe(40);
    await cache.get("strip", block(100));
    expect(cache.usedBytes).toBe(100);
    expect(cache.peek("a")).toBeUndefined();
    expect(cache.peek("strip")).toHaveLength(100);
  });

  it("is one for the process, whose budget can change", async () => {
    const cache = sharedBlockCache(100);
    await cache.get("shared-a", block(60));
    expect(sharedBlockCache(50)).toBe(cache);
    await cache.get("shared-b", block(30));
    expect(cache.usedBytes).toBe(30);
    cache.forget("shared-");
  });

  it("forgets a raster's blocks", async () => {
    const cache = new BlockCache(100);
    await cache.get("raster-1:0", block(10));
    await cache.get("raster-11:0", block(20));
    cache.forget("raster-1:");
    expect(cache.usedBytes).toBe(20);
  });
});
