import { AppError } from "@reefline/schema/errors";

/** Who asks. In single-user mode everybody who reaches the loopback address is the owner. */
export interface Principal {
  readonly kind: "owner" | "system";
  /** What the edit log keeps as author. */
  readonly name: string;
}

export const owner: Principal = { kind: "owner", name: "owner" };
/** The program itself: jobs and the demo. */
export const system: Principal = { kind: "system", name: "reefline" };

export type Action =
  | "survey:read"
  | "survey:write"
  | "label:write"
  | "run:start"
  | "prediction:write"
  | "job:control"
  | "export:read"
  | "system:read";

/**
 * Every service calls this before it touches a project. One user owns everything today; with accounts only this function changes.
 *
 * @throws AppError `auth/forbidden`.
 */
export function authorize(principal: Principal, action: Action, projectId: string): void {
  if (principal.kind === "owner" || principal.kind === "system") return;
  throw new AppError("forbidden", "auth/forbidden", `You may not do this (${action}) in project ${projectId}. Ask its owner for access.`);
}
