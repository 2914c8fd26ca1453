import type { Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import { useEffect } from "react";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { moveImagery, useMoveImagery } from "./moveImagery.ts";

const sourceId = "move-imagery";
const layerIds = ["move-imagery-line-halo", "move-imagery-line", "move-imagery-points"];

/** The map while imagery is being moved: clicks and Enter pick points, arrows from places to where they belong are drawn. */
export function useMoveImageryMap(map: MapLibreMap | null): void {
  useEffect(() => {
    if (!map) return;
    map.addSource(sourceId, { type: "geojson", data: shapes() });
    addLayerToSlot(map, "draft", {
      id: "move-imagery-line-halo",
      type: "line",
      source: sourceId,
      filter: ["==", ["geometry-type"], "LineString"],
      paint: { "line-color": "#fff", "line-width": 5 },
    });
    addLayerToSlot(map, "draft", {
      id: "move-imagery-line",
      type: "line",
      source: sourceId,
      filter: ["==", ["geometry-type"], "LineString"],
      paint: { "line-color": "#0f766e", "line-width": 2.5 },
    });
    addLayerToSlot(map, "draft", {
      id: "move-imagery-points",
      type: "circle",
      source: sourceId,
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 5,
        "circle-color": ["match", ["get", "end"], "from", "#fff", "#0f766e"],
        "circle-stroke-color": ["match", ["get", "end"], "from", "#0f766e", "#fff"],
        "circle-stroke-width": 2.5,
      },
    });
    const cursor = map.getCanvas().style.cursor;
    map.getCanvas().style.cursor = "crosshair";
    const click = (event: MapMouseEvent) => {
      if (event.originalEvent.detail <= 1) moveImagery.pick([event.lngLat.lng, event.lngLat.lat]);
    };
    const move = (event: MapMouseEvent) => moveImagery.hover([event.lngLat.lng, event.lngLat.lat]);
    const onKey = (event: KeyboardEvent) => {
      const onButton = event.target instanceof Element && event.target.closest("button, a, input, [role=dialog]") !== null;
      if (event.key === "Enter" && !onButton) {
        const { lng, lat } = map.getCenter();
        moveImagery.pick([lng, lat]);
      } else if (event.key === "Escape") {
        if (!moveImagery.back()) moveImagery.end();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    map.on("click", click);
    map.on("mousemove", move);
    window.addEventListener("keydown", onKey, { capture: true });
    const stop = useMoveImagery.subscribe(() => {
      const source = map.style ? map.getSource(sourceId) : undefined;
      if (source && "setData" in source && typeof source.setData === "function") source.setData(shapes());
    });
    return () => {
      stop();
      map.off("click", click);
      map.off("mousemove", move);
      window.removeEventListener("keydown", onKey, { capture: true });
      removeFromMap(map, layerIds, [sourceId]);
      if (map.style) map.getCanvas().style.cursor = cursor;
    };
  }, [map]);
}

function shapes(): GeoJSON.FeatureCollection {
  const { pairs, from, pointer } = useMoveImagery.getState();
  const all = [...pairs, ...(from && pointer ? [{ from, to: pointer }] : [])];
  return {
    type: "FeatureCollection",
    features: all.flatMap((pair): GeoJSON.Feature[] => [
      { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [pair.from, pair.to] } },
      { type: "Feature", properties: { end: "from" }, geometry: { type: "Point", coordinates: pair.from } },
      { type: "Feature", properties: { end: "to" }, geometry: { type: "Point", coordinates: pair.to } },
    ]),
  };
}
