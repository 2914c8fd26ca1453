"use client";
import type { SurveyImage } from "@reefline/schema/survey";
import { type RampName, rampNames, type TileStyle } from "@reefline/schema/tileStyle";
import { ChevronRight, SlidersHorizontal } from "lucide-react";
import { useMemo } from "react";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { Select } from "../_ui/Select.tsx";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { autoStretch, type ValueRange } from "./autoStretch.ts";
import { bandLooks, chosenStyle, lookOf, ownStyle } from "./bandLooks.ts";
import { keepStyle } from "./keptStyle.ts";
import { LayerPopover } from "./LayerPopover.tsx";
import { StretchRow } from "./StretchRow.tsx";

const rampTitles: Record<RampName, string> = { grey: "Grey", viridis: "Viridis, violet to yellow", terrain: "Terrain, for heights" };
const channelTitles = ["Red", "Green", "Blue"] as const;
const indexRange: ValueRange = { low: -1, high: 1 };

/** Under the imagery's row: opens what is shown of the image's bands, and how. */
export function BandsSection() {
  const survey = useWorkspace((state) => state.survey);
  if (!survey?.image) return null;
  return (
    <li className="flex h-7 items-center pr-2 pl-2.5">
      <LayerPopover
        label="Bands and contrast"
        className="gap-2 text-ink-2 data-[state=open]:text-ink"
        title={
          <>
            <SlidersHorizontal size={14} strokeWidth={1.75} className="mx-0.5 shrink-0" aria-hidden />
            Bands and contrast
            <ChevronRight size={14} className="ml-auto mr-1 shrink-0 text-ink-3" aria-hidden />
          </>
        }
      >
        <BandsForm surveyId={survey.id} image={survey.image} />
      </LayerPopover>
    </li>
  );
}

function BandsForm({ surveyId, image }: { surveyId: string; image: SurveyImage }) {
  const { bands, sampleType } = image;
  const chosen = useWorkspace((state) => state.imageryStyle);
  const looks = useMemo(() => bandLooks(bands), [bands]);
  const own = chosenStyle(chosen, bands) === null;
  const style = own || !chosen ? ownStyle(bands) : chosen;
  const look = lookOf(looks, style);
  const choose = (next: TileStyle | null) => {
    const kept = chosenStyle(next, bands);
    workspace.setImageryStyle(kept);
    keepStyle(surveyId, kept);
  };
  const auto = () => {
    const next = autoStyle(style, image);
    choose(next);
    announce("Contrast set from the image");
  };
  return (
    <div className="flex flex-col gap-3 p-3">
      <h2 className="text-base font-semibold text-ink">Bands and contrast</h2>
      <Select
        label="What to show"
        value={look?.id ?? ""}
        placeholder="Own choice of bands"
        options={looks.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(id) => {
          const next = looks.find((candidate) => candidate.id === id);
          if (next) choose(next.style);
        }}
      />
      <Channels style={style} image={image} onChange={choose} />
      <div className="flex items-center gap-2">
        <Button
          size="small"
          onClick={auto}
          disabled={style.kind === "index"}
          title="Leaves out the darkest and the brightest 2 % of pixels"
        >
          Auto (2–98 %)
        </Button>
        <Button
          size="small"
          look="quiet"
          disabled={own}
          onClick={() => {
            choose(null);
            announce("The image is shown as it came");
          }}
        >
          Reset
        </Button>
      </div>
      <p className="text-sm text-ink-2">
        This changes looks only: models see the image as before.
        {sampleType === "uint8" || style.kind === "index" ? null : " Values are those of the file."}
      </p>
    </div>
  );
}

/** The style with every channel stretched from 2 % to 98 % of its band's pixels. */
function autoStyle(style: TileStyle, { bands, sampleType }: SurveyImage): TileStyle {
  const stretched = <T extends { band: number; low: number; high: number }>(channel: T): T => {
    const band = bands[channel.band];
    return band ? { ...channel, ...autoStretch(band, sampleType) } : channel;
  };
  if (style.kind === "index") return style;
  if (style.kind === "band") return { ...style, channel: stretched(style.channel) };
  const [red, green, blue] = style.channels;
  return { ...style, channels: [stretched(red), stretched(green), stretched(blue)] };
}

function Channels({ style, image, onChange }: { style: TileStyle; image: SurveyImage; onChange: (style: TileStyle) => void }) {
  const { bands, sampleType } = image;
  if (style.kind !== "colours") {
    const isIndex = style.kind === "index";
    const value = isIndex ? style : style.channel;
    const name = isIndex ? "Index" : (bands[style.channel.band]?.name ?? "Band");
    return (
      <>
        <Select
          label="Colours"
          value={style.ramp}
          options={rampNames.map((ramp) => ({ value: ramp, label: rampTitles[ramp] }))}
          onChange={(ramp) => onChange({ ...style, ramp })}
        />
        <StretchRow
          label={name}
          band={isIndex ? null : (bands[style.channel.band] ?? null)}
          sampleType={sampleType}
          value={{ low: value.low, high: value.high }}
          {...(isIndex ? { range: indexRange } : {})}
          onChange={(range) => onChange(isIndex ? { ...style, ...range } : { ...style, channel: { ...style.channel, ...range } })}
        />
      </>
    );
  }
  return style.channels.map((channel, index) => {
    const title = channelTitles[index] ?? "Red";
    const put = (next: typeof channel) => {
      const [red, green, blue] = style.channels;
      onChange({ ...style, channels: [index === 0 ? next : red, index === 1 ? next : green, index === 2 ? next : blue] });
    };
    return (
      <StretchRow
        key={title}
        label={title}
        band={bands[channel.band] ?? null}
        sampleType={sampleType}
        value={{ low: channel.low, high: channel.high }}
        onChange={(range) => put({ ...channel, ...range })}
        chooser={
          <div className="flex items-center gap-2">
            <span className="w-12 text-sm text-ink-2" aria-hidden>
              {title}
            </span>
            <Select
              label={`Band shown in ${title.toLowerCase()}`}
              value={String(channel.band)}
              options={bands.map(({ name }, band) => ({ value: String(band), label: name }))}
              onChange={(band) => put({ band: Number(band), ...(bands[Number(band)]?.stretch ?? { low: 0, high: 255 }) })}
              className="h-7"
            />
          </div>
        }
      />
    );
  });
}
