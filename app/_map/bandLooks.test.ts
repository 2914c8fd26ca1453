import { colourBandIndexes } from "@reefline/raster/statistics/colourBands";
import { parseTileStyle, tileStyleText } from "@reefline/schema/tileStyle";
import { describe, expect, it } from "vitest";
import { bandLooks, chosenStyle, lookOf, oneBandStyle, ownStyle } from "./bandLooks.ts";

const named = (...names: string[]) => names.map((name, i) => ({ name, stretch: { low: 10 * i, high: 10 * i + 100 } }));
const idsOf = (...names: string[]) => bandLooks(named(...names)).map(({ id }) => id);
const styleOf = (id: string, ...names: string[]) => {
  const style = bandLooks(named(...names)).find((look) => look.id === id)?.style;
  return style ? tileStyleText(style) : null;
};

describe("bandLooks", () => {
  it("offers what the bands allow", () => {
    expect(idsOf("red", "green", "blue")).toEqual(["own", "band-0", "band-1", "band-2"]);
    expect(idsOf("grey")).toEqual(["band-0"]);
    expect(idsOf("nir", "red")).toEqual(["ndvi", "band-0", "band-1"]);
    expect(idsOf("green", "nir")).toEqual(["ndwi", "band-0", "band-1"]);
    expect(idsOf("blue", "green", "red", "rededge", "NIR").slice(0, 4)).toEqual(["own", "false-colour", "ndvi", "ndwi"]);
  });

  it("finds bands by name, wherever they lie, and keeps their stretches", () => {
    expect(styleOf("own", "blue", "green", "red", "rededge", "NIR")).toBe("rgb:2,20,120;1,10,110;0,0,100");
    expect(styleOf("false-colour", "blue", "green", "red", "rededge", "NIR")).toBe("rgb:4,40,140;2,20,120;1,10,110");
    expect(styleOf("ndvi", "blue", "green", "red", "rededge", "NIR")).toBe("index-viridis:4,2,-0.25,0.75");
    expect(styleOf("ndwi", "blue", "green", "red", "rededge", "NIR")).toBe("index-viridis:1,4,-0.5,0.5");
  });

  it("says so where it only supposes that a fourth band is near infrared", () => {
    const titles = (...names: string[]) => bandLooks(named(...names)).map(({ title }) => title);
    expect(titles("red", "green", "blue", "band-4")[1]).toBe("False colour, near infrared (if band-4 is near infrared)");
    expect(titles("red", "green", "blue", "nir")[1]).toBe("False colour, near infrared");
    expect(idsOf("red", "green", "blue", "band-4", "band-5")).not.toContain("ndvi");
    expect(idsOf("red", "green", "blue", "dsm")).not.toContain("ndvi");
    expect(idsOf("band-1", "band-2", "band-3", "band-4")).not.toContain("ndvi");
  });

  it("gives heights the colours of land", () => {
    expect(styleOf("band-3", "red", "green", "blue", "reef_DSM")).toBe("terrain:3,30,130");
    expect(tileStyleText(oneBandStyle(named("dsm"), 0, "viridis"))).toBe("viridis:0,0,100");
    expect(styleOf("band-0", "grey")).toBe("grey:0,0,100");
  });

  it.each([[["grey"]], [["a", "b"]], [["a", "b", "c"]], [["blue", "nir", "green", "red"]], [["red", "green", "x", "y"]]])(
    "shows the same bands as the server when nothing was chosen: %s",
    (names) => {
      const style = ownStyle(named(...names));
      const bands = style.kind === "colours" ? style.channels.map(({ band }) => band) : style.kind === "band" ? [style.channel.band] : [];
      expect(bands).toEqual([...colourBandIndexes(names)]);
    },
  );
});

describe("chosenStyle", () => {
  const bands = named("red", "green", "blue", "nir");
  it("is null for the image's own look and for bands that are not there", () => {
    expect(chosenStyle(ownStyle(bands), bands)).toBeNull();
    expect(chosenStyle(parseTileStyle("grey:4,0,1"), bands)).toBeNull();
    expect(chosenStyle(parseTileStyle("index-grey:1,9,0,1"), bands)).toBeNull();
    expect(chosenStyle(parseTileStyle("rgb:0,0,99;1,10,110;2,20,120"), bands)).not.toBeNull();
  });

  it("knows a look again, whatever its contrast", () => {
    const looks = bandLooks(bands);
    const idOf = (text: string) => {
      const style = parseTileStyle(text);
      return style && lookOf(looks, style)?.id;
    };
    expect(idOf("rgb:3,1,2;0,1,2;1,5,6")).toBe("false-colour");
    expect(idOf("viridis:2,1,5")).toBe("band-2");
    expect(idOf("index-grey:1,3,0,1")).toBe("ndwi");
    expect(idOf("rgb:3,1,2;3,1,2;1,5,6")).toBeUndefined();
  });
});
