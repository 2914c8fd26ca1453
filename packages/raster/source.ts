/** Where bytes come from: a file, a URL, a buffer. Everything that reads a raster reads through this. */
export interface Source {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`, fewer only at the end of the source. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The same into memory of the caller's, which may be shared between threads; resolves with how many bytes there were. */
  readInto?(offset: number, target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}
