import { api } from "../_api/api.ts";
import type { TileHandover } from "../_map/tileHandover.ts";
import { decisionCode, outlineTilesUrl } from "./outlineLayers.ts";
import { useRecentDecisions } from "./recentDecisions.ts";
import type { ShownOutlines } from "./useOutlines.ts";

type Tiles = NonNullable<ShownOutlines["tiles"]>;

/** More decisions than these are better read from new tiles. */
const decisionsBesideTiles = 500;

/** Which outlines they are and what of them is hidden; before it the decisions' version. */
const visiblePart = (token: string) => token.split(".")[1];

/** Keeps the outlines' tiles on the map up to date: decisions made since go beside them, and now and then they are replaced. */
export function followOutlines(handover: TileHandover) {
  let base: Tiles | null = null;
  let latest: Tiles | null = null;
  let since: ReadonlyMap<number, number> = new Map();

  const setStates = () => {
    const codes = new Map(since);
    for (const [num, decision] of useRecentDecisions.getState().decisions) codes.set(num, decisionCode(decision));
    handover.setStates(new Map([...codes].map(([num, decision]) => [num, { decision }])));
  };
  const startFrom = (tiles: Tiles) => {
    base = tiles;
    handover.show({ url: outlineTilesUrl(tiles.predictionId, tiles.threshold, tiles.token) }, () => {
      if (base !== tiles) return;
      since = new Map();
      setStates();
    });
  };
  const stop = useRecentDecisions.subscribe(setStates);

  return {
    stop,
    /** Null: none at all. */
    async update(tiles: Tiles | null): Promise<void> {
      latest = tiles;
      if (!tiles) {
        base = null;
        handover.show(null);
        return;
      }
      const same = base?.predictionId === tiles.predictionId && base.threshold === tiles.threshold;
      if (!base || !same || visiblePart(base.token) !== visiblePart(tiles.token)) {
        // Other outlines, or the same drawn anew: their numbers mean other polygons.
        since = new Map();
        useRecentDecisions.setState({ decisions: new Map() });
        startFrom(tiles);
        return;
      }
      if (base.token === tiles.token) return;
      const asked = base;
      const changes = await api.predictions.outlineChanges.query(asked).catch(() => []);
      if (base !== asked || latest !== tiles) return;
      if (changes === null || changes.length > decisionsBesideTiles) {
        startFrom(tiles);
        return;
      }
      since = new Map(changes.map(({ num, decision }) => [num, decisionCode(decision)]));
      setStates();
    },
  };
}
