import { closeSync, createWriteStream, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import yauzl from "yauzl";

/** Takes one file out of a wheel; `target` appears only when it is whole. @throws Error when the wheel has no such file. */
export async function unpackFile(wheelPath: string, name: string, target: string): Promise<void> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const zip = await open(wheelPath, { lazyEntries: true, autoClose: false });
  const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  const work = `${target}.${process.pid}`;
  try {
    const entry = await new Promise<yauzl.Entry>((resolve, reject) => {
      zip.on("error", reject);
      zip.on("end", () => reject(new Error(`${wheelPath} holds no ${name}.`)));
      zip.on("entry", (found: yauzl.Entry) => (found.fileName === name ? resolve(found) : zip.readEntry()));
      zip.readEntry();
    });
    await pipeline(await openEntry(entry), createWriteStream(work));
    const file = openSync(work, "r");
    fsyncSync(file);
    closeSync(file);
    renameSync(work, target);
  } finally {
    zip.close();
    rmSync(work, { force: true });
  }
}
