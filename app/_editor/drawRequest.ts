import type { Polygon } from "@reefline/schema/feature";
import { create } from "zustand";

/** Another panel borrows the editor: to draw an area, or to change a polygon before accepting it. */
export type DrawRequest = {
  kind: "draw" | "edit";
  /** What the user is doing, shown over the map: "Draw the area to predict". */
  title: string;
  polygon: Polygon | null;
  answer: (polygon: Polygon | null) => void;
};

export const useDrawRequest = create<{ request: DrawRequest | null }>(() => ({ request: null }));

function ask(kind: DrawRequest["kind"], title: string, polygon: Polygon | null): Promise<Polygon | null> {
  useDrawRequest.getState().request?.answer(null);
  return new Promise((resolve) => {
    const request: DrawRequest = {
      kind,
      title,
      polygon,
      answer: (result) => {
        if (useDrawRequest.getState().request === request) useDrawRequest.setState({ request: null });
        resolve(result);
      },
    };
    useDrawRequest.setState({ request });
  });
}

/** Lets the user draw one polygon in any mode. null: backed out with Esc. Nothing is saved. */
export const requestDrawnArea = (title: string): Promise<Polygon | null> => ask("draw", title, null);

/** Opens a polygon in the vertex editor until the user finishes (Enter) or backs out (Esc: null). Nothing is saved. */
export const requestEditedPolygon = (title: string, polygon: Polygon): Promise<Polygon | null> => ask("edit", title, polygon);
