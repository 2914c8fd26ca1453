import type { Map as MapLibreMap } from "maplibre-gl";

const ratio = 2;

/** Small pictures that the layers repeat or place; drawn here so that nothing is fetched. Sizes in CSS pixels. */
const pictures: Record<string, { widthPx: number; heightPx: number; draw: (context: CanvasRenderingContext2D) => void }> = {
  "hatch-holdout": {
    widthPx: 20,
    heightPx: 20,
    draw: (context) => diagonals(context, 20, "rgb(255 255 255 / 0.5)", 2.4, "rgb(150 70 200 / 0.95)", 1.2, false),
  },
  "hatch-ignore": {
    widthPx: 14,
    heightPx: 14,
    draw: (context) => diagonals(context, 14, "rgb(255 255 255 / 0.25)", 1.6, "rgb(90 98 108 / 0.8)", 0.8, true),
  },
  // Along a line, left to right; the polygon lies on one side, and the ticks point there.
  "ticks-inward": {
    widthPx: 12,
    heightPx: 14,
    draw: (context) => {
      context.fillStyle = "rgb(10 20 30 / 0.45)";
      context.fillRect(4.5, 1, 3, 6);
      context.fillStyle = "white";
      context.fillRect(5.25, 1.8, 1.5, 5.2);
    },
  },
  vertex: { widthPx: 13, heightPx: 13, draw: (context) => square(context, 13, 8, "white", "rgb(0 96 100)") },
  "vertex-active": { widthPx: 15, heightPx: 15, draw: (context) => square(context, 15, 10, "rgb(0 96 100)", "white") },
  midpoint: { widthPx: 9, heightPx: 9, draw: (context) => dot(context, 9, 2.6) },
  crosshair: { widthPx: 35, heightPx: 35, draw: crosshair },
};

function diagonals(
  context: CanvasRenderingContext2D,
  size: number,
  casing: string,
  casingWidth: number,
  ink: string,
  width: number,
  cross: boolean,
) {
  for (const [colour, lineWidth] of [
    [casing, casingWidth],
    [ink, width],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.beginPath();
    for (let offset = -size; offset <= size; offset += size) {
      context.moveTo(offset - 4, size + 4);
      context.lineTo(offset + size + 4, -4);
      if (cross) {
        context.moveTo(offset - 4, -4);
        context.lineTo(offset + size + 4, size + 4);
      }
    }
    context.stroke();
  }
}

function square(context: CanvasRenderingContext2D, size: number, side: number, fill: string, stroke: string) {
  const at = (size - side) / 2;
  context.fillStyle = "rgb(10 20 30 / 0.5)";
  context.fillRect(at - 1.5, at - 1.5, side + 3, side + 3);
  context.fillStyle = stroke;
  context.fillRect(at - 0.5, at - 0.5, side + 1, side + 1);
  context.fillStyle = fill;
  context.fillRect(at + 1, at + 1, side - 2, side - 2);
}

function dot(context: CanvasRenderingContext2D, size: number, radius: number) {
  context.beginPath();
  context.arc(size / 2, size / 2, radius + 1.2, 0, 2 * Math.PI);
  context.fillStyle = "rgb(0 96 100)";
  context.fill();
  context.beginPath();
  context.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
  context.fillStyle = "white";
  context.fill();
}

function crosshair(context: CanvasRenderingContext2D) {
  for (const [colour, width] of [
    ["rgb(10 20 30 / 0.75)", 4],
    ["white", 1.75],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [x1, y1, x2, y2] of [
      [17.5, 1, 17.5, 13],
      [17.5, 22, 17.5, 34],
      [1, 17.5, 13, 17.5],
      [22, 17.5, 34, 17.5],
    ] as const) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }
}

export function addMapImages(map: MapLibreMap): void {
  for (const [name, { widthPx, heightPx, draw }] of Object.entries(pictures)) {
    if (map.hasImage(name)) continue;
    const canvas = document.createElement("canvas");
    canvas.width = widthPx * ratio;
    canvas.height = heightPx * ratio;
    const context = canvas.getContext("2d");
    if (!context) continue;
    context.scale(ratio, ratio);
    draw(context);
    map.addImage(name, context.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
  }
}
