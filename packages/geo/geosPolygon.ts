import { AppError } from "@reefline/schema/errors";
import initGeos from "geos-wasm";

type GeosApi = Awaited<ReturnType<typeof initGeos>>;

/** One polygon as flat rings of x,y pairs, each closed: the outer ring, then holes. */
export type FlatPolygon = readonly Float64Array[];

/** The few GEOS operations that want more than our own arithmetic: is a polygon valid, and if not, what valid ones it means. */
export interface Geos {
  /** null when the polygon is valid by the OGC rules, else the reason in GEOS's words, e.g. "Self-intersection[1 2]". */
  invalidReason(polygon: FlatPolygon): string | null;
  /** The valid polygons that cover what this one covers, each ring repaired on its own (GEOS MakeValid, structure method) and the holes cut out; none when nothing with an area is left. */
  makeValid(polygon: FlatPolygon): FlatPolygon[];
}

const STRUCTURE_METHOD = 1;
const POLYGON_TYPE_ID = 3;

function wrap(geos: GeosApi): Geos {
  const { Module } = geos;

  function ringPointer(ring: Float64Array): number {
    const buffer = Module._malloc(ring.byteLength);
    try {
      Module.HEAPF64.set(ring, buffer / 8);
      const sequence = geos.GEOSCoordSeq_copyFromBuffer(buffer, ring.length / 2, 0, 0);
      return geos.GEOSGeom_createLinearRing(sequence);
    } finally {
      Module._free(buffer);
    }
  }

  function polygonPointer(polygon: FlatPolygon): number {
    const [outer, ...holes] = polygon;
    if (!outer) throw new AppError("bad-input", "geo/empty-polygon", "A polygon has no outer ring.");
    const shell = ringPointer(outer);
    const pointers = holes.map(ringPointer);
    const list = Module._malloc(Math.max(4, pointers.length * 4));
    try {
      Module.HEAPU32.set(pointers, list / 4);
      return geos.GEOSGeom_createPolygon(shell, list, pointers.length);
    } finally {
      Module._free(list);
    }
  }

  function readRing(pointer: number): Float64Array {
    const sequence = geos.GEOSGeom_getCoordSeq(pointer);
    const count = geos.GEOSGetNumCoordinates(pointer);
    const buffer = Module._malloc(count * 16);
    try {
      geos.GEOSCoordSeq_copyToBuffer(sequence, buffer, 0, 0);
      return Module.HEAPF64.slice(buffer / 8, buffer / 8 + count * 2);
    } finally {
      Module._free(buffer);
    }
  }

  function collectPolygons(pointer: number, into: FlatPolygon[]): void {
    if (geos.GEOSGeomTypeId(pointer) === POLYGON_TYPE_ID) {
      if (geos.GEOSisEmpty(pointer) === 1) return;
      const rings = [readRing(geos.GEOSGetExteriorRing(pointer))];
      for (let i = 0; i < geos.GEOSGetNumInteriorRings(pointer); i++) rings.push(readRing(geos.GEOSGetInteriorRingN(pointer, i)));
      into.push(rings);
      return;
    }
    const count = geos.GEOSGetNumGeometries(pointer);
    for (let i = 0; i < count; i++) {
      const part = geos.GEOSGetGeometryN(pointer, i);
      // A point or a line is its own only part.
      if (part !== pointer) collectPolygons(part, into);
    }
  }

  /** The area a ring encloses, as a valid geometry. */
  function fixRing(ring: Float64Array): number {
    const pointer = polygonPointer([ring]);
    const params = geos.GEOSMakeValidParams_create();
    geos.GEOSMakeValidParams_setMethod(params, STRUCTURE_METHOD);
    geos.GEOSMakeValidParams_setKeepCollapsed(params, 0);
    try {
      return geos.GEOSMakeValidWithParams(pointer, params);
    } finally {
      geos.GEOSMakeValidParams_destroy(params);
      geos.GEOSGeom_destroy(pointer);
    }
  }

  return {
    invalidReason(polygon) {
      const pointer = polygonPointer(polygon);
      try {
        if (geos.GEOSisValid(pointer) === 1) return null;
        const reason: number | string = geos.GEOSisValidReason(pointer);
        if (typeof reason === "string") return reason;
        const text = Module.UTF8ToString(reason);
        geos.GEOSFree(reason);
        return text;
      } finally {
        geos.GEOSGeom_destroy(pointer);
      }
    },
    makeValid(polygon) {
      const [outer, ...holes] = polygon;
      if (!outer) return [];
      let fixed = fixRing(outer);
      for (const hole of holes) {
        const cut = fixRing(hole);
        const rest = geos.GEOSDifference(fixed, cut);
        geos.GEOSGeom_destroy(cut);
        geos.GEOSGeom_destroy(fixed);
        fixed = rest;
      }
      const polygons: FlatPolygon[] = [];
      try {
        collectPolygons(fixed, polygons);
      } finally {
        geos.GEOSGeom_destroy(fixed);
      }
      return polygons;
    },
  };
}

let loading: Promise<Geos> | null = null;

/** GEOS 3.13 in WebAssembly, started once per process. */
export function loadGeos(): Promise<Geos> {
  loading ??= initGeos({
    errorHandler: (message: string) => {
      throw new AppError("bad-input", "geo/geometry", `A polygon cannot be worked with: ${message}.`);
    },
    noticeHandler: () => {},
  }).then(wrap);
  return loading;
}
