/** Where bytes come from: a file, a URL, a buffer. Everything that reads a raster reads through this. */
export interface Source {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`, fewer only at the end of the source. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The same into memory of the caller's, which may be shared between threads; resolves with how many bytes there were. */
  readInto?(offset: number, target: Uint8Array): Promise<number>;
  /** Fills `into` from `offset` at once, where the source can: a file of this machine. Returns how many bytes were read. */
  readNow?(offset: number, into: Uint8Array): number;
  close(): Promise<void>;
}
