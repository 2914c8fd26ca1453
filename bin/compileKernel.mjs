/**
 * Compiles an AssemblyScript kernel into a module that holds it as text: `node bin/compileKernel.mjs packages/raster/cog/deflateKernel.as` writes
 * deflateKernel.ts beside it. The source's line `// asc: …` has further words for the compiler. Tests check that both agree.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";

/**
 * @param {string} path of the kernel
 * @returns {Promise<string>} the module's bytes in base64
 */
export async function compileKernel(path) {
  let bytes = new Uint8Array();
  const source = readFileSync(path, "utf8");
  const further = /^\/\/ asc: (.*)$/m.exec(source)?.[1]?.split(" ") ?? [];
  const words = ["kernel.ts", "--outFile", "kernel.wasm", "-O3", "--noAssert", "--runtime", "stub", "--importMemory", ...further];
  const { error, stderr } = await main(words, {
    readFile: (name) => (name === "kernel.ts" ? source : null),
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return Buffer.from(bytes).toString("base64");
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of argv.slice(2).map((word) => resolve(word))) {
    const name = basename(path, ".as");
    const lines = (await compileKernel(path)).match(/.{1,120}/g) ?? [];
    const text = `/** ${name}.as, compiled by bin/compileKernel.mjs: WebAssembly in base64. */\nexport const ${name} =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
    writeFileSync(path.replace(/\.as$/, ".ts"), text);
  }
}
