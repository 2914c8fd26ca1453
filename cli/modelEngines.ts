import type { EngineTrial } from "@reefline/schema/prediction";
import { chooseEngine } from "@reefline/segmentation/engines/chooseEngine";
import { resolveModel } from "../server/services/training/training.ts";
import type { Session } from "./session.ts";

/** Tests a model on every engine that is here and prints what a prediction would choose and why. */
export async function modelEngines(session: Session, name: string, { windowPx }: { windowPx: number }): Promise<void> {
  const model = await resolveModel(session.ctx, name);
  const { choice, table } = await chooseEngine(session.ctx.store.paths.model(model.id), { windowPx });
  session.result({ model: { id: model.id, name: model.name }, windowPx, choice, table }, [
    `${model.name} runs fastest on ${choice.name} ${choice.version}, ${choice.threads} threads, with windows of ${windowPx} px.`,
    ...engineTrialLines(table),
  ]);
}

/** The engines' self-test as a table. */
export function engineTrialLines(table: readonly EngineTrial[]): string[] {
  return table.map(({ name, mpxPerSecond, maxDifference, why }) => {
    const speed = mpxPerSecond === null ? "–" : `${mpxPerSecond.toFixed(2)} Mpx/s`;
    const difference = maxDifference === null ? "" : `differs by at most ${maxDifference.toExponential(1)}`;
    return `  ${name.padEnd(12)} ${speed.padStart(12)}  ${[difference, why].filter(Boolean).join("; ")}`;
  });
}
