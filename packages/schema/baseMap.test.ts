import { describe, expect, it } from "vitest";
import { baseMapOriginIn, isBaseMapOrigin } from "./baseMap.ts";

describe("baseMapOriginIn", () => {
  it("finds the origin among other cookies", () => {
    expect(baseMapOriginIn("a=1; reefline-base-map=https%3A%2F%2Ftile.example.org; b=2")).toBe("https://tile.example.org");
    expect(baseMapOriginIn("reefline-base-map=http%3A%2F%2F127.0.0.1%3A8080")).toBe("http://127.0.0.1:8080");
    expect(baseMapOriginIn("x-reefline-base-map=https%3A%2F%2Ftile.example.org")).toBeNull();
    expect(baseMapOriginIn("")).toBeNull();
  });

  it.each([
    "https://tile.example.org; script-src *",
    "https://tile.example.org/path",
    "https://*",
    "https://*.example.org",
    "https:",
    "*",
    "data:",
    "https://user@example.org",
    "https://example.org 'unsafe-eval'",
    "https://example.org,https://other.example",
    "javascript:alert(1)",
    "https://example.org\nX-Header: 1",
  ])("is no origin, and reaches no policy: %s", (text) => {
    expect(isBaseMapOrigin(text)).toBe(false);
    expect(baseMapOriginIn(`reefline-base-map=${encodeURIComponent(text)}`)).toBeNull();
  });

  it("takes a broken cookie for none", () => {
    expect(baseMapOriginIn("reefline-base-map=%E0%A4%A")).toBeNull();
  });
});
