import type { Polygon } from "@reefline/schema/feature";
import type { Decision, PredictedPolygon } from "@reefline/schema/prediction";
import { create } from "zustand";
import { api, queryClient, trpc } from "../_api/api.ts";
import { appErrorOf, sentenceFor } from "../_api/appErrorOf.ts";
import { pullFeatures } from "../_editor/featureStore.ts";
import { decisionIsSaved, forgetDecision, noteDecision } from "../_prediction/recentDecisions.ts";
import { announce } from "../_ui/announce.ts";
import { toast } from "../_ui/toasts.ts";
import { workspace } from "../_workspace/workspaceStore.ts";
import { acceptedLabel } from "./acceptedLabel.ts";

export interface DecisionMade {
  decisionId: string;
  predictionId: string;
  threshold: number;
  polygonId: string;
  /** Its number in tiles. */
  num: number;
  kind: Decision["kind"];
}

type NumberedPolygon = PredictedPolygon & { num: number };

/** Decisions of this visit, oldest first: what Ctrl+Z takes back while reviewing. */
const useDecisions = create<{ made: DecisionMade[] }>(() => ({ made: [] }));

const words: Record<Decision["kind"], string> = {
  accepted: "Accepted: it is a label now.",
  edited: "Changed and accepted: it is a label now.",
  rejected: "Rejected.",
};

/** An answer may get lost while the server restarts; both calls count once however often they are sent. */
async function insistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (appErrorOf(error) !== null || attempt >= 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
  }
}

/** Shows a decision at once: on the map, on the card, in the counts. */
function mark({ predictionId, threshold, polygonId, num }: DecisionMade, decision: PredictedPolygon["decision"]): void {
  noteDecision(num, decision);
  const which = { id: polygonId };
  let before: PredictedPolygon["decision"] = null;
  queryClient.setQueryData(trpc.predictions.outline.queryKey({ predictionId, threshold, which }), (known) => {
    before = known?.decision ?? null;
    return known ? { ...known, decision } : known;
  });
  queryClient.setQueryData(trpc.predictions.outlines.queryKey({ predictionId, threshold }), (known) => {
    if (!known || before === decision) return known;
    const counts = { ...known.counts };
    counts[before ?? "open"]--;
    counts[decision ?? "open"]++;
    return { ...known, counts };
  });
}

function refetchOutlines(): void {
  const { predictions, review } = trpc;
  const filters: { queryKey: readonly unknown[] }[] = [
    predictions.outlines.queryFilter(),
    predictions.outline.queryFilter(),
    review.step.queryFilter(),
  ];
  for (const filter of filters) void queryClient.invalidateQueries(filter);
}

function forget(decisionId: string): void {
  useDecisions.setState(({ made }) => ({ made: made.filter((one) => one.decisionId !== decisionId) }));
}

/** Accepts, accepts as changed, or rejects. Shown at once; put back, with a sentence, should the server refuse. */
export async function decide(
  at: { surveyId: string; predictionId: string; threshold: number },
  polygon: NumberedPolygon,
  kind: Decision["kind"],
  changed: Polygon | null = null,
): Promise<void> {
  const { surveyId, predictionId, threshold } = at;
  const made: DecisionMade = { decisionId: crypto.randomUUID(), predictionId, threshold, polygonId: polygon.id, num: polygon.num, kind };
  const edit =
    kind === "rejected"
      ? null
      : acceptedLabel({ editId: crypto.randomUUID(), featureId: crypto.randomUUID(), surveyId, predictionId, polygon, changed });
  mark(made, kind);
  useDecisions.setState((state) => ({ made: [...state.made, made].slice(-200) }));
  toast(words[kind], { action: { label: "Undo", run: () => void takeBackDecision(made) } });
  announce(words[kind]);
  try {
    await insistently(() => api.review.decide.mutate({ id: made.decisionId, predictionId, threshold, polygonId: polygon.id, kind, edit }));
    decisionIsSaved(made.num);
    if (edit) void pullFeatures();
    refetchOutlines();
  } catch (error) {
    mark(made, null);
    forgetDecision(made.num);
    forget(made.decisionId);
    toast(sentenceFor(error), { kind: "error" });
  }
}

/** Takes a decision back, with the label it made. */
async function takeBackDecision(made: DecisionMade): Promise<void> {
  forget(made.decisionId);
  mark(made, null);
  try {
    await insistently(() => api.review.undo.mutate({ decisionId: made.decisionId, newEditId: crypto.randomUUID() }));
    decisionIsSaved(made.num);
    workspace.selectPolygon(made.polygonId);
    announce("Decision undone");
    if (made.kind !== "rejected") void pullFeatures();
    refetchOutlines();
  } catch (error) {
    // What stands now, only the server knows: the label may have been undone or changed elsewhere.
    forgetDecision(made.num);
    refetchOutlines();
    toast(sentenceFor(error), { kind: "error" });
  }
}

/** Undoes the last decision of this visit. False when there is none. */
export function takeBackLast(): boolean {
  const last = useDecisions.getState().made.at(-1);
  if (last) void takeBackDecision(last);
  return last !== undefined;
}
