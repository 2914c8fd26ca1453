import type { Layer } from "@reefline/schema/feature";
import { tileIdOf } from "@reefline/schema/tileId";
import { lastEditSeq } from "../../storage/edits.ts";
import type { Database } from "../../storage/store.ts";
import { growingBytes, growingCounts, growingDoubles } from "./growing.ts";
import { PackedShapes } from "./packedShapes.ts";
import type { TileContent } from "./polygonTile.ts";

const rowsPerRead = 2_000;

/** The saved features of one layer of a survey, in memory for tiles; brought up to date by what changed. */
export class LabelShapes {
  private shapes = new PackedShapes();
  private tileIds = growingDoubles();
  private classes = growingCounts();
  private locks = growingBytes();
  private seqs = growingCounts();
  private placeOf = new Map<string, number>();
  private readonly classNames: string[] = [];
  private seq = 0;
  private under: Promise<void> | null = null;

  constructor(
    private readonly db: Database,
    private readonly surveyId: string,
    private readonly layer: Layer,
  ) {}

  get byteLength(): number {
    return this.shapes.byteLength;
  }

  /** Reads what was saved up to an edit, unless it has been. The answer is whether there is such an edit. */
  async reach(seq: number): Promise<boolean> {
    while (this.seq < seq) {
      this.under ??= this.refresh().finally(() => {
        this.under = null;
      });
      const before = this.seq;
      await this.under;
      if (this.seq === before) return false;
    }
    return true;
  }

  private async refresh(): Promise<void> {
    const last = await lastEditSeq(this.db, this.surveyId);
    // Numbers first, from an index alone: reading whole rows in the order of their numbers would sort all of them for every few thousand.
    const numbers = this.db.selectFrom("features").select("num").where("surveyId", "=", this.surveyId);
    // The first time everything that lives; later what changed.
    const wanted =
      this.seq === 0 ? numbers.where("deleted", "=", 0).where("layer", "=", this.layer) : numbers.where("lastEditSeq", ">", this.seq);
    const nums = (await wanted.execute()).map(({ num }) => num).sort((a, b) => a - b);
    for (let from = 0; from < nums.length; from += rowsPerRead) {
      const rows = await this.db
        .selectFrom("features")
        .select(["num", "id", "layer", "class", "locked", "deleted", "lastEditSeq", "geometryJson"])
        .where("num", "in", nums.slice(from, from + rowsPerRead))
        .orderBy("num")
        .execute();
      for (const row of rows) {
        const known = this.placeOf.get(row.id);
        if (known !== undefined) this.shapes.remove(known);
        this.placeOf.delete(row.id);
        if (row.deleted === 1 || row.layer !== this.layer) continue;
        this.placeOf.set(row.id, this.shapes.addText(row.geometryJson));
        this.tileIds.push(tileIdOf(row.id));
        this.classes.push(this.classOf(row.class));
        this.locks.push(row.locked);
        this.seqs.push(row.lastEditSeq);
      }
    }
    this.seq = last;
    // What was replaced or deleted still takes room: now and then everything is read afresh.
    if (this.shapes.removedCount > 1_000 && this.shapes.removedCount > this.shapes.count / 4) this.forget();
  }

  private forget(): void {
    this.shapes = new PackedShapes();
    this.tileIds = growingDoubles();
    this.classes = growingCounts();
    this.locks = growingBytes();
    this.seqs = growingCounts();
    this.placeOf = new Map();
    this.seq = 0;
  }

  private classOf(name: string): number {
    const known = this.classNames.indexOf(name);
    return known >= 0 ? known : this.classNames.push(name) - 1;
  }

  /** What a tile of the survey as of an edit holds. What was changed since is missing: whoever asks draws that from what changed since. */
  contentAt(seq: number): TileContent {
    return {
      layerName: this.layer,
      shapes: this.shapes,
      includes: (place) => this.seqs.at(place) <= seq,
      idOf: (place) => this.tileIds.at(place),
      writeTags: (place, writer) => {
        writer.tag("class", this.classNames[this.classes.at(place)] ?? "");
        if (this.locks.at(place) === 1) writer.tag("locked", true);
      },
    };
  }
}
