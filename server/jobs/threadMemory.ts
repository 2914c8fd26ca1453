/** The memory behind arrays, each once, to be handed over to another thread. */
export function memoryOf(arrays: readonly (Uint8Array | Float32Array)[]): ArrayBuffer[] {
  return [...new Set(arrays.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}
