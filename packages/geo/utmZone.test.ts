import { describe, expect, it } from "vitest";
import { crsFromGeoKeys } from "./crs.ts";
import { utmZoneFromGeoKeys } from "./utmZone.ts";

const zones = [32600, 32700].flatMap((base) => Array.from({ length: 60 }, (_, zone) => base + zone + 1));

describe("utmZoneFromGeoKeys", () => {
  it("gives every UTM zone of WGS 84 exactly as the table of codes does", () => {
    for (const code of zones) {
      const keys = {
        GTModelTypeGeoKey: 1,
        GTRasterTypeGeoKey: 1,
        GTCitationGeoKey: "some zone|",
        GeogAngularUnitsGeoKey: 9102,
        ProjectedCSTypeGeoKey: code,
        ProjLinearUnitsGeoKey: 9001,
      };
      expect(utmZoneFromGeoKeys(keys)).toEqual(crsFromGeoKeys(keys));
    }
  });

  it("leaves everything else to the table: other codes, other units, keys that may change the plane", () => {
    for (const code of [32600, 32661, 32700, 32761, 3857, 26918, 32767])
      expect(utmZoneFromGeoKeys({ GTModelTypeGeoKey: 1, ProjectedCSTypeGeoKey: code })).toBeNull();
    const utm = { GTModelTypeGeoKey: 1, ProjectedCSTypeGeoKey: 32618 };
    expect(utmZoneFromGeoKeys(utm)).not.toBeNull();
    expect(utmZoneFromGeoKeys({ ...utm, ProjLinearUnitsGeoKey: 9003 })).toBeNull();
    expect(utmZoneFromGeoKeys({ ...utm, GeogTOWGS84GeoKey: [1, 2, 3] })).toBeNull();
    expect(utmZoneFromGeoKeys({ ...utm, GTModelTypeGeoKey: 2 })).toBeNull();
  });
});
