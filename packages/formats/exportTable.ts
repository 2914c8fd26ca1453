import type { Polygon } from "@reefline/schema/feature";
import type { FlatGeobufColumn } from "./flatGeobufFeature.ts";

/** One polygon on its way out, with the attributes the product stands behind. */
export interface ExportFeature {
  readonly id: string;
  readonly geometry: Polygon;
  readonly class: string;
  readonly areaM2: number;
  readonly perimeterMeters: number;
  /** Mean over the polygon's pixels; null for what a person drew. */
  readonly probability: number | null;
  /** A tenth of the polygon's pixels are less sure than this. */
  readonly probabilityP10?: number | null;
  /** 4π·area / perimeter²: 1 for a circle. */
  readonly compactness?: number | null;
  /** Name of the model; null for what a person drew. */
  readonly model: string | null;
  readonly survey: string;
  /** How it came to be: drawn, imported, accepted, predicted. */
  readonly source: string;
  /** When it was drawn, accepted or predicted: ISO 8601. */
  readonly date?: string | null;
  /** The file's own attributes; ours win where names collide. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

export type ExportColumn = FlatGeobufColumn & { readonly type: "string" | "double" | "bool" };
export type ExportValue = string | number | boolean | null;

function rounded(value: number | null | undefined, decimals: number): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(decimals));
}

const own: readonly (ExportColumn & { readonly of: (feature: ExportFeature) => ExportValue })[] = [
  { name: "id", type: "string", of: ({ id }) => id },
  { name: "class", type: "string", of: (feature) => feature.class },
  { name: "area_m2", type: "double", of: ({ areaM2 }) => rounded(areaM2, 4) },
  { name: "perimeter_m", type: "double", of: ({ perimeterMeters }) => rounded(perimeterMeters, 4) },
  { name: "probability", type: "double", of: ({ probability }) => rounded(probability, 4) },
  { name: "probability_p10", type: "double", of: ({ probabilityP10 }) => rounded(probabilityP10, 4) },
  { name: "compactness", type: "double", of: ({ compactness }) => rounded(compactness, 4) },
  { name: "model", type: "string", of: ({ model }) => model },
  { name: "survey", type: "string", of: ({ survey }) => survey },
  { name: "source", type: "string", of: ({ source }) => source },
  { name: "date", type: "string", of: ({ date }) => date ?? null },
];
const ownNames = new Set(own.map(({ name }) => name.toLowerCase()));

/** Our attributes by name, in their order. */
export function ownAttributes(feature: ExportFeature): Record<string, ExportValue> {
  return Object.fromEntries(own.map(({ name, of }) => [name, of(feature)]));
}

/**
 * Columns for formats that want them told beforehand: ours, then every attribute that the features brought along, a number or a yes/no
 * where it is one in all of them, otherwise text.
 */
export function exportColumns(features: Iterable<Pick<ExportFeature, "properties">>): ExportColumn[] {
  const kinds = new Map<string, ExportColumn["type"] | null>();
  for (const { properties } of features) {
    for (const [name, value] of Object.entries(properties ?? {})) {
      // GeoPackage and Shapefile do not tell capitals from small letters in names.
      if (ownNames.has(name.toLowerCase())) continue;
      const kind = typeof value === "number" ? "double" : typeof value === "boolean" ? "bool" : "string";
      const before = kinds.get(name) ?? null;
      if (value === null || value === undefined) kinds.set(name, before);
      else kinds.set(name, before === null || before === kind ? kind : "string");
    }
  }
  return [...own.map(({ name, type }) => ({ name, type })), ...[...kinds].map(([name, type]) => ({ name, type: type ?? "string" }))];
}

/** A feature's values in the order of `exportColumns`. */
export function exportValues(feature: ExportFeature, columns: readonly ExportColumn[]): ExportValue[] {
  const values = ownAttributes(feature);
  return columns.map(({ name, type }) => (name in values ? (values[name] ?? null) : asColumn(feature.properties?.[name], type)));
}

function asColumn(value: unknown, type: ExportColumn["type"]): ExportValue {
  if (value === null || value === undefined) return null;
  if (type === "double") return typeof value === "number" && Number.isFinite(value) ? value : null;
  if (type === "bool") return value === true;
  return typeof value === "string" ? value : JSON.stringify(value);
}
