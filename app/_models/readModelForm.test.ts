import type { ModelFileLook } from "@reefline/schema/modelImport";
import { describe, expect, it } from "vitest";
import { modelFormOf, readModelForm } from "./readModelForm.ts";

const silent: ModelFileLook = {
  kind: "onnx",
  name: "oysters",
  gsdMeters: null,
  bandNames: null,
  bandCount: null,
  scale: null,
  threshold: null,
  positiveClass: null,
  channelNames: null,
  unsharp: false,
  dice: null,
};

describe("the form of a model that comes in", () => {
  it("asks for what a file does not say, field by field", () => {
    const { request, errors } = readModelForm(modelFormOf(silent), "onnx");
    expect(request).toBeNull();
    expect(Object.keys(errors)).toEqual(["gsdMeters", "scale"]);
  });

  it("sends what the file says when nothing is changed", () => {
    const look = { ...silent, gsdMeters: 0.05, scale: 255, bandNames: ["red", "nir"], threshold: 0.4, unsharp: true } as const;
    const { request } = readModelForm(
      modelFormOf({ ...look, bandNames: [...look.bandNames], channelNames: ["background", "reef"] }),
      "onnx",
    );
    expect(request).toEqual({
      ...{ name: "oysters", gsdMeters: 0.05, bandNames: ["red", "nir"], scale: 255 },
      ...{ threshold: 0.4, channelNames: ["background", "reef"], unsharp: true },
    });
  });

  it("reads numbers as people write them", () => {
    const given = { ...modelFormOf(silent), gsdMeters: " 0,05 ", scale: "1" } as const;
    const read = (mean: string) => readModelForm({ ...given, mean }, "onnx");
    for (const text of ["0.485 0.456 0.406", "0.485, 0.456, 0.406", "0,485; 0,456; 0,406", "0.485,0.456,0.406"]) {
      expect(read(text).request, text).toMatchObject({ gsdMeters: 0.05, mean: [0.485, 0.456, 0.406] });
    }
    expect(read("0.5 0.5").errors.mean).toMatch(/each of the 3 bands/);
    expect(readModelForm({ ...given, std: "1 0 1" }, "onnx").errors.std).toMatch(/above 0/);
    expect(readModelForm({ ...given, threshold: "40" }, "onnx").errors.threshold).toMatch(/0 to 1/);
  });

  it("of a model of Reefline has its name alone", () => {
    const form = modelFormOf({ ...silent, kind: "reefline" });
    expect(readModelForm(form, "reefline").request).toEqual({ name: "oysters", gsdMeters: null, bandNames: null, scale: null });
    expect(readModelForm({ ...form, name: " " }, "reefline").errors.name).toBeDefined();
  });
});
