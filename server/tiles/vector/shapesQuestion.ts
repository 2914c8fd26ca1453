import type { Shapes } from "./shapes.ts";

type Methods = Omit<Shapes, "close">;
type Request<K extends keyof Methods> = Parameters<Methods[K]>[0];

/** One call of `Shapes` as a message to its thread. */
export type ShapesCall = { [K in keyof Methods]: { readonly method: K; readonly request: Request<K> } }[keyof Methods];
export type ShapesQuestion = ShapesCall & { readonly id: number };

export interface ShapesAnswer {
  readonly id: number;
  readonly answer: unknown;
  /** `kind` null: not an AppError. */
  readonly error: { readonly kind: string | null; readonly code: string; readonly message: string } | null;
}

export function answerShapes(shapes: Shapes, call: ShapesCall): Promise<unknown> {
  switch (call.method) {
    case "prepare":
      return shapes.prepare(call.request);
    case "featureTile":
      return shapes.featureTile(call.request);
    case "outlineTile":
      return shapes.outlineTile(call.request);
    case "outlineState":
      return shapes.outlineState(call.request);
    case "outlineChanges":
      return shapes.outlineChanges(call.request);
    case "decisionOn":
      return shapes.decisionOn(call.request);
    case "step":
      return shapes.step(call.request);
  }
}
