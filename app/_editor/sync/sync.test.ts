import type { AppliedEdit, Feature, FeatureContent } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { buildEdit, contentOf } from "./buildEdit.ts";
import { conflictingFeatures, rebaseOntoCurrent, rebasePending, withoutConflicts } from "./conflict.ts";
import { featureView } from "./featureView.ts";
import type { PendingChange } from "./pendingChange.ts";
import { forgetPending, keepPending, nextOrder, readPending } from "./pendingStorage.ts";
import { inverseEffects, type LogEntry, logEntryOf, undoStack } from "./undoStack.ts";

const surveyId = "sv_0000000000000000000";
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

function content(name: string): FeatureContent {
  return {
    layer: "label",
    class: name,
    notes: "",
    properties: {},
    provenance: { kind: "drawn" },
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [3, 0],
          [0, 1],
          [0, 0],
        ],
      ],
    },
    locked: false,
  };
}

const feature = (number: number, name: string, revision: number): Feature => ({
  ...content(name),
  id: uuid(number),
  surveyId,
  revision,
  updatedAt: "2026-01-01T00:00:00Z",
});
const held = new Map([1, 2].map((number) => [uuid(number), feature(number, "reef", number + 2)]));

function applied(view: ReadonlyMap<string, Feature>, wishes: Parameters<typeof buildEdit>[2], id: number): PendingChange {
  return { kind: "apply", order: nextOrder(), ...buildEdit(view, surveyId, wishes, "Change", uuid(id)) };
}

describe("buildEdit and featureView", () => {
  it("bases puts and deletes on what is seen, and foretells revisions", () => {
    const change = applied(
      held,
      [
        { id: uuid(1), content: content("mussel") },
        { id: uuid(2), content: null },
        { id: uuid(3), content: content("new") },
        { id: uuid(9), content: null },
      ],
      100,
    );
    if (change.kind !== "apply") throw new Error("apply");
    expect(change.edit.puts.map(({ baseRevision }) => baseRevision)).toEqual([3, 0]);
    expect(change.edit.deletes).toEqual([{ id: uuid(2), baseRevision: 4 }]);
    const view = featureView(held, [change], surveyId);
    expect(view.get(uuid(1))).toMatchObject({ class: "mussel", revision: 4 });
    expect(view.get(uuid(3))?.revision).toBe(1);
    expect(view.has(uuid(2))).toBe(false);
    expect(held.get(uuid(1))?.class).toBe("reef");
    const back = featureView(
      held,
      [
        change,
        {
          kind: "undo",
          order: nextOrder(),
          surveyId,
          editId: uuid(100),
          newEditId: uuid(101),
          title: "",
          effects: inverseEffects(change.effects),
        },
      ],
      surveyId,
    );
    expect([...back.values()].map((each) => contentOf(each)).sort()).toEqual([...held.values()].map((each) => contentOf(each)).sort());
    expect(back.size).toBe(2);
  });
});

describe("rebasePending", () => {
  it("counts later changes anew when the server's revision was not the foretold one", () => {
    const first = applied(held, [{ id: uuid(1), content: content("a") }], 100);
    const second = applied(featureView(held, [first], surveyId), [{ id: uuid(1), content: content("b") }], 101);
    const now = new Map(held).set(uuid(1), feature(1, "a", 9));
    const [rebased] = rebasePending(now, [second], surveyId);
    expect(rebased?.kind === "apply" && rebased.edit.puts[0]?.baseRevision).toBe(9);
    const third = applied(featureView(now, [second], surveyId), [{ id: uuid(1), content: content("c") }], 102);
    const both = rebasePending(now, [second, third], surveyId);
    expect(both.map((each) => each.kind === "apply" && each.edit.puts[0]?.baseRevision)).toEqual([9, 10]);
  });
});

describe("conflicts", () => {
  const change = applied(
    held,
    [
      { id: uuid(1), content: content("mine") },
      { id: uuid(2), content: null },
      { id: uuid(3), content: content("new") },
    ],
    100,
  );
  if (change.kind !== "apply") throw new Error("apply");
  const { edit } = change;
  let next = 500;
  const newId = () => uuid(next++);

  it("reads both versions out of the server's answer", () => {
    const current = conflictingFeatures({
      conflicts: [
        { id: uuid(1), yours: null, current: feature(1, "theirs", 8) },
        { id: uuid(2), current: null },
      ],
    });
    expect(current?.get(uuid(1))?.class).toBe("theirs");
    expect(current?.get(uuid(2))).toBeNull();
    expect(conflictingFeatures("nonsense")).toBeNull();
  });

  it("keeps mine on top of theirs, and brings back what was deleted under a new id", () => {
    const onTop = rebaseOntoCurrent(edit, new Map([[uuid(1), feature(1, "theirs", 8)]]), newId);
    expect(onTop.id).not.toBe(edit.id);
    expect(onTop.puts.map(({ baseRevision }) => baseRevision)).toEqual([8, 0]);
    expect(onTop.deletes).toEqual(edit.deletes);
    const revived = rebaseOntoCurrent(
      edit,
      new Map([
        [uuid(1), null],
        [uuid(2), null],
      ]),
      newId,
    );
    expect(revived.puts[0]).toMatchObject({ baseRevision: 0 });
    expect(revived.puts[0]?.id).not.toBe(uuid(1));
    expect(revived.deletes).toEqual([]);
  });

  it("gives way for what is in conflict only", () => {
    expect(withoutConflicts(edit, new Map([[uuid(1), null]]), newId)?.puts.map(({ id }) => id)).toEqual([uuid(3)]);
    expect(withoutConflicts({ ...edit, puts: edit.puts.slice(0, 1), deletes: [] }, new Map([[uuid(1), null]]), newId)).toBeNull();
  });
});

describe("undoStack", () => {
  const entry = (id: number, inverseOf: number | null = null): LogEntry => ({
    id: uuid(id),
    title: `Edit ${id}`,
    inverseOf: inverseOf === null ? null : uuid(inverseOf),
    effects: [],
  });
  const ids = (entries: readonly LogEntry[]) => entries.map(({ id }) => Number(id.slice(-12)));

  it("undo, undo, redo, and the titles stay those of what was done", () => {
    const { undo, redo } = undoStack([entry(1), entry(2), entry(3), entry(4, 3), entry(5, 2), entry(6, 5)]);
    expect(ids(undo)).toEqual([1, 6]);
    expect(ids(redo)).toEqual([4]);
    expect([undo[1]?.title, redo[0]?.title]).toEqual(["Edit 2", "Edit 3"]);
  });

  it("something new forgets what could be redone", () => {
    const { undo, redo } = undoStack([entry(1), entry(2, 1), entry(3)]);
    expect(ids(undo)).toEqual([3]);
    expect(redo).toEqual([]);
  });

  it("is the same from the server's log after a reload", () => {
    const change = applied(
      held,
      [
        { id: uuid(1), content: content("a") },
        { id: uuid(2), content: null },
      ],
      100,
    );
    if (change.kind !== "apply") throw new Error("apply");
    const log: AppliedEdit = {
      ...change.edit,
      seq: 7,
      author: "owner",
      appliedAt: "2026-01-01T00:00:00Z",
      before: [...held.values()].map((each) => ({ id: each.id, content: contentOf(each), revision: each.revision })),
      after: [],
    };
    expect(logEntryOf(log).effects).toEqual(change.effects);
  });
});

describe("pendingStorage", () => {
  it("finds after a reload what was kept, in order, for its survey only, past broken entries", () => {
    const storage = memoryStorage();
    const changes = [100, 101, 102].map((id) => applied(held, [{ id: uuid(1), content: content(`v${id}`) }], id));
    for (const change of [...changes].reverse()) expect(keepPending(surveyId, change, storage)).toBe(true);
    keepPending("sv_1111111111111111111", applied(held, [{ id: uuid(2), content: null }], 103), storage);
    storage.setItem(`reefline.pending.${surveyId}.broken`, "{");
    expect(readPending(surveyId, storage)).toEqual(changes);
    if (changes[1]) forgetPending(surveyId, changes[1], storage);
    expect(readPending(surveyId, storage)).toEqual([changes[0], changes[2]]);
  });
  it("says when the browser's storage is full", () => {
    const full: Storage = {
      ...memoryStorage(),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(keepPending(surveyId, applied(held, [{ id: uuid(1), content: null }], 104), full)).toBe(false);
  });
});

function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}
