import { type LineChart, layOutChart } from "./chartLayout.ts";
import { escapeHtml } from "./escapeHtml.ts";

/** A chart as inline SVG, readable without a script; its title and axes are said to screen readers. */
export function lineChart(chart: LineChart): string {
  const { width, height, label, grid, lines, dots, mark, texts, legend } = layOutChart(chart);
  const shapes = [
    ...grid.map((path) => `<path class="grid" d="${path}"/>`),
    ...lines.map(({ path, look }) => `<path class="line ${look}" d="${path}"/>`),
    ...dots.map(({ x, y, look }) => `<circle class="${look}" cx="${x}" cy="${y}" r="2.5"/>`),
    mark ? `<path class="mark" d="${mark.path}"/>` : "",
    ...texts.map(
      ({ x, y, text, anchor, kind, upright }) =>
        `<text class="${kind}" ${upright ? `transform="translate(${x} ${y}) rotate(-90)"` : `x="${x}" y="${y}"`} text-anchor="${anchor}">${escapeHtml(text)}</text>`,
    ),
  ];
  const key =
    legend.length > 0
      ? `<figcaption>${legend.map(({ name, look }) => `<span class="key ${look}"></span>${escapeHtml(name)}`).join(" ")}</figcaption>`
      : "";
  return `<figure class="chart"><h4>${escapeHtml(chart.title)}</h4><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${shapes.join("")}</svg>${key}</figure>`;
}
