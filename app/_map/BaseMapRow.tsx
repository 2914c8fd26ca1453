"use client";
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { classNames } from "../_ui/classNames.ts";
import { Field, NumberInput, TextInput } from "../_ui/Field.tsx";
import { Slider } from "../_ui/Slider.tsx";
import { Tooltip } from "../_ui/Tooltip.tsx";
import { readBaseMapUrl } from "./baseMap.ts";
import { baseMaps, needsReload, useBaseMap } from "./baseMapStore.ts";
import { LayerPopover } from "./LayerPopover.tsx";

/** The last row of the layers: a map from elsewhere beneath the imagery. Off until someone names one. */
export function BaseMapRow() {
  const baseMap = useBaseMap((state) => state.baseMap);
  const visible = baseMap?.visible ?? false;
  return (
    <li className="flex h-7 items-center gap-2 pr-2 pl-2.5">
      <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true" className="shrink-0">
        <rect x="0.5" y="0.5" width="17" height="11" rx="1.5" fill="none" stroke="var(--ink-3)" strokeDasharray="2 1.5" />
      </svg>
      <LayerPopover
        label="Base map"
        className={classNames("text-left", visible ? "text-ink" : "text-ink-3")}
        title={
          <>
            Base map
            <span className="ml-auto text-ink-3">{baseMap ? "Change…" : "Choose…"}</span>
          </>
        }
      >
        <BaseMapForm />
      </LayerPopover>
      {baseMap ? (
        <Tooltip label={visible ? "Hide base map" : "Show base map"} side="right">
          <button
            type="button"
            aria-pressed={visible}
            aria-label={visible ? "Hide base map" : "Show base map"}
            onClick={() => baseMaps.set({ ...baseMap, visible: !visible })}
            className={classNames(
              "flex size-6 items-center justify-center rounded-sm hover:bg-hover",
              visible ? "text-ink-2" : "text-ink-3",
            )}
          >
            {visible ? <Eye size={14} strokeWidth={1.75} aria-hidden /> : <EyeOff size={14} strokeWidth={1.75} aria-hidden />}
          </button>
        </Tooltip>
      ) : null}
    </li>
  );
}

function BaseMapForm() {
  const baseMap = useBaseMap((state) => state.baseMap);
  const [url, setUrl] = useState(baseMap?.url ?? "");
  const [attribution, setAttribution] = useState(baseMap?.attribution ?? "");
  const [deepest, setDeepest] = useState(String(baseMap?.deepestZoom ?? 19));
  const [asked, setAsked] = useState(false);
  const read = readBaseMapUrl(url);
  const zoom = Number(deepest);
  const zoomProblem = deepest.trim() !== "" && Number.isInteger(zoom) && zoom >= 0 && zoom <= 24 ? null : "A whole number from 0 to 24.";
  const show = () => {
    setAsked(true);
    if ("problem" in read || zoomProblem) return;
    const next = { url: read.url, attribution: attribution.trim(), opacity: baseMap?.opacity ?? 1, deepestZoom: zoom, visible: true };
    baseMaps.set(next);
    if (needsReload(next)) window.location.reload();
  };
  const opacity = baseMap?.opacity ?? 1;
  return (
    <form
      noValidate
      className="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      <h2 className="text-base font-semibold text-ink">Base map</h2>
      <Field label="Address of its tiles" error={asked && "problem" in read ? read.problem : null}>
        {(ids) => (
          <TextInput
            {...ids}
            inputMode="url"
            spellCheck={false}
            placeholder="https://…/{z}/{x}/{y}.png"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Field>
      <Field label="Whose map it is" hint="Shown on the map, as most providers ask.">
        {(ids) => <TextInput {...ids} maxLength={300} value={attribution} onChange={(event) => setAttribution(event.target.value)} />}
      </Field>
      <Field label="Deepest zoom of its tiles" error={asked ? zoomProblem : null}>
        {(ids) => <NumberInput {...ids} className="w-20" value={deepest} onChange={(event) => setDeepest(event.target.value)} />}
      </Field>
      {baseMap ? (
        <div>
          <span className="text-sm text-ink-2">Opacity, {Math.round(opacity * 100)} %</span>
          <Slider
            value={opacity}
            label="Opacity of the base map"
            valueText={`${Math.round(opacity * 100)} %`}
            onChange={(next) => baseMaps.set({ ...baseMap, opacity: next })}
          />
        </div>
      ) : null}
      <p className="text-sm text-ink-2">
        Your browser fetches the tiles from that server, which learns where you look. Nothing is fetched while this is off.
        {"origin" in read && needsReload(read) ? " The page loads once more to allow it." : null}
      </p>
      <div className="flex items-center gap-2">
        <Button type="submit" size="small" look="primary">
          Show this base map
        </Button>
        {baseMap ? (
          <Button
            size="small"
            look="quiet"
            onClick={() => {
              baseMaps.set(null);
              setUrl("");
              setAttribution("");
              setAsked(false);
            }}
          >
            Remove it
          </Button>
        ) : null}
      </div>
    </form>
  );
}

/** The attribution, on the map while the base map is. */
export function BaseMapCredit() {
  const baseMap = useBaseMap((state) => state.baseMap);
  if (!baseMap?.visible || !baseMap.attribution) return null;
  return (
    <p className="absolute bottom-0 left-0 z-10 max-w-[45%] truncate rounded-tr bg-surface/92 px-2 py-1 text-xs text-ink-2 max-[699px]:right-3 max-[699px]:bottom-25 max-[699px]:left-auto max-[699px]:rounded">
      {baseMap.attribution}
    </p>
  );
}
