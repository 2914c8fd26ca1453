/** Compiles deflateKernel.as into deflateKernel.ts: `node packages/raster/buildDeflateKernel.mjs`. A test checks that both agree. */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";

const source = new URL("./deflateKernel.as", import.meta.url);

/** @returns {Promise<string>} the module's bytes in base64 */
export async function compileDeflateKernel() {
  let bytes = new Uint8Array();
  const files = { "kernel.ts": readFileSync(source, "utf8") };
  const words = [
    "kernel.ts",
    "--outFile",
    "kernel.wasm",
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--importMemory",
    "--initialMemory",
    "32",
  ];
  const { error, stderr } = await main(words, {
    readFile: (name) => files[name] ?? null,
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return Buffer.from(bytes).toString("base64");
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const lines = (await compileDeflateKernel()).match(/.{1,120}/g) ?? [];
  const text = `/** deflateKernel.as, compiled by buildDeflateKernel.mjs: WebAssembly in base64. */\nexport const deflateKernel =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
  writeFileSync(new URL("./deflateKernel.ts", import.meta.url), text);
}
