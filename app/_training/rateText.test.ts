import { expect, it } from "vitest";
import { rateText } from "./rateText.ts";

it("writes rates as one types them", () => {
  expect([0.001234, 0.00009876, 0.3, 0.02, 1, 0.000001].map(rateText)).toEqual(["0.0012", "0.000099", "0.3", "0.02", "1", "0.000001"]);
});
