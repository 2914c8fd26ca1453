import type { Map as MapLibreMap } from "maplibre-gl";
import { initialWorkspace, useWorkspace } from "../_workspace/workspaceStore.ts";
import { readAddress, writeAddress } from "./address.ts";
import { chosenStyle } from "./bandLooks.ts";
import { readKeptStyle } from "./keptStyle.ts";

/** Takes mode, layers and bands from the address, once, when a survey is opened; what it does not say of the bands, this browser may remember. */
export function takeAddress(surveyId: string): void {
  const { mode, layers, style } = readAddress(window.location.search);
  useWorkspace.setState({
    mode: mode ?? "label",
    layers: { ...initialWorkspace.layers, ...layers },
    imageryStyle: style ?? readKeptStyle(surveyId),
  });
}

/** Writes view, mode and layers into the address as they change, so that a copied link shows the same. Returns the way to stop. */
export function keepAddress(map: MapLibreMap): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const { mode, layers, survey, imageryStyle } = useWorkspace.getState();
    if (!survey?.image || map.getZoom() < 2) return;
    const { lng, lat } = map.getCenter();
    const style = chosenStyle(imageryStyle, survey.image.bands);
    const address = writeAddress({ center: { lon: lng, lat }, zoom: map.getZoom(), bearing: map.getBearing(), mode, layers, style });
    if (address !== window.location.search) window.history.replaceState(window.history.state, "", `${window.location.pathname}${address}`);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(write, 200);
  };
  map.on("moveend", soon);
  const stop = useWorkspace.subscribe((state, before) => {
    if (state.mode !== before.mode || state.layers !== before.layers || state.imageryStyle !== before.imageryStyle) soon();
  });
  return () => {
    clearTimeout(timer);
    map.off("moveend", soon);
    stop();
  };
}
