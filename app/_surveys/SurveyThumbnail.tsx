import type { SurveyImage } from "@reefline/schema/survey";
import { thumbnailTiles } from "./thumbnailTile.ts";

/** The survey seen whole, made of its own map tiles, filling a 3 : 2 window. */
export function SurveyThumbnail({ image }: { image: SurveyImage }) {
  const { tiles, frame } = thumbnailTiles(image);
  // Cover the window: as large as the frame's shorter side demands, its middle in the middle.
  const scale = Math.max(300 / frame.width, 200 / frame.height);
  const left = 150 - (frame.left + frame.width / 2) * scale;
  const top = 100 - (frame.top + frame.height / 2) * scale;
  return (
    <svg
      viewBox="0 0 300 200"
      className="block aspect-3/2 w-full bg-(--map-ground)"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {tiles.map((tile) => (
        <image
          key={tile.url}
          href={tile.url}
          x={left + tile.left * scale}
          y={top + tile.top * scale}
          width={scale + 0.3}
          height={scale + 0.3}
        />
      ))}
    </svg>
  );
}
