import { AppError } from "@reefline/schema/errors";

/** A tensor of a PyTorch file: row-major float32. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface StorageKey {
  readonly kind: "storage";
  readonly key: string;
  readonly length: number;
}
interface Rebuilt {
  readonly kind: "tensor";
  readonly storage: StorageKey;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}
type Global = { readonly kind: "global"; readonly name: string };
type Value = null | boolean | number | bigint | string | Value[] | Map<Value, Value> | StorageKey | Rebuilt | Global;

/** torch.serialization's legacy format begins with this pickled number. */
const magic = 0x1950a86a20f9469cfc6cn;

/**
 * Reads the tensors of a state dict that PyTorch saved in its legacy (not zip) format. A pickle is a program; this interpreter knows only
 * the dozen instructions that build dictionaries of float tensors, and refuses everything else.
 * @throws AppError "segmentation/torch-file" when the file is anything else
 */
export function readTorchStateDict(bytes: Uint8Array): Map<string, TorchTensor> {
  const reader = new PickleReader(bytes);
  if (reader.load() !== magic) throw notTorch("it is not in PyTorch's legacy format");
  reader.load();
  reader.load();
  const dict = reader.load();
  const keys = reader.load();
  if (!(dict instanceof Map) || !Array.isArray(keys)) throw notTorch("it holds no dictionary of tensors");
  const storages = new Map<string, Float32Array>();
  let at = reader.position;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys) {
    if (typeof key !== "string" || at + 8 > bytes.length) throw notTorch("it ends too early");
    const length = Number(view.getBigUint64(at, true));
    at += 8;
    // The counters of batches are whole numbers of eight bytes, which nobody needs.
    const width = reader.elementBytes(key);
    if (at + length * width > bytes.length) throw notTorch("it ends too early");
    if (width === 4) storages.set(key, floats(bytes.subarray(at, at + 4 * length)));
    at += length * width;
  }
  const tensors = new Map<string, TorchTensor>();
  for (const [name, value] of dict) {
    if (typeof name !== "string" || !isTensor(value)) throw notTorch("an entry is not a tensor");
    const data = storages.get(value.storage.key);
    if (data) tensors.set(name, { shape: value.shape, data: contiguous(value, data) });
  }
  return tensors;
}

/** A copy, for storages lie at any offset. */
function floats(bytes: Uint8Array): Float32Array {
  const copy = new Float32Array(bytes.length / 4);
  new Uint8Array(copy.buffer).set(bytes);
  return copy;
}

function contiguous({ offset, shape, strides }: Rebuilt, storage: Float32Array): Float32Array {
  const length = shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let rest = i;
    let from = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const side = shape[axis] ?? 1;
      from += (rest % side) * (strides[axis] ?? 0);
      rest = Math.floor(rest / side);
    }
    const value = storage[from];
    if (value === undefined) throw notTorch("a tensor reaches beyond its storage");
    data[i] = value;
  }
  return data;
}

/** The instructions of pickle protocol 2 that such files use (Python's pickletools lists them all). */
class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #elementBytes = new Map<string, number>();
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  elementBytes(key: string): number {
    const width = this.#elementBytes.get(key);
    if (width === undefined) throw notTorch("a storage has no type");
    return width;
  }

  load(): Value {
    const stack: Value[] = [];
    const marks: number[] = [];
    const memo = new Map<number, Value>();
    const pop = (): Value => {
      const value = stack.pop();
      if (value === undefined) throw notTorch("its stack is empty");
      return value;
    };
    const toMark = (): Value[] => stack.splice(marks.pop() ?? 0);
    const put = (index: number): void => {
      memo.set(index, stack.at(-1) ?? null);
    };
    const get = (index: number): void => {
      const value = memo.get(index);
      if (value === undefined) throw notTorch("it refers to nothing");
      stack.push(value);
    };
    for (;;) {
      const code = this.#byte();
      switch (code) {
        case 0x80: // PROTO
          this.#byte();
          break;
        case 0x2e: // STOP
          return pop();
        case 0x28: // MARK
          marks.push(stack.length);
          break;
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE
          stack.push(true);
          break;
        case 0x89: // NEWFALSE
          stack.push(false);
          break;
        case 0x4b: // BININT1
          stack.push(this.#byte());
          break;
        case 0x4d: // BININT2
          stack.push(this.#take(2, (at) => this.#view.getUint16(at, true)));
          break;
        case 0x4a: // BININT
          stack.push(this.#take(4, (at) => this.#view.getInt32(at, true)));
          break;
        case 0x8a: // LONG1
          stack.push(this.#long());
          break;
        case 0x58: {
          // BINUNICODE
          const length = this.#take(4, (at) => this.#view.getUint32(at, true));
          stack.push(this.#take(length, (at) => new TextDecoder().decode(this.#bytes.subarray(at, at + length))));
          break;
        }
        case 0x71: // BINPUT
          put(this.#byte());
          break;
        case 0x72: // LONG_BINPUT
          put(this.#take(4, (at) => this.#view.getUint32(at, true)));
          break;
        case 0x68: // BINGET
          get(this.#byte());
          break;
        case 0x6a: // LONG_BINGET
          get(this.#take(4, (at) => this.#view.getUint32(at, true)));
          break;
        case 0x7d: // EMPTY_DICT
          stack.push(new Map());
          break;
        case 0x5d: // EMPTY_LIST
        case 0x29: // EMPTY_TUPLE
          stack.push([]);
          break;
        case 0x74: // TUPLE
          stack.push(toMark());
          break;
        case 0x85: // TUPLE1
        case 0x86: // TUPLE2
        case 0x87: // TUPLE3
          stack.push(stack.splice(stack.length - (code - 0x84)));
          break;
        case 0x61: // APPEND
        case 0x65: {
          // APPENDS
          const items = code === 0x61 ? [pop()] : toMark();
          const list = stack.at(-1);
          if (!Array.isArray(list)) throw notTorch("it appends to what is no list");
          list.push(...items);
          break;
        }
        case 0x73: // SETITEM
        case 0x75: {
          // SETITEMS
          const items = code === 0x73 ? stack.splice(stack.length - 2) : toMark();
          const dict = stack.at(-1);
          if (!(dict instanceof Map)) throw notTorch("it sets an item of what is no dictionary");
          for (let i = 0; i + 1 < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null);
          break;
        }
        case 0x63: // GLOBAL
          stack.push({ kind: "global", name: `${this.#line()} ${this.#line()}` });
          break;
        case 0x51: // BINPERSID
          stack.push(this.#storage(pop()));
          break;
        case 0x52: {
          // REDUCE
          const parameters = pop();
          stack.push(rebuild(pop(), parameters));
          break;
        }
        case 0x62: // BUILD: attributes of the dictionary (its metadata), which are not used
          pop();
          break;
        default:
          throw notTorch(`instruction ${code} has no place in it`);
      }
    }
  }

  #byte(): number {
    return this.#take(1, (at) => this.#bytes[at] ?? 0);
  }

  #take<Result>(length: number, read: (at: number) => Result): Result {
    if (this.position + length > this.#bytes.length) throw notTorch("it ends too early");
    this.position += length;
    return read(this.position - length);
  }

  #long(): bigint {
    const length = this.#byte();
    let value = 0n;
    this.#take(length, (at) => {
      for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i] ?? 0);
    });
    return value;
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0 || end - this.position > 200) throw notTorch("a name does not end");
    const text = new TextDecoder().decode(this.#bytes.subarray(this.position, end));
    this.position = end + 1;
    return text;
  }

  #storage(id: Value): StorageKey {
    const [tag, type, key, , length] = Array.isArray(id) ? id : [];
    if (tag !== "storage" || !isGlobal(type) || typeof key !== "string" || typeof length !== "number")
      throw notTorch("a storage is described wrongly");
    const width = { "torch FloatStorage": 4, "torch LongStorage": 8 }[type.name];
    if (width === undefined) throw notTorch(`it holds a ${type.name}`);
    this.#elementBytes.set(key, width);
    return { kind: "storage", key, length };
  }
}

function rebuild(callable: Value, parameters: Value): Value {
  if (isGlobal(callable) && callable.name === "collections OrderedDict") return new Map();
  const [storage, offset, shape, strides] = Array.isArray(parameters) ? parameters : [];
  const isNumbers = (value: Value | undefined): value is number[] => Array.isArray(value) && value.every((one) => typeof one === "number");
  if (
    isGlobal(callable) &&
    callable.name === "torch._utils _rebuild_tensor_v2" &&
    isStorage(storage) &&
    typeof offset === "number" &&
    isNumbers(shape) &&
    isNumbers(strides)
  )
    return { kind: "tensor", storage, offset, shape, strides };
  throw notTorch("it calls something that a file of weights has no need of");
}

const isGlobal = (value: Value | undefined): value is Global => isKind(value, "global");
const isStorage = (value: Value | undefined): value is StorageKey => isKind(value, "storage");
const isTensor = (value: Value | undefined): value is Rebuilt => isKind(value, "tensor");

function isKind(value: Value | undefined, kind: string): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

function notTorch(why: string): AppError {
  return new AppError("bad-input", "segmentation/torch-file", `The file of pretrained weights cannot be read: ${why}. Fetch it again.`);
}
