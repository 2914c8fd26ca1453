/** The module's bytes in base64. */
export function compileKernel(path: string): Promise<string>;
