import { describe, expect, it } from "vitest";
import { keepBaseMap, readBaseMapUrl, readKeptBaseMap } from "./baseMap.ts";

describe("readBaseMapUrl", () => {
  it("takes whole addresses with the three placeholders in any order", () => {
    expect(readBaseMapUrl(" https://tile.example.org/{z}/{x}/{y}.png ")).toEqual({
      url: "https://tile.example.org/{z}/{x}/{y}.png",
      origin: "https://tile.example.org",
    });
    expect(readBaseMapUrl("http://192.168.0.7:8080/t?tile={z},{y},{x}&key=a%20b")).toMatchObject({ origin: "http://192.168.0.7:8080" });
  });

  it.each([
    ["", "Write the address"],
    ["ftp://a.example/{z}/{x}/{y}", "begins with https://"],
    ["javascript:alert(1)//{z}{x}{y}", "begins with https://"],
    ["https://a.example/{z}/{x}.png", "lacks {y}"],
    ["https://a.example/tiles", "lacks {z} and {x} and {y}"],
    ["https://{s}.a.example/{z}/{x}/{y}.png", "in place of {s}"],
    ["https://a.example/{z}/{x}/{y}{r}.png", "{r} is not known"],
    ["https://{z}.example/{x}/{y}", "not a whole web address"],
    ["https:///{z}/{x}/{y}", "not a whole web address"],
    ["https://me:secret@a.example/{z}/{x}/{y}", "password"],
    ["https://[::1]/{z}/{x}/{y}", "needs a name"],
    [`https://a.example/{z}/{x}/{y}${"a".repeat(1_000)}`, "too long"],
  ])("says what is wrong with %s", (text, words) => {
    const read = readBaseMapUrl(text);
    expect("problem" in read ? read.problem : "nothing").toContain(words);
  });
});

describe("the base map this browser remembers", () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  };
  const baseMap = { url: "https://a.example/{z}/{x}/{y}", attribution: "© A", opacity: 0.5, deepestZoom: 18, visible: true };

  it("comes back, and is forgotten", () => {
    const place = storage();
    keepBaseMap(baseMap, place);
    expect(readKeptBaseMap(place)).toEqual(baseMap);
    keepBaseMap(null, place);
    expect(readKeptBaseMap(place)).toBeNull();
  });

  it.each(["{", "null", "[]", JSON.stringify({ ...baseMap, opacity: 7 }), JSON.stringify({ ...baseMap, url: "javascript:{z}{x}{y}" })])(
    "is none where what is kept is not sound: %s",
    (text) => {
      const place = storage();
      place.kept.set("reefline.base-map", text);
      expect(readKeptBaseMap(place)).toBeNull();
    },
  );
});
