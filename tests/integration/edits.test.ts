import { randomUUID } from "node:crypto";
import { isAppError } from "@reefline/schema/errors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { changeClass, countOfClass } from "../../server/services/labels/labelClasses.ts";
import {
  applyEdit,
  type EditConflict,
  featuresInSurvey,
  featuresSince,
  listRecentEdits,
  undoEdit,
} from "../../server/services/labels/labels.ts";
import { featuresWithin } from "../../server/storage/features.ts";
import { bareSurvey, box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
let ctx: Context;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  close = () => opened.store.close();
});
afterAll(async () => {
  await close();
  folder.remove();
});

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error(`expected an AppError, got ${String(error)}`);
  return error;
}

const present = async (surveyId: string) => (await featuresInSurvey(ctx, surveyId)).features;

describe("edits", () => {
  it("are applied once however often they are sent", async () => {
    const survey = await bareSurvey(ctx.store, "once");
    const id = randomUUID();
    const draw = edit(survey, { puts: [{ id, baseRevision: 0, content: content(box(10, 20)) }] });
    const first = await applyEdit(ctx, draw);
    const again = await Promise.all([applyEdit(ctx, draw), applyEdit(ctx, draw)]);
    expect(first).toMatchObject({ duplicate: false, revisions: [{ id, revision: 1 }] });
    for (const repeated of again) expect(repeated).toEqual({ ...first, duplicate: true });
    expect(await present(survey)).toHaveLength(1);
    expect((await listRecentEdits(ctx, survey, 10)).map((applied) => applied.id)).toEqual([draw.id]);
  });

  it("keep holes and every digit, and turn rings the RFC's way", async () => {
    const survey = await bareSurvey(ctx.store, "digits");
    const geometry = box(85.5188859006959, -27.6293184482644);
    const wrongWay = { ...geometry, coordinates: geometry.coordinates.map((ring) => [...ring].reverse()) };
    await applyEdit(ctx, edit(survey, { puts: [{ id: randomUUID(), baseRevision: 0, content: content(wrongWay) }] }));
    expect((await present(survey))[0]?.geometry).toEqual(geometry);
  });

  it("that build on an old revision are refused whole, with both versions", async () => {
    const survey = await bareSurvey(ctx.store, "conflict");
    const [a, b] = [randomUUID(), randomUUID()];
    await applyEdit(ctx, edit(survey, { puts: [a, b].map((id, i) => ({ id, baseRevision: 0, content: content(box(10 + i, 20)) })) }));
    await applyEdit(ctx, edit(survey, { puts: [{ id: a, baseRevision: 1, content: content(box(10, 20), { notes: "theirs" }) }] }));
    const before = await present(survey);
    const mine = edit(survey, {
      puts: [
        { id: a, baseRevision: 1, content: content(box(10, 20), { notes: "mine" }) },
        { id: b, baseRevision: 1, content: content(box(11, 20), { notes: "innocent" }) },
      ],
    });
    const error = await failure(applyEdit(ctx, mine));
    expect(error).toMatchObject({ kind: "conflict", code: "edit/conflict" });
    const { conflicts } = error.details as { conflicts: EditConflict[] };
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatchObject({ id: a, yours: { notes: "mine" }, current: { notes: "theirs", revision: 2 } });
    expect(await present(survey)).toEqual(before);
  });

  it("that change what another deleted are conflicts, and so are deletions of what another changed", async () => {
    const survey = await bareSurvey(ctx.store, "deletions");
    const id = randomUUID();
    await applyEdit(ctx, edit(survey, { puts: [{ id, baseRevision: 0, content: content(box(10, 20)) }] }));
    await applyEdit(ctx, edit(survey, { puts: [{ id, baseRevision: 1, content: content(box(10, 20), { class: "mussels" }) }] }));
    expect((await failure(applyEdit(ctx, edit(survey, { deletes: [{ id, baseRevision: 1 }] })))).kind).toBe("conflict");
    await applyEdit(ctx, edit(survey, { deletes: [{ id, baseRevision: 2 }] }));
    const moved = edit(survey, { puts: [{ id, baseRevision: 2, content: content(box(10.5, 20)) }] });
    const error = await failure(applyEdit(ctx, moved));
    expect(error.details).toMatchObject({ conflicts: [{ id, current: null }] });
    expect(await present(survey)).toEqual([]);
  });

  it("cannot put a polygon of one survey into another, nor name one twice, nor a line", async () => {
    const [one, two] = [await bareSurvey(ctx.store, "one"), await bareSurvey(ctx.store, "two")];
    const id = randomUUID();
    await applyEdit(ctx, edit(one, { puts: [{ id, baseRevision: 0, content: content(box(10, 20)) }] }));
    expect((await failure(applyEdit(ctx, edit(two, { puts: [{ id, baseRevision: 1, content: content(box(10, 20)) }] })))).kind).toBe(
      "conflict",
    );
    const twice = edit(two, {
      puts: [randomUUID()].flatMap((twin) => [1, 2].map(() => ({ id: twin, baseRevision: 0, content: content(box(10, 20)) }))),
    });
    expect((await failure(applyEdit(ctx, twice))).code).toBe("edit/twice");
    const line = content({
      type: "Polygon",
      coordinates: [
        [
          [10, 20],
          [11, 21],
          [10, 20],
          [10, 20],
        ],
      ],
    });
    expect((await failure(applyEdit(ctx, edit(two, { puts: [{ id: randomUUID(), baseRevision: 0, content: line }] })))).code).toBe(
      "label/no-area",
    );
    expect(await present(two)).toEqual([]);
  });

  it("are undone and redone in order, and found again by place and by time", async () => {
    const survey = await bareSurvey(ctx.store, "undo");
    const id = randomUUID();
    const draw = edit(survey, { puts: [{ id, baseRevision: 0, content: content(box(10, 20)) }] });
    const move = edit(survey, { puts: [{ id, baseRevision: 1, content: content(box(30, 40)) }] });
    const remove = edit(survey, { deletes: [{ id, baseRevision: 2 }] });
    for (const one of [draw, move, remove]) await applyEdit(ctx, one);
    expect(await present(survey)).toEqual([]);
    const undo = async (editId: string) => {
      const newEditId = randomUUID();
      await undoEdit(ctx, { surveyId: survey, editId, newEditId });
      return newEditId;
    };
    await undo(remove.id);
    expect((await present(survey))[0]?.geometry).toEqual(box(30, 40));
    const undidMove = await undo(move.id);
    expect((await present(survey))[0]?.geometry).toEqual(box(10, 20));
    expect(await featuresWithin(ctx.store.db, survey, { west: 29, south: 39, east: 31, north: 41 })).toEqual([]);
    const undidDraw = await undo(draw.id);
    expect(await present(survey)).toEqual([]);
    const { lastEditSeq } = await featuresInSurvey(ctx, survey);
    await undo(undidDraw);
    await undo(undidMove);
    const since = await featuresSince(ctx, survey, lastEditSeq);
    expect(since.features.map((feature) => feature.geometry)).toEqual([box(30, 40)]);
    expect(await featuresWithin(ctx.store.db, survey, { west: 29, south: 39, east: 31, north: 41 })).toHaveLength(1);
  });

  it("cannot be undone when the polygon was changed again since", async () => {
    const survey = await bareSurvey(ctx.store, "later work");
    const id = randomUUID();
    const draw = edit(survey, { puts: [{ id, baseRevision: 0, content: content(box(10, 20)) }] });
    await applyEdit(ctx, draw);
    await applyEdit(
      ctx,
      edit(survey, { puts: [{ id, baseRevision: 1, content: content(box(10, 20), { notes: "somebody's later work" }) }] }),
    );
    const error = await failure(undoEdit(ctx, { surveyId: survey, editId: draw.id, newEditId: randomUUID() }));
    expect(error.code).toBe("edit/changed-since");
    expect((await present(survey))[0]?.notes).toBe("somebody's later work");
  });

  it("give labels of a class another at once, everywhere or in view, and can be taken back", async () => {
    const survey = await bareSurvey(ctx.store, "classes");
    const at = (lon: number, name: string) => ({ id: randomUUID(), baseRevision: 0, content: content(box(lon, 20), { class: name }) });
    await applyEdit(ctx, edit(survey, { puts: [at(10, "reef"), at(11, "reef"), at(12, "dead"), at(13, "reef")] }));
    const bounds = { west: 9.5, east: 11.5, south: 19, north: 21 };
    const reef = { surveyId: survey, class: "reef" };
    const classes = async () =>
      (await present(survey))
        .sort((a, b) => (a.geometry.coordinates[0]?.[0]?.[0] ?? 0) - (b.geometry.coordinates[0]?.[0]?.[0] ?? 0))
        .map((one) => one.class);
    expect([await countOfClass(ctx, { ...reef, bounds }), await countOfClass(ctx, { ...reef, bounds: null })]).toEqual([2, 3]);
    // A label that reaches out of the view is not one that was seen.
    expect(await countOfClass(ctx, { ...reef, bounds: { ...bounds, east: 11 } })).toBe(1);

    const request = { ...reef, bounds, to: "live", editId: randomUUID() };
    expect(await changeClass(ctx, request)).toEqual({ changed: 2, left: 0 });
    expect(await changeClass(ctx, request)).toEqual({ changed: 2, left: 0 });
    expect(await classes()).toEqual(["live", "live", "dead", "reef"]);
    expect((await listRecentEdits(ctx, survey, 10))[0]?.title).toBe("Change class of 2 labels");
    expect(await changeClass(ctx, { ...reef, bounds, to: "live", editId: randomUUID() })).toEqual({ changed: 0, left: 0 });
    expect(await changeClass(ctx, { ...reef, bounds: null, to: "reef", editId: randomUUID() })).toEqual({ changed: 0, left: 0 });
    await undoEdit(ctx, { surveyId: survey, editId: request.editId, newEditId: randomUUID() });
    expect(await classes()).toEqual(["reef", "reef", "dead", "reef"]);
  });

  it("give more labels than fit one edit another class in several", async () => {
    const survey = await bareSurvey(ctx.store, "many of a class");
    const puts = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        id: randomUUID(),
        baseRevision: 0,
        content: content(box(10 + ((from + i) % 71) / 2, 20)),
      }));
    await applyEdit(ctx, edit(survey, { puts: puts(0, 4_000) }));
    await applyEdit(ctx, edit(survey, { puts: puts(4_000, 1_003) }));
    const all = { surveyId: survey, class: "reef", bounds: null, to: "dead" };
    expect(await changeClass(ctx, { ...all, editId: randomUUID() })).toEqual({ changed: 5_000, left: 3 });
    expect(await changeClass(ctx, { ...all, editId: randomUUID() })).toEqual({ changed: 3, left: 0 });
    expect(await countOfClass(ctx, { surveyId: survey, class: "dead", bounds: null })).toBe(5_003);
  });
});
