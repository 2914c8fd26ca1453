import type { ReactNode } from "react";
import type { MapLayer } from "../_workspace/mapLayers.ts";

/** The layer's look on the map in 18 × 12 px: outline and fill, never colour alone. */
export function LayerSwatch({ layer }: { layer: MapLayer }) {
  return (
    <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true" className="shrink-0">
      <rect width="18" height="12" rx="2" fill="#6b6a5e" />
      {marks[layer]}
    </svg>
  );
}

const marks: Record<MapLayer, ReactNode> = {
  label: <rect x="2.5" y="2.5" width="13" height="7" rx="1" fill="#19ada8" fillOpacity="0.3" stroke="#5fe0da" strokeWidth="1.5" />,
  prediction: (
    <rect
      x="2.5"
      y="2.5"
      width="13"
      height="7"
      rx="1"
      fill="#e69f00"
      fillOpacity="0.3"
      stroke="#ffb928"
      strokeWidth="1.5"
      strokeDasharray="3 1.6"
    />
  ),
  examined: (
    <>
      <path d="M0 0h18v12H0zM3 3v6h12V3z" fill="#10161e" fillOpacity="0.45" fillRule="evenodd" />
      <path d="M3 3h12v6H3zM6 3v1.6M9 3v1.6M12 3v1.6M6 9V7.4M9 9V7.4M12 9V7.4" stroke="white" fill="none" strokeWidth="1" />
    </>
  ),
  holdout: <path d="M2.5 2.5h13v7h-13zM5 9.5l5-7M10 9.5l5-7" stroke="#d9a9ff" fill="none" strokeWidth="1.3" />,
  ignore: <path d="M2.5 2.5h13v7h-13zM4 9.5l5-7M9 9.5l5-7M4 2.5l5 7M9 2.5l5 7" stroke="#dfe3e8" fill="none" strokeWidth="0.8" />,
  probability: (
    <>
      <rect x="2" y="2" width="4" height="8" fill="#fde7b4" />
      <rect x="7" y="2" width="4" height="8" fill="#f2b23c" />
      <rect x="12" y="2" width="4" height="8" fill="#b65f00" />
    </>
  ),
  uncertainty: (
    <>
      <rect x="2" y="2" width="4" height="8" fill="#1d5f8f" />
      <rect x="7" y="2" width="4" height="8" fill="#56b4e9" />
      <rect x="12" y="2" width="4" height="8" fill="#eef9ff" />
    </>
  ),
  errors: (
    <>
      <path d="M10 11l7-9M13 12l5-6M8 11l6-9" stroke="#4aa3df" strokeWidth="1.4" />
      <circle cx="3.5" cy="3.5" r="1.3" fill="#ff8a3d" />
      <circle cx="7" cy="7" r="1.3" fill="#ff8a3d" />
      <circle cx="3.5" cy="9" r="1.3" fill="#ff8a3d" />
    </>
  ),
  imagery: <path d="M0 12V9l4-3 3 2 5-5 6 4v5z" fill="#a9a58f" />,
};
