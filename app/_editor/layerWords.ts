import type { Layer } from "@reefline/schema/feature";

/** How each layer is called when one thing in it is meant. */
export const layerWords: Record<Layer, { one: string; many: string; draw: string; key: string; says: string }> = {
  label: {
    one: "label",
    many: "labels",
    draw: "Draw a reef",
    key: "1",
    says: "What is reef. Draw its outline; cut holes for what is not.",
  },
  examined: {
    one: "examined area",
    many: "examined areas",
    draw: "Draw an examined area",
    key: "2",
    says: "Ground you have looked at completely. Inside it, what has no label is not reef; outside, nothing is assumed.",
  },
  holdout: {
    one: "held-out area",
    many: "held-out areas",
    draw: "Draw a held-out area",
    key: "3",
    says: "Kept from training, to measure how good the model is. Label it completely, then lock it.",
  },
  ignore: {
    one: "ignored area",
    many: "ignored areas",
    draw: "Draw an ignored area",
    key: "4",
    says: "Glare, blur, boats: neither trained on nor counted.",
  },
};
