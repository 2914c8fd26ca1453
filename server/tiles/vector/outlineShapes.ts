import { createHash } from "node:crypto";
import type { Polygon } from "@reefline/schema/feature";
import type { Decision, PredictedPolygon } from "@reefline/schema/prediction";
import { polygonsTouch, sampledIou } from "../../services/labels/polygonOverlap.ts";
import { fromColumn } from "../../storage/json.ts";
import { rowsOfSet } from "../../storage/polygonSets.ts";
import { decisionsById, decisionVersion, standingDecisionHeads } from "../../storage/predictions.ts";
import type { Database } from "../../storage/store.ts";
import { growingCounts, growingDoubles, growingFloats } from "./growing.ts";
import { PackedShapes, unitX, unitY } from "./packedShapes.ts";
import type { TileContent } from "./polygonTile.ts";

/** How decisions are written in tiles. */
export const decisionCodes = { open: 0, accepted: 1, edited: 2, rejected: 3 } as const;
const decisionNames: readonly PredictedPolygon["decision"][] = [null, "accepted", "edited", "rejected"];

/** Two outlines of one reef at neighbouring thresholds overlap at least this much. */
const sameShapeIou = 0.5;

export const reviewOrders = ["doubtful", "largest", "smallest", "surest"] as const;
export type ReviewOrder = (typeof reviewOrders)[number];

export interface ReviewFilter {
  readonly order: ReviewOrder;
  /** Mean probability, from (included) to (left out). */
  readonly from: number;
  readonly to: number;
  /** Of this class only; absent: of any. */
  readonly class?: string;
}

export interface OutlineCounts {
  readonly open: number;
  readonly accepted: number;
  readonly edited: number;
  readonly rejected: number;
}

/** The number by which tiles know a polygon, and what was decided on it. */
export interface NumberedDecision {
  readonly num: number;
  readonly decision: PredictedPolygon["decision"];
}

/**
 * The polygons of one prediction at one threshold, in memory: for tiles, and for stepping through them in an order. The set itself never
 * changes; decisions and hidden areas are looked up again whenever their versions have moved.
 */
export class OutlineShapes {
  private readonly shapes = new PackedShapes();
  private readonly nums = growingDoubles();
  private readonly areas = growingDoubles();
  private readonly probabilities = growingFloats();
  private readonly classes = growingCounts();
  /** "" of a model that tells no classes apart. */
  private readonly classNames: string[] = [];
  private readonly placeOfNum = new Map<number, number>();
  private readonly placeOfId = new Map<string, number>();
  private decisions = new Uint8Array(0);
  /** The decision version at which a polygon's decision last changed. */
  private readonly changedAt = growingCounts();
  private hidden = new Uint8Array(0);
  private hiddenKey = "";
  private hiddenAreas: Polygon[] = [];
  private version = -1;
  private readonly matches = new Map<string, readonly number[]>();
  private readonly orders = new Map<ReviewOrder, Uint32Array>();
  private loading: Promise<void> | null = null;
  private updating: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly set: { readonly setNum: number; readonly createdAt: string; readonly predictionId: string; readonly surveyId: string },
  ) {}

  get byteLength(): number {
    return this.shapes.byteLength;
  }

  /** Changes when the decisions do, when the hidden areas do, and with the set: prediction and threshold may be outlined anew. */
  get token(): string {
    return `${this.version}.${this.hiddenKey}`;
  }

  /** Held-out areas that are not locked. */
  get hiding(): readonly Polygon[] {
    return this.hiddenAreas;
  }

  /** Reads the set once, and what was decided and hidden since the last time. One after the other, however many ask. */
  upToDate(): Promise<void> {
    this.loading ??= this.load();
    this.updating = this.updating.then(
      () => this.update(),
      () => this.update(),
    );
    return this.updating;
  }

  private async load(): Promise<void> {
    for await (const polygon of rowsOfSet(this.db, this.set.setNum)) {
      const place = this.shapes.addText(polygon.geometryJson);
      this.nums.push(polygon.num);
      this.areas.push(polygon.areaM2);
      this.probabilities.push(polygon.probability);
      this.classes.push(this.classOf(polygon.class ?? ""));
      this.changedAt.push(0);
      this.placeOfNum.set(polygon.num, place);
      this.placeOfId.set(polygon.id, place);
    }
    this.decisions = new Uint8Array(this.shapes.count);
    this.hidden = new Uint8Array(this.shapes.count);
  }

  private classOf(name: string): number {
    const known = this.classNames.indexOf(name);
    return known >= 0 ? known : this.classNames.push(name) - 1;
  }

  private async update(): Promise<void> {
    await this.loading;
    const holdouts = await this.db
      .selectFrom("features")
      .select(["id", "revision"])
      .where("surveyId", "=", this.set.surveyId)
      .where("deleted", "=", 0)
      .where("layer", "=", "holdout")
      .where("locked", "=", 0)
      .orderBy("id")
      .execute();
    const key = createHash("sha256")
      .update(JSON.stringify([this.set.setNum, this.set.createdAt, holdouts]))
      .digest("hex")
      .slice(0, 12);
    if (key !== this.hiddenKey)
      await this.hide(
        holdouts.map(({ id }) => id),
        key,
      );
    const version = await decisionVersion(this.db, this.set.surveyId);
    if (version !== this.version) await this.decide(version);
  }

  private async hide(ids: readonly string[], key: string): Promise<void> {
    const areas: Polygon[] = [];
    const hidden = new Uint8Array(this.shapes.count);
    for (const id of ids) {
      const row = await this.db.selectFrom("features").select("geometryJson").where("id", "=", id).executeTakeFirst();
      if (!row) continue;
      const area = fromColumn<Polygon>(row.geometryJson);
      areas.push(area);
      for (const place of this.touching(area)) {
        if (hidden[place] === 1) continue;
        const geometry = await this.geometryOf(place);
        if (geometry && polygonsTouch(geometry, area)) hidden[place] = 1;
      }
    }
    this.hidden = hidden;
    this.hiddenAreas = areas;
    this.hiddenKey = key;
  }

  /** Every polygon gets the last standing decision taken on it, or on an outline of the same ground (`matchDecisions` says when that is). */
  private async decide(version: number): Promise<void> {
    const heads = await standingDecisionHeads(this.db, this.set.surveyId);
    const fresh = heads.filter(({ id }) => !this.matches.has(id)).map(({ id }) => id);
    for (const decision of await decisionsById(this.db, fresh)) this.matches.set(decision.id, await this.matching(decision));
    const decided = new Uint8Array(this.shapes.count);
    for (const { id, kind } of heads) for (const place of this.matches.get(id) ?? []) decided[place] = decisionCodes[kind];
    for (let place = 0; place < decided.length; place++) {
      if (decided[place] !== this.decisions[place]) this.changedAt.data[place] = version;
    }
    this.decisions = decided;
    this.version = version;
  }

  private async matching(decision: Decision): Promise<number[]> {
    if (decision.predictionId === this.set.predictionId) {
      const own = this.placeOfId.get(decision.polygonId);
      if (own !== undefined) return [own];
    }
    const matching: number[] = [];
    for (const place of this.touching(decision.geometry)) {
      const geometry = await this.geometryOf(place);
      if (geometry && sampledIou(geometry, decision.geometry) >= sameShapeIou) matching.push(place);
    }
    return matching;
  }

  private touching(polygon: Polygon): number[] {
    const outer = polygon.coordinates[0] ?? [];
    const xs = outer.map(([lon]) => unitX(lon));
    const ys = outer.map(([, lat]) => unitY(lat));
    return this.shapes.touching({ minX: Math.min(...xs), maxX: Math.max(...xs), minY: Math.min(...ys), maxY: Math.max(...ys) });
  }

  private async geometryOf(place: number): Promise<Polygon | null> {
    const row = await this.db
      .selectFrom("predictedPolygons")
      .select("geometryJson")
      .where("num", "=", this.nums.at(place))
      .executeTakeFirst();
    return row ? fromColumn<Polygon>(row.geometryJson) : null;
  }

  /** All that may be seen, each with what was decided on it when the tile was made. */
  content(): TileContent {
    return {
      layerName: "outlines",
      shapes: this.shapes,
      includes: (place) => this.hidden[place] === 0,
      idOf: (place) => this.nums.at(place),
      writeTags: (place, writer) => {
        writer.tag("probability", Math.round(this.probabilities.at(place) * 100) / 100);
        const name = this.classNames[this.classes.at(place)];
        if (name) writer.tag("class", name);
        const decision = this.decisions[place] ?? 0;
        if (decision !== decisionCodes.open) writer.tag("decision", decision);
      },
    };
  }

  counts(): OutlineCounts {
    const counts = [0, 0, 0, 0];
    for (let place = 0; place < this.decisions.length; place++) {
      if (this.hidden[place] === 0) counts[this.decisions[place] ?? 0] = (counts[this.decisions[place] ?? 0] ?? 0) + 1;
    }
    const [open = 0, accepted = 0, edited = 0, rejected = 0] = counts;
    return { open, accepted, edited, rejected };
  }

  /** Decisions that changed after a version, of polygons that may be seen. */
  changedSince(version: number): NumberedDecision[] {
    const changed: NumberedDecision[] = [];
    for (let place = 0; place < this.decisions.length; place++) {
      if (this.changedAt.at(place) > version && this.hidden[place] === 0) changed.push(this.decisionAt(place));
    }
    return changed;
  }

  /** The decision on a polygon; null when there is none of that number or name, or it may not be seen. */
  decisionOn(which: { id: string } | { num: number }): NumberedDecision | null {
    const place = "id" in which ? this.placeOfId.get(which.id) : this.placeOfNum.get(which.num);
    return place === undefined || this.hidden[place] === 1 ? null : this.decisionAt(place);
  }

  private decisionAt(place: number): NumberedDecision {
    return { num: this.nums.at(place), decision: decisionNames[this.decisions[place] ?? 0] ?? null };
  }

  /**
   * Where a polygon stands among those left to review, and its neighbour in that order, round the ends. `position` counts from 1 and is 0
   * for one that is not among them; from nowhere (null) the neighbour is the first or the last.
   */
  step(filter: ReviewFilter, fromNum: number | null, by: 1 | -1): { num: number | null; position: number; total: number } {
    const order = this.orderOf(filter.order);
    const from = fromNum === null ? undefined : this.placeOfNum.get(fromNum);
    const left = (place: number) => {
      const probability = this.probabilities.at(place);
      if (filter.class !== undefined && this.classNames[this.classes.at(place)] !== filter.class) return false;
      return this.decisions[place] === 0 && this.hidden[place] === 0 && probability >= filter.from && probability < filter.to;
    };
    let total = 0;
    let position = 0;
    let at = -1;
    for (const [index, place] of order.entries()) {
      if (place === from) at = index;
      if (!left(place)) continue;
      total++;
      if (place === from) position = total;
    }
    const start = at >= 0 ? at : by === 1 ? -1 : order.length;
    for (let steps = 1; steps <= order.length; steps++) {
      const place = order[(((start + by * steps) % order.length) + order.length) % order.length];
      if (place !== undefined && place !== from && left(place)) return { num: this.nums.at(place), position, total };
    }
    return { num: null, position, total };
  }

  private orderOf(order: ReviewOrder): Uint32Array {
    const known = this.orders.get(order);
    if (known) return known;
    const places = Uint32Array.from({ length: this.shapes.count }, (_, place) => place);
    const by = {
      doubtful: (place: number) => this.probabilities.at(place),
      surest: (place: number) => -this.probabilities.at(place),
      largest: (place: number) => -this.areas.at(place),
      smallest: (place: number) => this.areas.at(place),
    }[order];
    places.sort((a, b) => by(a) - by(b) || a - b);
    this.orders.set(order, places);
    return places;
  }
}
