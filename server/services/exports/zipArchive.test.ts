import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { fromBuffer } from "yauzl";
import { zipArchive } from "./zipArchive.ts";

/** Name → bytes, as an outside reader sees them, checksums checked. */
function unzip(archive: Uint8Array): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    fromBuffer(Buffer.from(archive), { lazyEntries: true, strictFileNames: true }, (error, zip) => {
      if (error) return reject(error);
      const files = new Map<string, Buffer>();
      zip.on("error", reject);
      zip.on("end", () => resolve(files));
      zip.on("entry", (entry) => {
        zip.openReadStream(entry, (failed, stream) => {
          if (failed) return reject(failed);
          buffer(stream).then((bytes) => {
            files.set(entry.fileName, bytes);
            zip.readEntry();
          }, reject);
        });
      });
      zip.readEntry();
    });
  });
}

it("writes an archive that another program reads: names beyond ASCII, an empty file, two of different lengths", async () => {
  const entries = [
    { name: "card.json", bytes: new TextEncoder().encode('{"name":"Récif"}') },
    { name: "récif/weights.bin", bytes: Uint8Array.from({ length: 70_001 }, (_, i) => (i * i) % 251) },
    { name: "empty", bytes: new Uint8Array(0) },
  ];
  const archive = await zipArchive(entries);
  const files = await unzip(archive);
  expect([...files.keys()]).toEqual(entries.map(({ name }) => name));
  for (const { name, bytes } of entries) expect(files.get(name)?.equals(bytes)).toBe(true);
  expect(await zipArchive(entries)).toEqual(archive);
});
