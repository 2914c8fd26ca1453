import { closeSync, createWriteStream, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import yauzl from "yauzl";

const WANTED = [
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/,
  /^tensorflow\/include\/tensorflow\/(c|core\/platform)\/.*\.h$/,
  /^tensorflow\/include\/tsl\/platform\/.*\.h$/,
  /^tensorflow\/include\/xla\/tsl\/c\/.*\.h$/,
];

/** Streams the native library and the C headers out of the wheel into `folder`, which appears only when all of it is there. */
export async function unpackWheel(wheelPath: string, folder: string): Promise<void> {
  const work = `${folder}.unpacking`;
  // What a start that was cut off left; the caller holds the lock.
  rmSync(work, { recursive: true, force: true });
  try {
    const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
    const zip = await open(wheelPath, { lazyEntries: true, autoClose: false });
    const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
    try {
      await new Promise<void>((resolve, reject) => {
        zip.on("error", reject);
        zip.on("end", resolve);
        zip.on("entry", (entry: yauzl.Entry) => {
          const name = entry.fileName;
          if (!WANTED.some((pattern) => pattern.test(name))) {
            zip.readEntry();
            return;
          }
          const target = join(work, name.slice("tensorflow/".length).replace(/^lib/, "lib/lib"));
          mkdirSync(dirname(target), { recursive: true });
          openEntry(entry)
            .then((stream) => pipeline(stream, createWriteStream(target)))
            .then(() => zip.readEntry(), reject);
        });
        zip.readEntry();
      });
    } finally {
      zip.close();
    }
    // The marker of a whole folder is its name: what it holds must be on the disk before.
    for (const library of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
      const file = openSync(join(work, "lib", library), "r");
      fsyncSync(file);
      closeSync(file);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
