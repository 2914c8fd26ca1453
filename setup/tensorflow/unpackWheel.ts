import { closeSync, createWriteStream, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import yauzl from "yauzl";

/** Which of a wheel's files are taken, and where they go below the folder. */
export type Unpacking = { wheelPath: string; place(name: string): string | null };

const TENSORFLOW = [
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/,
  /^tensorflow\/include\/tensorflow\/(c|core\/platform)\/.*\.h$/,
  /^tensorflow\/include\/tsl\/platform\/.*\.h$/,
  /^tensorflow\/include\/xla\/tsl\/c\/.*\.h$/,
];

/** TensorFlow's native library into `lib/`, its C headers into `include/`. */
export function tensorflowPlace(name: string): string | null {
  return TENSORFLOW.some((pattern) => pattern.test(name)) ? name.slice("tensorflow/".length).replace(/^lib/, "lib/lib") : null;
}

/** NVIDIA's libraries into `nvidia/<package>/lib/`: beside `lib/`, where TensorFlow's own search path (RUNPATH) looks for them. */
export function cudaPlace(name: string): string | null {
  return /^nvidia\/[\w-]+\/(lib|bin|nvvm)\/[^/]/.test(name) && !name.endsWith("/") && !name.includes("..") ? name : null;
}

/** Streams files out of wheels into `folder`, which appears only when all of them are there. */
export async function unpackWheels(unpackings: readonly Unpacking[], folder: string): Promise<void> {
  const work = `${folder}.unpacking`;
  // What a start that was cut off left; the caller holds the lock.
  rmSync(work, { recursive: true, force: true });
  try {
    for (const unpacking of unpackings) await unpackInto(unpacking, work);
    // The marker of a whole folder is its name: what it holds must be on the disk before.
    for (const library of readdirSync(work, { recursive: true, encoding: "utf8" }).filter((name) => /\.so(\.\d+)*$/.test(name))) {
      const file = openSync(join(work, library), "r");
      fsyncSync(file);
      closeSync(file);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function unpackInto({ wheelPath, place }: Unpacking, folder: string): Promise<void> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const zip = await open(wheelPath, { lazyEntries: true, autoClose: false });
  const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on("error", reject);
      zip.on("end", resolve);
      zip.on("entry", (entry: yauzl.Entry) => {
        const name = place(entry.fileName);
        if (name === null) {
          zip.readEntry();
          return;
        }
        const target = join(folder, name);
        mkdirSync(dirname(target), { recursive: true });
        // Programs among the libraries (ptxas) must stay programs.
        const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
        openEntry(entry)
          .then((stream) => pipeline(stream, createWriteStream(target, { mode })))
          .then(() => zip.readEntry(), reject);
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}
