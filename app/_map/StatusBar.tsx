"use client";
import { distanceMeters } from "@reefline/geo/geodesic";
import { photoFinder } from "@reefline/geo/photoFinder";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { lonLatToCrs } from "@reefline/geo/projection";
import type { Photo } from "@reefline/schema/photo";
import { Maximize, Minus, Plus } from "lucide-react";
import type { Map as MapLibreMap } from "maplibre-gl";
import { useEffect, useMemo, useState } from "react";
import { useEditor } from "../_editor/editorStore.ts";
import { usePhotos } from "../_photos/usePhotos.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { fitSurvey } from "./createMap.ts";
import { scaleBar } from "./scaleBar.ts";

/** Along the map's lower edge: where the pointer is, how large things are, how close one looks. */
export function StatusBar() {
  const map = useWorkspace((state) => state.map);
  if (!map) return null;
  return (
    <>
      <div className="pointer-events-none absolute inset-x-0 bottom-0 z-10 flex h-6 items-stretch justify-end text-xs max-[699px]:hidden">
        <div className="pointer-events-auto flex items-center gap-4 rounded-tl border-t border-l border-line bg-surface/92 px-3 text-ink-2">
          <CursorPosition map={map} />
          <Scale map={map} />
          <ZoomLevel map={map} />
        </div>
      </div>
      <div className="absolute bottom-25 left-3 z-10 hidden rounded bg-surface/92 px-2 py-1 text-xs max-[699px]:block">
        <Scale map={map} />
      </div>
      <ZoomButtons map={map} />
    </>
  );
}

function ZoomButtons({ map }: { map: MapLibreMap }) {
  const survey = useWorkspace((state) => state.survey);
  return (
    <div className="float absolute right-3 bottom-9 z-10 flex flex-col max-[699px]:hidden">
      <IconButton icon={Plus} label="Zoom in" keys="+" side="left" onClick={() => map.zoomIn({ duration: 120 })} />
      <IconButton icon={Minus} label="Zoom out" keys="−" side="left" onClick={() => map.zoomOut({ duration: 120 })} />
      <IconButton
        icon={Maximize}
        label="See the whole survey"
        keys="F"
        side="left"
        onClick={() => survey && fitSurvey(map, survey, true)}
      />
    </div>
  );
}

/** Follows the pointer, or the keyboard's crosshair; in degrees and in the survey's own coordinates. */
function CursorPosition({ map }: { map: MapLibreMap }) {
  const crosshair = useEditor((state) => state.crosshair);
  const crs = useWorkspace((state) => state.survey?.image?.grid.crs ?? null);
  const [pointer, setPointer] = useState<{ lon: number; lat: number } | null>(null);
  useEffect(() => {
    let frame = 0;
    const move = (event: { lngLat: { lng: number; lat: number } }) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setPointer({ lon: event.lngLat.lng, lat: event.lngLat.lat }));
    };
    const out = () => setPointer(null);
    map.on("mousemove", move);
    map.on("mouseout", out);
    return () => {
      cancelAnimationFrame(frame);
      map.off("mousemove", move);
      map.off("mouseout", out);
    };
  }, [map]);
  const toCrs = useMemo(() => (crs && crs.kind === "projected" ? lonLatToCrs(crs) : null), [crs]);
  const photos = usePhotos();
  const at = crosshair ? { lon: crosshair[0], lat: crosshair[1] } : pointer;
  if (!at) return <span className="text-ink-3">{crs?.name}</span>;
  const own = toCrs?.(at.lon, at.lat);
  if (crs && isPixelCrs(crs)) return own ? <PixelPosition photos={photos} col={own.x} row={-own.y} /> : null;
  return (
    <span className="flex gap-4 font-mono whitespace-pre">
      <span>
        {Math.abs(at.lat).toFixed(6)}° {at.lat < 0 ? "S" : "N"} {Math.abs(at.lon).toFixed(6)}° {at.lon < 0 ? "W" : "E"}
      </span>
      {own && Number.isFinite(own.x) && Number.isFinite(own.y) ? (
        <span title={crs?.name}>
          {own.x.toFixed(2)} E {own.y.toFixed(2)} N{crs?.epsg ? <span className="text-ink-3"> EPSG:{crs.epsg}</span> : null}
        </span>
      ) : null}
    </span>
  );
}

/** The column and row of the pixel, on its photo where there are photos. */
function PixelPosition({ photos, col, row }: { photos: readonly Photo[]; col: number; row: number }) {
  const find = useMemo(() => photoFinder(photos), [photos]);
  const photo = photos.length > 0 ? find(col, row) : null;
  if (photos.length > 0 && !photo) return <span className="text-ink-3">between photos</span>;
  return (
    <span className="flex gap-4 whitespace-pre">
      {photo ? <span className="max-w-80 truncate">{photo.name}</span> : null}
      <span className="font-mono">
        {Math.floor(col - (photo?.colOff ?? 0))}, {Math.floor(row - (photo?.rowOff ?? 0))} <span className="text-ink-3">px</span>
      </span>
    </span>
  );
}

function useCamera(map: MapLibreMap): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let frame = 0;
    const moved = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setTurn((value) => value + 1));
    };
    map.on("move", moved);
    map.on("resize", moved);
    // The map may have moved between the first drawing and now.
    moved();
    return () => {
      cancelAnimationFrame(frame);
      map.off("move", moved);
      map.off("resize", moved);
    };
  }, [map]);
  return turn;
}

/** Measured on the ground through the middle of the map, so it is right at every latitude. */
function Scale({ map }: { map: MapLibreMap }) {
  useCamera(map);
  const canvas = map.getCanvas();
  const middle = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 };
  const left = map.unproject([middle.x - 50, middle.y]);
  const right = map.unproject([middle.x + 50, middle.y]);
  const bar = scaleBar(distanceMeters([left.lng, left.lat], [right.lng, right.lat]) / 100, 96);
  if (!bar) return null;
  return (
    <span className="flex items-center gap-2" role="img" aria-label={`Scale: ${bar.label}`}>
      <span className="block h-1.5 border-x border-b border-ink-2" style={{ width: bar.widthPx }} />
      <span className="tabular-nums">{bar.label}</span>
    </span>
  );
}

function ZoomLevel({ map }: { map: MapLibreMap }) {
  useCamera(map);
  return <span className="w-9 text-right tabular-nums">z {map.getZoom().toFixed(1)}</span>;
}
