/** Seven-parameter shift to WGS 84 (metres, arc seconds, parts per million; position vector, as proj's +towgs84) of one datum. */
export interface DatumShift {
  readonly name: string;
  readonly towgs84: string;
  /** Metres that the shift may be off, as the EPSG registry states it. */
  readonly accuracyMeters: number;
}

interface DatumRow extends DatumShift {
  /** EPSG codes of the geographic CRS and of the projected CRSs on this datum, single codes or [first, last]. */
  readonly codes: readonly (number | readonly [number, number])[];
}

// Datums tens of metres and more away from WGS 84. Values from the EPSG registry, its name of the transformation beside each.
const rows: readonly DatumRow[] = [
  // OSGB36 to WGS 84 (6)
  { name: "OSGB36", towgs84: "446.448,-125.157,542.06,0.15,0.247,0.842,-20.489", accuracyMeters: 2, codes: [4277, 27700] },
  // Amersfoort to WGS 84 (3)
  {
    name: "Amersfoort",
    towgs84: "565.2369,50.0087,465.658,-0.406857,0.350733,-1.87035,4.0812",
    accuracyMeters: 1,
    codes: [4289, 28991, 28992],
  },
  // BD72 to WGS 84 (3)
  {
    name: "Belge 1972",
    towgs84: "-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747",
    accuracyMeters: 1,
    codes: [4313, 31300, 31370],
  },
  // DHDN to WGS 84 (2)
  { name: "DHDN", towgs84: "598.1,73.7,418.2,0.202,0.045,-2.455,6.7", accuracyMeters: 3, codes: [4314, [31466, 31469]] },
  // MGI to WGS 84 (3)
  { name: "MGI", towgs84: "577.326,90.129,463.919,5.137,1.474,5.297,2.4232", accuracyMeters: 2, codes: [4312, [31254, 31259], 31287] },
  // CH1903+ to WGS 84 (1)
  { name: "CH1903+", towgs84: "674.374,15.056,405.346,0,0,0,0", accuracyMeters: 1, codes: [4150, 2056] },
  // CH1903 to WGS 84 (2)
  { name: "CH1903", towgs84: "674.374,15.056,405.346,0,0,0,0", accuracyMeters: 2, codes: [4149, 21781] },
  // ED50 to WGS 84 (1)
  { name: "ED50", towgs84: "-87,-98,-121,0,0,0,0", accuracyMeters: 10, codes: [4230, [23028, 23038]] },
  // NAD27 to WGS 84 (4)
  { name: "NAD27", towgs84: "-8,160,176,0,0,0,0", accuracyMeters: 10, codes: [4267, [26703, 26722]] },
  // Hong Kong 1980 to WGS 84 (1)
  {
    name: "Hong Kong 1980",
    towgs84: "-162.619,-276.959,-161.764,0.067753,-2.24365,-1.15883,-1.09425",
    accuracyMeters: 1,
    codes: [4611, 2326],
  },
  // GGRS87 to WGS 84 (1), the Greek datum; on GRS 80 and yet 330 m away
  { name: "GGRS87", towgs84: "-199.87,74.79,246.62,0,0,0,0", accuracyMeters: 1, codes: [4121, 2100] },
  // AGD84 to WGS 84 (7)
  { name: "AGD84", towgs84: "-117.763,-51.51,139.061,0.292,0.443,0.277,-0.191", accuracyMeters: 3, codes: [4203, [20348, 20356]] },
];

/** The shift of the datum that an EPSG code of a CRS stands on; null when none is known here. */
export function datumShiftOf(epsg: number): DatumShift | null {
  const row = rows.find(({ codes }) =>
    codes.some((code) => (typeof code === "number" ? code === epsg : epsg >= code[0] && epsg <= code[1])),
  );
  return row ? { name: row.name, towgs84: row.towgs84, accuracyMeters: row.accuracyMeters } : null;
}
