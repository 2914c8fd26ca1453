/** The module's bytes in base64. */
export function compileDeflateKernel(): Promise<string>;
