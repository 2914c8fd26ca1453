import yauzl from "yauzl";

/** Why an archive was not unpacked. */
export class ZipTrouble extends Error {
  readonly why: "damaged" | "too-large";

  constructor(why: ZipTrouble["why"]) {
    super(`the archive is ${why}`);
    this.why = why;
  }
}

/** Whether a file may be a ZIP archive, by its first bytes. */
export const isZip = (file: Uint8Array): boolean => file[0] === 0x50 && file[1] === 0x4b;

/**
 * The files of an archive that are asked for and there; nothing is written anywhere.
 * @param wanted names, and how many bytes each may have once unpacked
 * @throws ZipTrouble
 */
export function unpackZip(archive: Uint8Array, wanted: ReadonlyMap<string, number>): Promise<Map<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    const damaged = (): void => reject(new ZipTrouble("damaged"));
    const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
    // It holds every entry to the size that the archive's directory states.
    yauzl.fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error) return damaged();
      const parts = new Map<string, Uint8Array>();
      zip.on("error", damaged);
      zip.on("end", () => resolve(parts));
      zip.on("entry", (entry: yauzl.Entry) => {
        const most = wanted.get(entry.fileName);
        if (most === undefined) return zip.readEntry();
        if (entry.uncompressedSize > most) return reject(new ZipTrouble("too-large"));
        zip.openReadStream(entry, (failed, stream) => {
          if (failed) return damaged();
          const chunks: Buffer[] = [];
          stream.on("data", (chunk: Buffer) => chunks.push(chunk));
          stream.on("error", damaged);
          stream.on("end", () => {
            parts.set(entry.fileName, Buffer.concat(chunks));
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
