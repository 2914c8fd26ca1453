import type { Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import { queryClient, trpc } from "../_api/api.ts";
import { useDrawRequest } from "../_editor/drawRequest.ts";
import { useEditor } from "../_editor/editorStore.ts";
import type { TileHandover } from "../_map/tileHandover.ts";
import { workspace } from "../_workspace/workspaceStore.ts";
import { outlineFill } from "./outlineLayers.ts";

const isFree = () => useEditor.getState().tool === "select" && useDrawRequest.getState().request === null;

/** A click on a predicted reef opens it for review. Returns the way to stop. */
export function chooseByPointer(map: MapLibreMap, tiles: TileHandover, set: { predictionId: string; threshold: number }): () => void {
  const under = (event: MapMouseEvent) => map.queryRenderedFeatures(event.point, { layers: tiles.layerIds(outlineFill) });
  const open = async (nums: number[]) => {
    for (const num of nums) {
      const options = trpc.predictions.outline.queryOptions({ ...set, which: { num } }, { staleTime: 0 });
      const polygon = await queryClient.fetchQuery(options).catch(() => null);
      // What is decided on is still in its tile, though it is not drawn.
      if (!polygon || polygon.decision !== null) continue;
      queryClient.setQueryData(trpc.predictions.outline.queryKey({ ...set, which: { id: polygon.id } }), polygon);
      workspace.selectPolygon(polygon.id);
      workspace.setMode("review");
      return;
    }
  };
  const choose = (event: MapMouseEvent) => {
    if (isFree()) void open(under(event).map(({ id }) => Number(id)));
  };
  let pointing = false;
  const point = (event: MapMouseEvent) => {
    const over = isFree() && under(event).length > 0;
    if (over !== pointing) map.getCanvas().style.cursor = over ? "pointer" : "";
    pointing = over;
  };
  map.on("click", choose);
  map.on("mousemove", point);
  return () => {
    map.off("click", choose);
    map.off("mousemove", point);
  };
}
