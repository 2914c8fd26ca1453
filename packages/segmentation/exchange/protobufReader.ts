/** One field of a message: a whole number, or the bytes of a text, a message or packed numbers (a view, not a copy). */
export interface ProtobufField {
  readonly field: number;
  /** Null where the field holds bytes. */
  readonly integer: number | null;
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

/**
 * The fields of one message (https://protobuf.dev/programming-guides/encoding), read from bytes that nobody vouches for: nothing is
 * allocated, no length is trusted before it has been checked against what is there.
 * @throws RangeError when the bytes are no message
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("a number is cut off");
      value += (byte & 127) * 2 ** (7 * shift);
      // Ten bytes hold a negative number in two's complement.
      if (byte < 128) return value >= 2 ** 63 ? value - 2 ** 64 : value;
    }
    throw new RangeError("a number is too long");
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || length > bytes.length - at) throw new RangeError("a field is longer than the file");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (field < 1) throw new RangeError("a field has no number");
    switch (tag % 8) {
      case 0:
        yield { field, integer: varint(), bytes: nothing };
        break;
      case 1:
        yield { field, integer: null, bytes: take(8) };
        break;
      case 2:
        yield { field, integer: null, bytes: take(varint()) };
        break;
      case 5:
        yield { field, integer: null, bytes: take(4) };
        break;
      default:
        throw new RangeError("a field is of an unknown type");
    }
  }
}
