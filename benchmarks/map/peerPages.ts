import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { SurveyImage } from "@reefline/schema/survey";

/** The page that a person would write: the imagery and, with `polygons`, one GeoJSON source with a casing, a line and a fill over it. */
function page(image: SurveyImage, maxZoom: number, polygons: boolean): string {
  const { west, south, east, north } = image.bounds;
  const bounds = JSON.stringify([west, south, east, north]);
  const labels = `
    map.addSource("labels", { type: "geojson", data: "/labels.geojson" });
    map.addLayer({ id: "fill", type: "fill", source: "labels", paint: { "fill-color": "#00a3a6", "fill-opacity": 0.12, "fill-antialias": false } });
    const width = (near) => ["interpolate", ["linear"], ["zoom"], 15, near / 3, 18, near];
    map.addLayer({ id: "casing", type: "line", source: "labels", paint: { "line-color": "#ffffff", "line-opacity": 0.85, "line-width": width(4) } });
    map.addLayer({ id: "line", type: "line", source: "labels", paint: { "line-color": "#00696c", "line-width": width(2) } });`;
  return `<!doctype html><link rel="stylesheet" href="/vendor/maplibre-gl.css"><style>html,body,#map{margin:0;height:100%}</style><div id="map"></div>
<script type="module">
  import { Map, setWorkerUrl } from "/vendor/maplibre-gl.mjs";
  setWorkerUrl(location.origin + "/vendor/maplibre-gl-worker.mjs");
  const map = new Map({ container: "map", style: { version: 8, sources: {}, layers: [] }, bounds: ${bounds}, fitBoundsOptions: { padding: 40 },
    maxZoom: 25, fadeDuration: 0, attributionControl: false });
  map.on("load", () => {
    map.addSource("imagery", { type: "raster", tileSize: 256, bounds: ${bounds}, maxzoom: ${maxZoom},
      tiles: [location.origin + "/tiles/imagery/${image.assetId}/${image.version}/{z}/{x}/{y}.webp"] });
    map.addLayer({ id: "imagery", type: "raster", source: "imagery", paint: { "raster-fade-duration": 0 } });${polygons ? labels : ""}
  });
</script>`;
}

const types: Record<string, string> = { mjs: "text/javascript", css: "text/css", geojson: "application/geo+json" };

/** Serves `/bare` and `/geojson`, MapLibre, the polygons, and the app's own imagery tiles. */
export async function servePeerPages(options: {
  appUrl: string;
  image: SurveyImage;
  maxZoom: number;
  labelsPath: string;
  maplibreDir: string;
}): Promise<{ url: string; close(): void }> {
  const server = createServer((req, res) => {
    const path = req.url ?? "/";
    const send = (file: string) => {
      res.writeHead(200, { "Content-Type": types[file.split(".").at(-1) ?? ""] ?? "application/octet-stream" });
      createReadStream(file).pipe(res);
    };
    const vendored = join(options.maplibreDir, path.replace("/vendor/", ""));
    if (path === "/bare" || path === "/geojson") {
      res.writeHead(200, { "Content-Type": "text/html" }).end(page(options.image, options.maxZoom, path === "/geojson"));
    } else if (path === "/labels.geojson") send(options.labelsPath);
    else if (/^\/vendor\/[\w.-]+$/.test(path) && existsSync(vendored)) send(vendored);
    else if (path.startsWith("/tiles/imagery/")) {
      fetch(options.appUrl + path).then(
        async (answer) =>
          res
            .writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "image/webp" })
            .end(Buffer.from(await answer.arrayBuffer())),
        () => res.writeHead(502).end(),
      );
    } else res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The peers' server has no port.");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.closeAllConnections() };
}
