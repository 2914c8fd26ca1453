/**
 * Writes the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding): every method appends one field. Fields
 * that hold a default are the caller's to leave out.
 */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** @param value a whole number, |value| ≤ 2⁵³ */
  integer(field: number, value: number): this {
    return this.#append(varint(tag(field, 0))).#append(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(varint(tag(field, 5))).#append(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint(tag(field, 2)))
      .#append(varint(value.length))
      .#append(value);
  }

  /** Whole numbers, packed. */
  integers(field: number, values: readonly number[]): this {
    const inner = new ProtobufWriter();
    for (const value of values) inner.#append(varint(value));
    return this.bytes(field, inner.finish());
  }

  message(field: number, value: ProtobufWriter): this {
    this.#append(varint(tag(field, 2))).#append(varint(value.#length));
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #append(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

const tag = (field: number, wireType: 0 | 2 | 5): number => field * 8 + wireType;

/** Seven bits a byte, lowest first; a negative number is its two's complement in 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
