import { workspace } from "../_workspace/workspaceStore.ts";
import { useThresholdMove } from "./predictionView.ts";

/** Keys repeat faster than this; a slider at rest for longer is meant. */
const REST_MS = 220;

let resting: ReturnType<typeof setTimeout> | null = null;
let pressed = false;

if (typeof window !== "undefined") {
  window.addEventListener("pointerdown", () => (pressed = true), { capture: true });
  for (const end of ["pointerup", "pointercancel"] as const) {
    window.addEventListener(
      end,
      () => {
        pressed = false;
        if (useThresholdMove.getState().moving) settleThreshold();
      },
      { capture: true },
    );
  }
}

/** The slider is at a new place: colours and area follow at once. */
export function moveThreshold(threshold: number): void {
  useThresholdMove.setState({ moving: true });
  workspace.setThreshold(threshold);
  workspace.selectPolygon(null);
  if (resting) clearTimeout(resting);
  // A key press tells of its end before its change, so that rest is what counts; a pointer tells when it is let go.
  if (!pressed) settleThreshold();
}

/** The slider was let go: outlines are drawn for where it is, unless it moves on. */
export function settleThreshold(): void {
  if (resting) clearTimeout(resting);
  resting = setTimeout(() => useThresholdMove.setState({ moving: false }), REST_MS);
}
