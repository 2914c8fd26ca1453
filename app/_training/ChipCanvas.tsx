"use client";
import { useEffect, useRef, useState } from "react";
import { useSame } from "../_map/useMapLayer.ts";
import { contourSegments } from "./contour.ts";

export interface ChipOutline {
  /** A grey picture: 255 reef, 0 none, 128 not counted. */
  readonly source: string;
  readonly look: "label" | "prediction";
  /** Also darken what does not count. */
  readonly dimUncounted?: boolean;
}

/** The canvas is drawn at twice the chip's size, so that outlines stay sharp. */
const SCALE = 2;
/** Between 128, which a label has where nothing is known, and reef. */
const levels = { label: 191.5, prediction: 127.5 } as const;
const looks = {
  label: { token: "--layer-label", casing: "rgba(255,255,255,0.85)" },
  prediction: { token: "--layer-prediction", casing: "rgba(0,0,0,0.6)" },
} as const;

async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** First channel of an image, 0–255, row-major. */
function greyOf(image: HTMLImageElement, widthPx: number, heightPx: number): Uint8Array {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return new Uint8Array(widthPx * heightPx);
  context.drawImage(image, 0, 0, widthPx, heightPx);
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return Uint8Array.from({ length: widthPx * heightPx }, (_, index) => data[index * 4] ?? 0);
}

/** An image with outlines over it, in the colours the map uses. */
export function ChipCanvas({
  image,
  outlines,
  label,
  className,
}: {
  image: string;
  outlines: readonly ChipOutline[];
  /** What it shows, for a screen reader. */
  label: string;
  className?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  const shown = useSame(outlines, outlines.map(({ source, look }) => look + source).join("\n"));

  useEffect(() => {
    let left = false;
    Promise.all([loadImage(image), ...shown.map(({ source }) => loadImage(source))])
      .then(([picture, ...masks]) => {
        const target = canvas.current;
        // Drawn by the processor: long outlines keep a software renderer of the graphics card busy for seconds.
        const context = target?.getContext("2d", { willReadFrequently: true });
        if (left || !target || !context || !picture) return;
        const { naturalWidth: widthPx, naturalHeight: heightPx } = picture;
        target.width = widthPx * SCALE;
        target.height = heightPx * SCALE;
        context.imageSmoothingEnabled = true;
        context.drawImage(picture, 0, 0, target.width, target.height);
        const greys = masks.map((mask) => greyOf(mask, widthPx, heightPx));
        for (const [i, outline] of shown.entries()) {
          const grey = greys[i];
          if (grey && outline.dimUncounted) dim(context, grey, widthPx, heightPx);
        }
        for (const [i, outline] of shown.entries()) {
          const grey = greys[i];
          if (grey) stroke(context, grey, widthPx, heightPx, outline.look);
        }
        setFailed(false);
      })
      .catch(() => {
        if (!left) setFailed(true);
      });
    return () => {
      left = true;
    };
  }, [image, shown]);

  return (
    <canvas
      ref={canvas}
      width={2}
      height={2}
      role="img"
      aria-label={failed ? `${label}. It could not be loaded.` : label}
      className={className ?? "block aspect-square w-full rounded-sm bg-sunken"}
    />
  );
}

function dim(context: CanvasRenderingContext2D, grey: Uint8Array, widthPx: number, heightPx: number): void {
  context.fillStyle = "rgba(10,16,22,0.5)";
  for (let row = 0; row < heightPx; row++) {
    let from = -1;
    for (let col = 0; col <= widthPx; col++) {
      const uncounted = col < widthPx && Math.abs((grey[row * widthPx + col] ?? 0) - 128) < 32;
      if (uncounted && from < 0) from = col;
      if (uncounted || from < 0) continue;
      context.fillRect(from * SCALE, row * SCALE, (col - from) * SCALE, SCALE);
      from = -1;
    }
  }
}

/** A path of more pieces takes much longer to draw than several with as many together: what an untrained model predicts is all outline. */
const PIECES_AT_ONCE = 300;

function stroke(context: CanvasRenderingContext2D, grey: Uint8Array, widthPx: number, heightPx: number, look: keyof typeof looks): void {
  const segments = contourSegments(grey, widthPx, heightPx, levels[look]);
  // As wide on the screen however small the chip is shown; thinner where there is little but outline.
  const onScreen = context.canvas.width / Math.max(1, context.canvas.clientWidth);
  const width = onScreen * (segments.length > 6_000 ? 0.5 : 1.5);
  const colour = getComputedStyle(document.documentElement).getPropertyValue(looks[look].token).trim();
  const isDense = segments.length > PIECES_AT_ONCE * 8;
  context.lineCap = isDense ? "butt" : "round";
  for (const [style, lineWidth] of [[looks[look].casing, width + 1.25 * onScreen] as const, [colour, width] as const]) {
    if (isDense && lineWidth !== width) continue;
    context.strokeStyle = style;
    context.lineWidth = lineWidth;
    for (let start = 0; start < segments.length; start += PIECES_AT_ONCE) {
      context.beginPath();
      for (const { fromX, fromY, toX, toY } of segments.slice(start, start + PIECES_AT_ONCE)) {
        context.moveTo(fromX * SCALE, fromY * SCALE);
        context.lineTo(toX * SCALE, toY * SCALE);
      }
      context.stroke();
    }
  }
}
