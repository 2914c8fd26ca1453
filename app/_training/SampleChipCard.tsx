"use client";
import type { SampleChip } from "@reefline/schema/training";
import { useEffect, useRef, useState } from "react";
import { scoreText } from "../_report/quantity.ts";
import { contourSegments } from "./contour.ts";

/** The canvas is drawn at twice the chip's size, so that outlines stay thin. */
const SCALE = 2;
const LEVEL = 127.5;

async function loadImage(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** First channel of an image, 0–255, row-major. */
function greyOf(image: HTMLImageElement, widthPx: number, heightPx: number): Uint8Array {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = canvas.getContext("2d");
  if (!context) return new Uint8Array(widthPx * heightPx);
  context.drawImage(image, 0, 0, widthPx, heightPx);
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return Uint8Array.from({ length: widthPx * heightPx }, (_, index) => data[index * 4] ?? 0);
}

function strokeOutline(
  context: CanvasRenderingContext2D,
  grey: Uint8Array,
  chip: SampleChip,
  colour: string,
  casing: string,
  dash: number[],
): void {
  context.beginPath();
  for (const { fromX, fromY, toX, toY } of contourSegments(grey, chip.widthPx, chip.heightPx, LEVEL)) {
    context.moveTo(fromX * SCALE, fromY * SCALE);
    context.lineTo(toX * SCALE, toY * SCALE);
  }
  context.lineCap = "round";
  context.setLineDash([]);
  context.strokeStyle = casing;
  context.lineWidth = 5;
  context.stroke();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.stroke();
}

/** One validation chip: the image with the label's outline and the prediction's over it, in the colours the map uses. */
export function SampleChipCard({ runId, chip }: { runId: string; chip: SampleChip }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let left = false;
    const url = (file: string) => `/runs/${runId}/chips/${file}?epoch=${chip.epoch}`;
    Promise.all([loadImage(url(chip.imageFile)), loadImage(url(chip.labelFile)), loadImage(url(chip.predictionFile))])
      .then(([image, label, prediction]) => {
        const context = canvas.current?.getContext("2d");
        if (left || !context) return;
        const style = getComputedStyle(document.documentElement);
        context.imageSmoothingEnabled = true;
        context.drawImage(image, 0, 0, chip.widthPx * SCALE, chip.heightPx * SCALE);
        const token = (name: string) => style.getPropertyValue(name).trim();
        strokeOutline(context, greyOf(label, chip.widthPx, chip.heightPx), chip, token("--layer-label"), "rgba(255,255,255,0.85)", []);
        strokeOutline(context, greyOf(prediction, chip.widthPx, chip.heightPx), chip, token("--layer-prediction"), "rgba(0,0,0,0.6)", []);
        setFailed(false);
      })
      .catch(() => {
        if (!left) setFailed(true);
      });
    return () => {
      left = true;
    };
  }, [runId, chip]);

  const words = chip.dice === null ? "No reef labelled here" : `Dice ${scoreText(chip.dice)}`;
  return (
    <figure className="min-w-0">
      <canvas
        ref={canvas}
        width={chip.widthPx * SCALE}
        height={chip.heightPx * SCALE}
        role="img"
        aria-label={`Validation sample: image with the labelled outline and the predicted outline. ${words}`}
        className="block aspect-square w-full rounded-sm bg-sunken"
      />
      <figcaption className="mt-0.5 truncate text-xs text-ink-3 tabular-nums">{failed ? "Not written yet" : words}</figcaption>
    </figure>
  );
}
