import { parseTileStyle, type TileStyle, tileStyleText } from "@reefline/schema/tileStyle";

const key = (surveyId: string) => `reefline.bands.${surveyId}`;

/** How this browser showed the survey's image last; null: in its own colours. */
export function readKeptStyle(surveyId: string, storage: Pick<Storage, "getItem"> = localStorage): TileStyle | null {
  try {
    const text = storage.getItem(key(surveyId));
    return text === null ? null : parseTileStyle(text);
  } catch {
    return null;
  }
}

/** Remembers the choice in this browser; null forgets it. */
export function keepStyle(
  surveyId: string,
  style: TileStyle | null,
  storage: Pick<Storage, "setItem" | "removeItem"> = localStorage,
): void {
  try {
    if (style) storage.setItem(key(surveyId), tileStyleText(style));
    else storage.removeItem(key(surveyId));
  } catch {
    // A browser that keeps nothing still shows the choice until it is closed.
  }
}
