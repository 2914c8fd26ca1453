import type {
  ExpressionSpecification,
  FillLayerSpecification,
  LineLayerSpecification,
  Map as MapLibreMap,
  MapSourceDataEvent,
} from "maplibre-gl";
import type { LayerLook } from "../_workspace/workspaceStore.ts";
import { addLayerToSlot, removeFromMap, type Slot } from "./slots.ts";

/** A layer over the tiles, whatever source they come from now. `opacityOf` gives its opacity for the look of the whole. */
export interface TileLayer {
  readonly slot: Slot;
  readonly layer: Omit<FillLayerSpecification, "source"> | Omit<LineLayerSpecification, "source">;
  readonly opacity: { readonly property: "line-opacity" | "fill-opacity"; of(share: number): ExpressionSpecification };
}

export interface TileAddressing {
  /** With `{z}/{x}/{y}`; another address is another version of everything. */
  readonly url: string;
  readonly bounds?: readonly [number, number, number, number] | undefined;
}

const deepestTile = 22;
/** Should tiles not come, the new version shows all the same, and fills up when they do. */
const longestWaitMs = 15_000;

type FeatureState = Record<string, boolean | number>;
type Generation = { number: number; url: string; source: string; layerIds: string[] };

/**
 * Vector tiles of which now and then a newer version is shown. The old version stays until all of the new one's tiles for the view are there, so
 * that nothing blinks; outlines of both are drawn for a moment, one on the other, fills never. What is known of single features (feature state) is
 * kept across versions.
 */
export class TileHandover {
  private shown: Generation | null = null;
  private coming: Generation | null = null;
  private generations = 0;
  private look: LayerLook = { visible: true, opacity: 1 };
  private readonly states = new Map<number, FeatureState>();
  private readonly colours = new Map<string, ExpressionSpecification>();
  private cancelWait: () => void = () => undefined;

  constructor(
    private readonly map: MapLibreMap,
    private readonly name: string,
    private readonly sourceLayer: string,
    private readonly layers: readonly TileLayer[],
  ) {}

  /** Layers on the map now, of one kind or all: for asking what lies under the pointer. */
  layerIds(baseId?: string): string[] {
    const all = this.shown?.layerIds ?? [];
    return (baseId === undefined ? all : all.filter((id) => id.startsWith(`${baseId}~`))).filter((id) => this.map.getLayer(id));
  }

  get sourceId(): string | null {
    return this.shown?.source ?? null;
  }

  /** Goes over to other tiles, calling `onShown` once they are what one sees. Null: to none, at once. */
  show(tiles: TileAddressing | null, onShown: () => void = () => undefined): void {
    if (!this.map.style) return;
    if (tiles && (this.coming ?? this.shown)?.url === tiles.url) return;
    this.cancelWait();
    if (this.coming !== this.shown) this.drop(this.coming);
    this.coming = null;
    if (!tiles) {
      this.drop(this.shown);
      this.shown = null;
      onShown();
      return;
    }
    const number = ++this.generations;
    const next: Generation = { number, url: tiles.url, source: `${this.name}~${number}`, layerIds: [] };
    this.map.addSource(next.source, {
      type: "vector",
      tiles: [tiles.url],
      maxzoom: deepestTile,
      ...(tiles.bounds ? { bounds: [...tiles.bounds] } : {}),
    });
    for (const [id, state] of this.states) this.map.setFeatureState({ source: next.source, sourceLayer: this.sourceLayer, id }, state);
    this.coming = next;
    const before = this.shown;
    const isFill = ({ layer }: TileLayer) => layer.type === "fill";
    this.addLayers(next, before ? this.layers.filter((layer) => !isFill(layer)) : this.layers);
    this.whenLoaded(next, () => {
      if (before) this.addLayers(next, this.layers.filter(isFill), before);
      this.whenLoaded(next, () => {
        this.shown = next;
        this.coming = null;
        this.drop(before);
        onShown();
      });
    });
    // The first has nothing to wait for.
    if (!before) this.shown = next;
  }

  private addLayers(generation: Generation, layers: readonly TileLayer[], below: Generation | null = null): void {
    for (const { slot, layer, opacity } of layers) {
      const id = `${layer.id}~${generation.number}`;
      const specification = { ...layer, id, source: generation.source, "source-layer": this.sourceLayer };
      const under = below?.layerIds.find((other) => this.map.getLayer(other));
      if (layer.type === "fill" && under) this.map.addLayer(specification, under);
      else addLayerToSlot(this.map, slot, specification);
      generation.layerIds.push(id);
      this.dress(id, opacity);
      const colour = this.colours.get(layer.id);
      if (colour) this.colour(id, layer.type, colour);
    }
  }

  private dress(id: string, opacity: TileLayer["opacity"]): void {
    this.map.setLayoutProperty(id, "visibility", this.look.visible ? "visible" : "none");
    this.map.setPaintProperty(id, opacity.property, opacity.of(this.look.opacity));
  }

  private colour(id: string, type: "fill" | "line", colour: ExpressionSpecification): void {
    this.map.setPaintProperty(id, `${type}-color`, colour);
  }

  /** Colours the layers of one kind otherwise than they began. */
  setColour(baseId: string, colour: ExpressionSpecification): void {
    this.colours.set(baseId, colour);
    const type = this.layers.find(({ layer }) => layer.id === baseId)?.layer.type;
    for (const generation of new Set([this.shown, this.coming])) {
      const id = `${baseId}~${generation?.number}`;
      if (type && this.map.style && this.map.getLayer(id)) this.colour(id, type, colour);
    }
  }

  private whenLoaded(generation: Generation, act: () => void): void {
    const { map } = this;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = () => {
      map.off("sourcedata", check);
      map.off("idle", look);
      if (timer) clearTimeout(timer);
    };
    const done = () => {
      stop();
      if (map.style && this.coming === generation) act();
    };
    const look = () => {
      if (!this.look.visible || (map.getSource(generation.source) && map.isSourceLoaded(generation.source))) done();
    };
    const check = (event: MapSourceDataEvent) => {
      if (event.sourceId === generation.source && event.sourceDataType !== "metadata") look();
    };
    map.on("sourcedata", check);
    map.on("idle", look);
    timer = setTimeout(done, longestWaitMs);
    this.cancelWait = stop;
  }

  /** Shows or hides all, at an opacity of 0–1. */
  setLook(look: LayerLook): void {
    if (look.visible === this.look.visible && look.opacity === this.look.opacity) return;
    this.look = look;
    for (const generation of [this.shown, this.coming]) {
      if (!generation || !this.map.style) continue;
      for (const { layer, opacity } of this.layers) {
        const id = `${layer.id}~${generation.number}`;
        if (this.map.getLayer(id)) this.dress(id, opacity);
      }
    }
  }

  /** Sets what is known of features; those not named are as their tile says. Only differences reach the map. */
  setStates(next: ReadonlyMap<number, FeatureState>): void {
    const empty: FeatureState = {};
    for (const [id, state] of this.states) {
      if (next.has(id)) continue;
      this.states.delete(id);
      this.apply(id, Object.fromEntries(Object.keys(state).map((key) => [key, key === "decision" ? -1 : false])));
    }
    for (const [id, state] of next) {
      const known = this.states.get(id) ?? empty;
      if (Object.keys(state).every((key) => known[key] === state[key])) continue;
      this.states.set(id, state);
      this.apply(id, state);
    }
  }

  private apply(id: number, state: FeatureState): void {
    if (!this.map.style) return;
    for (const generation of new Set([this.shown, this.coming])) {
      if (generation) this.map.setFeatureState({ source: generation.source, sourceLayer: this.sourceLayer, id }, state);
    }
  }

  private drop(generation: Generation | null): void {
    if (generation) removeFromMap(this.map, generation.layerIds, [generation.source]);
  }

  remove(): void {
    this.cancelWait();
    this.drop(this.coming);
    if (this.shown !== this.coming) this.drop(this.shown);
    this.coming = null;
    this.shown = null;
  }
}
