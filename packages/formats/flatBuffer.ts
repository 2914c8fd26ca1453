/** A value in a FlatBuffers table, by its place in the schema; null where the table leaves it out. https://flatbuffers.dev/internals */
export type FlatValue =
  | { readonly kind: "ubyte"; readonly value: number }
  | { readonly kind: "ushort"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ulong"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "doubles"; readonly value: readonly number[] }
  | { readonly kind: "table"; readonly value: FlatTable }
  | { readonly kind: "tables"; readonly value: readonly FlatTable[] };
export type FlatTable = readonly (FlatValue | null)[];

const inlineBytes = { ubyte: 1, ushort: 2, int: 4, ulong: 8, string: 4, doubles: 4, table: 4, tables: 4 } as const;

/** A size-prefixed FlatBuffer of one root table; small ones, such as headers. Its length is a multiple of 8. Pure. */
export function encodeFlatBuffer(root: FlatTable): Uint8Array {
  const writer = new Writer();
  writer.int32(0);
  const rootOffset = writer.reserveOffset();
  writer.pointHere(rootOffset, () => writer.table(root));
  writer.align(8);
  const bytes = writer.bytes();
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4, true);
  return bytes;
}

/** Writes front to back: tables before what they point to, offsets filled in later. */
class Writer {
  private data = new Uint8Array(1024);
  private view = new DataView(this.data.buffer);
  private length = 0;

  private room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.data.length) {
      const larger = new Uint8Array(Math.max(this.length, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }

  align(bytes: number): void {
    this.room((bytes - (this.length % bytes)) % bytes);
  }

  int32(value: number): void {
    const at = this.room(4);
    this.view.setInt32(at, value, true);
  }

  reserveOffset(): number {
    return this.room(4);
  }

  /** Writes something and sets the offset reserved at `place` to it. */
  pointHere(place: number, write: () => number): void {
    const position = write();
    this.view.setUint32(place, position - place, true);
  }

  /** @returns position of the table. */
  table(fields: FlatTable): number {
    const vtableLength = 4 + 2 * fields.length;
    this.align(2);
    const vtable = this.room(vtableLength);
    this.align(8);
    const table = this.room(4);
    this.view.setInt32(table, table - vtable, true);
    const places: (number | null)[] = fields.map((field) => {
      if (!field) return null;
      const bytes = inlineBytes[field.kind];
      this.align(bytes);
      return this.room(bytes);
    });
    this.view.setUint16(vtable, vtableLength, true);
    this.view.setUint16(vtable + 2, this.length - table, true);
    places.forEach((place, i) => {
      this.view.setUint16(vtable + 4 + 2 * i, place === null ? 0 : place - table, true);
    });
    fields.forEach((field, i) => {
      const place = places[i];
      if (field && place !== null && place !== undefined) this.value(field, place);
    });
    return table;
  }

  private value(field: FlatValue, place: number): void {
    if (field.kind === "ubyte") this.view.setUint8(place, field.value);
    else if (field.kind === "ushort") this.view.setUint16(place, field.value, true);
    else if (field.kind === "int") this.view.setInt32(place, field.value, true);
    else if (field.kind === "ulong") this.view.setBigUint64(place, BigInt(field.value), true);
    else if (field.kind === "table") this.pointHere(place, () => this.table(field.value));
    else if (field.kind === "string") this.pointHere(place, () => this.string(field.value));
    else if (field.kind === "doubles") this.pointHere(place, () => this.doubles(field.value));
    else this.pointHere(place, () => this.tables(field.value));
  }

  private string(text: string): number {
    const bytes = new TextEncoder().encode(text);
    this.align(4);
    const position = this.length;
    this.int32(bytes.length);
    const at = this.room(bytes.length + 1);
    this.data.set(bytes, at);
    return position;
  }

  private doubles(values: readonly number[]): number {
    this.align(8);
    this.room(4);
    const position = this.length;
    this.int32(values.length);
    for (const value of values) {
      const at = this.room(8);
      this.view.setFloat64(at, value, true);
    }
    return position;
  }

  private tables(tables: readonly FlatTable[]): number {
    this.align(4);
    const position = this.length;
    this.int32(tables.length);
    const places = tables.map(() => this.reserveOffset());
    tables.forEach((table, i) => {
      this.pointHere(places[i] ?? 0, () => this.table(table));
    });
    return position;
  }
}
