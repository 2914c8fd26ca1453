import { trainConfigSchema } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { proposeName, readForm, trainVerb } from "./readForm.ts";
import { untouchedForm } from "./trainingView.ts";

describe("the training form", () => {
  it("is usable untouched", () => {
    const { config, errors } = readForm(untouchedForm, "best");
    expect(errors).toEqual({});
    expect(config).toEqual(trainConfigSchema.parse({ preset: "best" }));
    expect(trainVerb(config)).toBe("Train for 5 minutes");
  });
  it("passes a recipe on", () => {
    const { config } = readForm(
      { ...untouchedForm, loss: "dice", schedule: "triangular", learningRate: "0,002", reefShare: "40", patience: "30" },
      "fast",
    );
    expect(config).toMatchObject({
      loss: "dice",
      schedule: "triangular",
      augmentation: null,
      learningRate: 0.002,
      reefShare: 0.4,
      patience: 0.3,
      rejectedShare: 0.25,
    });
  });
  it("reads what is left out, and five parts where nothing is said", () => {
    const read = (fields: Partial<typeof untouchedForm>) => readForm({ ...untouchedForm, ...fields }, "fast").config;
    expect(read({})).toMatchObject({ folds: null, labelShare: 1, fromModelId: null });
    expect(read({ leaveOut: "blocks" })?.folds).toEqual({ by: "blocks", count: 5 });
    expect(read({ leaveOut: "groups", labelShare: "25" })).toMatchObject({ folds: { by: "groups", count: null }, labelShare: 0.25 });
    expect(trainVerb(read({ leaveOut: "surveys", foldCount: "3" }))).toBe("Check every label");
  });
  it("takes a decimal comma and centimetres", () => {
    const { config } = readForm({ ...untouchedForm, minutes: "0,5", gsdCentimeters: "6" }, "fast");
    expect(config?.budget).toEqual({ kind: "minutes", minutes: 0.5 });
    expect(config?.gsdMeters).toBe(0.06);
  });
  it("only minds the budget that is chosen", () => {
    const { config } = readForm({ ...untouchedForm, budgetKind: "epochs", epochs: "1", minutes: "soon" }, "fast");
    expect(trainVerb(config)).toBe("Train for 1 epoch");
  });
  it.each([
    [{ minutes: "0" }, "minutes"],
    [{ minutes: "soon" }, "minutes"],
    [{ budgetKind: "epochs" as const, epochs: "1.5" }, "epochs"],
    [{ seed: "-1" }, "seed"],
    [{ gsdCentimeters: "-3" }, "gsdCentimeters"],
    [{ learningRate: "2" }, "learningRate"],
    [{ reefShare: "100" }, "reefShare"],
    [{ patience: "0" }, "patience"],
    [{ rejectedShare: "95" }, "rejectedShare"],
    [{ leaveOut: "blocks" as const, foldCount: "1" }, "foldCount"],
    [{ labelShare: "0" }, "labelShare"],
  ])("says what is wrong with %o", (fields, field) => {
    const { config, errors } = readForm({ ...untouchedForm, ...fields }, "fast");
    expect(config).toBeNull();
    expect(Object.keys(errors)).toEqual([field]);
  });
  it("proposes a name that is free", () => {
    expect(proposeName("Middle Marsh", ["Middle Marsh", "Middle Marsh 2"])).toBe("Middle Marsh 3");
    expect(proposeName("Middle Marsh", [])).toBe("Middle Marsh");
  });

  it("tells classes apart when two or more are named, in their order", () => {
    expect(readForm(untouchedForm, "fast").config?.classes).toEqual([]);
    expect(readForm({ ...untouchedForm, classes: ["dead", "live"] }, "fast").config?.classes).toEqual(["dead", "live"]);
    const one = readForm({ ...untouchedForm, classes: ["dead"] }, "fast");
    expect(one.config).toBeNull();
    expect(one.errors.classes).toMatch(/at least two/);
    expect(readForm({ ...untouchedForm, classes: Array.from({ length: 16 }, (_, i) => `c${i}`) }, "fast").errors.classes).toMatch(
      /At most 15/,
    );
  });
});
