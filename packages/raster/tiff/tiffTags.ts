/** TIFF 6.0, GeoTIFF 1.1 and GDAL tags that the reader looks at. */
export const tag = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  modelPixelScale: 33550,
  modelTiepoint: 33922,
  modelTransformation: 34264,
  geoKeyDirectory: 34735,
  geoDoubleParams: 34736,
  geoAsciiParams: 34737,
  gdalMetadata: 42112,
  gdalNodata: 42113,
  lercParameters: 50674,
} as const;

/** Bytes of one value, by the type code in a directory entry. */
export const typeBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

export const compression = {
  none: 1,
  lzw: 5,
  oldJpeg: 6,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  deflateOld: 32946,
  lerc: 34887,
  lzma: 34925,
  zstd: 50000,
  webp: 50001,
} as const;

/** Names of compressions that are not opened, for the sentence that says so. */
export const compressionNames: Readonly<Record<number, string>> = {
  2: "CCITT fax",
  3: "CCITT fax",
  4: "CCITT fax",
  6: "old-style JPEG",
  32809: "ThunderScan",
  34661: "JBIG",
  34676: "SGILog",
  34677: "SGILog",
  34712: "JPEG 2000",
  34925: "LZMA",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

export const photometric = { minIsWhite: 0, minIsBlack: 1, rgb: 2, palette: 3, mask: 4, cmyk: 5, yCbCr: 6 } as const;

export const photometricNames: Readonly<Record<number, string>> = {
  4: "a transparency mask",
  8: "CIE Lab colours",
  9: "ICC Lab colours",
  10: "ITU Lab colours",
  32803: "raw camera (Bayer) data",
  32844: "LogL data",
  32845: "LogLuv data",
  34892: "linear raw camera data",
};
