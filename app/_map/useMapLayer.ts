"use client";
import type { Map as MapLibreMap } from "maplibre-gl";
import { useEffect, useState } from "react";
import { useWorkspace } from "../_workspace/workspaceStore.ts";

/** One layer of the map: what it shows, which is costly to change, and how it looks, which is not. */
export interface MapLayerKind<Content, Look> {
  add(map: MapLibreMap, content: Content): void;
  dress(map: MapLibreMap, look: Look): void;
  remove(map: MapLibreMap): void;
}

/** Keeps a layer on the map while its content is the same object, and gives it its look whenever either is new. Null: no layer. */
export function useMapLayer<Content, Look>(kind: MapLayerKind<Content, Look>, content: Content | null, look: Look): void {
  const map = useWorkspace((state) => state.map);
  useEffect(() => {
    if (!map || content === null) return;
    kind.add(map, content);
    return () => kind.remove(map);
  }, [map, kind, content]);
  useEffect(() => {
    if (map && content !== null) kind.dress(map, look);
  }, [map, kind, content, look]);
}

/** The first value that came with a key, for as long as the key is the same: answers of the server are new objects that mean what the last ones meant. */
export function useSame<T>(value: T, key: string): T {
  const [first, setFirst] = useState({ value, key });
  if (first.key === key) return first.value;
  setFirst({ value, key });
  return value;
}
