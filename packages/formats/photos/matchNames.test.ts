import { describe, expect, it } from "vitest";
import { nameMatcher } from "./matchNames.ts";

const photos = ["a/IMG_1.JPG", "b/IMG_1.JPG", "b/shore 2.jpeg", "c.png"];
const match = nameMatcher(photos);
const found = (name: string) => ({ kind: "found", name });

describe("names of photos in other programs' files", () => {
  it.each([
    ["b/IMG_1.JPG", "b/IMG_1.JPG"],
    ["c.png", "c.png"],
    ["C.JPG", "c.png"],
    ["c_mask.png", "c.png"],
    ["mask_c.png", "c.png"],
    ["./c.png", "c.png"],
    ["D:\\flights\\b\\IMG_1.jpg", "b/IMG_1.JPG"],
    ["http://localhost:8001/data/b/shore%202.jpeg?x=1", "b/shore 2.jpeg"],
    ["a/IMG_1.png", "a/IMG_1.JPG"],
    ["masks/a/IMG_1.png", "a/IMG_1.JPG"],
  ])("%s is %s", (given, name) => {
    expect(match(given)).toEqual(found(name));
  });
  it("says when several could be meant, and when none is", () => {
    expect(match("IMG_1.png")).toEqual({ kind: "ambiguous", names: ["a/IMG_1.JPG", "b/IMG_1.JPG"] });
    expect(match("nothing.png")).toEqual({ kind: "unknown" });
  });
});
