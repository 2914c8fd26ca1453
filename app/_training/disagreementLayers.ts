import type { Disagreement } from "@reefline/schema/crossValidation";
import { disagreementsFile } from "@reefline/schema/disagreementsFile";
import { mapColours } from "../_map/mapColours.ts";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import type { MapLayerKind } from "../_map/useMapLayer.ts";

const source = "disagreements";
const layers = {
  ground: "disagreements-ground",
  casing: "disagreements-casing",
  unlabelled: "disagreements-unlabelled",
  doubtful: "disagreements-doubtful",
  otherClass: "disagreements-other-class",
};
/** As missed and false reef elsewhere on the map: vermilion and blue, here told apart by the dash as well. */
const blue = "#56b4e9";
const purple = "#cc79a7";

const wider = (rank: number, width: number, chosen: number): ["case", ["==", ["get", string], number], number, number] => [
  "case",
  ["==", ["get", "rank"], rank],
  chosen,
  width,
];

/** Where two opinions differ: solid where only the second says reef, dashed where only the label does, dotted where both do and name another class; the chosen one is wider. */
export const disagreementLayers: MapLayerKind<readonly Disagreement[], { chosen: number | null }> = {
  add(map, disagreements) {
    map.addSource(source, { type: "geojson", data: JSON.parse(disagreementsFile(disagreements)) });
    addLayerToSlot(map, "selection", {
      id: layers.ground,
      type: "fill",
      source,
      paint: { "fill-color": ["match", ["get", "kind"], "unlabelled", mapColours.refused, "doubtful", blue, purple], "fill-opacity": 0.3 },
    });
    const layout = { "line-join": "round", "line-cap": "butt" } as const;
    addLayerToSlot(map, "selection", { id: layers.casing, type: "line", source, layout, paint: { "line-color": mapColours.darkCasing } });
    const kinds = [
      { id: layers.unlabelled, kind: "unlabelled", paint: { "line-color": mapColours.refused } },
      { id: layers.doubtful, kind: "doubtful", paint: { "line-color": blue, "line-dasharray": [2.5, 1.5] } },
      { id: layers.otherClass, kind: "other-class", paint: { "line-color": purple, "line-dasharray": [1, 1] } },
    ];
    for (const { id, kind, paint } of kinds)
      addLayerToSlot(map, "selection", { id, type: "line", source, layout, filter: ["==", ["get", "kind"], kind], paint });
  },
  dress(map, { chosen }) {
    const rank = chosen === null ? -1 : chosen + 1;
    map.setPaintProperty(layers.casing, "line-width", wider(rank, 3, 7));
    for (const id of [layers.unlabelled, layers.doubtful, layers.otherClass]) map.setPaintProperty(id, "line-width", wider(rank, 1.5, 4));
  },
  remove: (map) => removeFromMap(map, Object.values(layers), [source]),
};
