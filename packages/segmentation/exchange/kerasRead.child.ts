/** Reads a Keras file that nobody vouches for: whatever it does to the HDF5 library, it does here. See kerasRead.ts. */
import { readFile } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import { kerasFamily } from "./kerasFamily.ts";
import { readKerasFile } from "./kerasFile.ts";
import { kerasToOnnx } from "./kerasOnnx.ts";
import type { KerasReply, KerasRequest } from "./kerasRead.ts";

async function read({ path }: KerasRequest): Promise<KerasReply> {
  const file = await readKerasFile(new Uint8Array(await readFile(path)));
  return { read: file.model === null ? { kind: "weights", ...kerasFamily(file.layers) } : { kind: "graph", ...kerasToOnnx(file) } };
}

process.once("message", (request: KerasRequest) => {
  read(request)
    .catch((error: unknown): KerasReply => {
      if (error instanceof AppError) return { refused: { kind: error.kind, code: error.code, message: error.message } };
      throw error;
    })
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
process.on("disconnect", () => process.exit(0));
