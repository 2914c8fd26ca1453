import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The first day a ZIP knows, so that the same files give the same archive. */
const mtime = new Date(1980, 0, 1);

/** A ZIP archive of uncompressed files: weights do not compress. */
export async function zipArchive(files: readonly NamedBytes[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const { name, bytes } of files)
    zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, { mtime, compress: false });
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}
