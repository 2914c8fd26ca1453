import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crsFromEpsg, crsFromGeoKeys, crsToLonLat, lonLatToCrs } from "./crs.ts";
import { distanceMeters } from "./geodesic.ts";

interface Golden {
  projections: { epsg: number; name: string; exact: boolean; accuracyMeters: number | null; points: [number, number, number, number][] }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL("../../tests/golden/geo/geo.json", import.meta.url), "utf8"));

describe("crs against PROJ", () => {
  for (const { epsg, name, exact, accuracyMeters, points } of golden.projections) {
    it(`EPSG:${epsg} ${name}: ${exact ? "within 1 mm" : `within the ${accuracyMeters} m its datum shift is good for`}`, () => {
      const crs = crsFromEpsg(epsg);
      const toLonLat = crsToLonLat(crs);
      const toCrs = lonLatToCrs(crs);
      for (const [x, y, lon, lat] of points) {
        const here = toLonLat(x, y);
        const tolerance = exact ? 0.001 : Math.max(1, accuracyMeters ?? 0) * 2;
        expect(distanceMeters([here.lon, here.lat], [lon, lat])).toBeLessThan(tolerance);
        const back = toCrs(here.lon, here.lat);
        const unit = crs.kind === "geographic" ? 111_000 : crs.metersPerUnit;
        expect(Math.hypot(back.x - x, back.y - y) * unit).toBeLessThan(exact ? 0.001 : 0.01);
      }
    });
  }
});

describe("crsFromGeoKeys", () => {
  it("reads a projected code and ignores the geographic one beside it", () => {
    const crs = crsFromGeoKeys({ GTModelTypeGeoKey: 1, GTRasterTypeGeoKey: 1, GeographicTypeGeoKey: 4326, ProjectedCSTypeGeoKey: 32633 });
    expect(crs).toMatchObject({ epsg: 32633, kind: "projected", metersPerUnit: 1, name: "WGS 84 / UTM zone 33N" });
    expect(crsToLonLat(crs)(500000, 0).lon).toBeCloseTo(15, 10);
  });

  it("reads a user-defined Albers", () => {
    const keys = {
      GTModelTypeGeoKey: 1,
      ProjectedCSTypeGeoKey: 32767,
      GeographicTypeGeoKey: 4326,
      ProjectionGeoKey: 32767,
      ProjCoordTransGeoKey: 11,
      ProjStdParallel1GeoKey: 40,
      ProjStdParallel2GeoKey: 45,
      ProjNatOriginLongGeoKey: -100,
      ProjNatOriginLatGeoKey: 30,
      ProjFalseEastingGeoKey: 0,
      ProjFalseNorthingGeoKey: 0,
      ProjLinearUnitsGeoKey: 9001,
      PCSCitationGeoKey: "Prairie Albers|",
    };
    const crs = crsFromGeoKeys(keys);
    expect(crs).toMatchObject({ epsg: null, name: "Prairie Albers", kind: "projected" });
    // pyproj: "+proj=aea +lat_0=30 +lon_0=-100 +lat_1=40 +lat_2=45 +datum=WGS84" to EPSG:4326 of (250000, 1200000)
    const { lon, lat } = crsToLonLat(crs)(250000, 1200000);
    expect(lon).toBeCloseTo(-97.03300843, 7);
    expect(lat).toBeCloseTo(40.85310844, 7);
  });

  it("says what to do when there is no CRS", () => {
    expect(() => crsFromGeoKeys({})).toThrow(/gdal_edit\.py -a_srs/);
    expect(() => crsFromGeoKeys({ GTModelTypeGeoKey: 32767 })).toThrow(/names no coordinate system/);
  });

  it("refuses what it cannot place, by name", () => {
    expect(() => crsFromGeoKeys({ GTModelTypeGeoKey: 3, GeographicTypeGeoKey: 4978 })).toThrow(/geocentric/);
    expect(() => crsFromEpsg(99999)).toThrow(/EPSG:99999 is not one that Reefline knows/);
    // S-JTSK / Krovak: a datum whose shift the table does not hold.
    expect(() => crsFromEpsg(5514)).toThrow(/shift to WGS 84/);
  });
});
