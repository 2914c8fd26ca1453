import { AppError } from "@reefline/schema/errors";
import h5wasm, { Dataset, type File, Group } from "h5wasm";
import { isZip, unpackZip, ZipTrouble } from "../modelFiles/unpackZip.ts";

/** One array of a layer, as Keras lays it out. */
export interface KerasTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A layer's arrays as the file holds them. */
export interface StoredLayer {
  /** Where the file keeps them: the layer's name, or in newer files its kind and number. */
  readonly key: string;
  /** The layer's name where the file tells it. */
  readonly name: string | null;
  readonly tensors: readonly KerasTensor[];
}

export interface KerasFile {
  /** The JSON that describes the layers; null where the file holds weights alone. */
  readonly model: unknown;
  readonly layers: readonly StoredLayer[];
}

const mostBytes = 1024 ** 3;
const mostConfigBytes = 64 * 2 ** 20;
const mostTensors = 20_000;

const refusal = (code: string, message: string): AppError => new AppError("bad-input", `keras/${code}`, message);
const damaged = (): AppError =>
  refusal("not-keras", "This is neither a Keras model (.keras, .h5) nor Keras weights (.weights.h5), or it is damaged. Save it again.");

const isHdf5 = (file: Uint8Array): boolean => [0x89, 0x48, 0x44, 0x46].every((byte, i) => file[i] === byte);

/** Whether a file may be one of Keras, by its first bytes: no ONNX file begins so. */
export function looksLikeKeras(file: Uint8Array): boolean {
  return isZip(file) || isHdf5(file);
}

/**
 * Reads a `.keras` archive, an `.h5` model of Keras 2 or 3, or weights alone. Links that lead out of the file find nothing: the HDF5
 * library sees this file and no other.
 * @throws AppError "keras/not-keras", "keras/too-large", "keras/weights"
 */
export async function readKerasFile(file: Uint8Array): Promise<KerasFile> {
  if (isHdf5(file)) return await readHdf5(file);
  if (!isZip(file)) throw damaged();
  const parts = await unpack(file);
  const config = parts.get("config.json");
  const weights = parts.get("model.weights.h5");
  if (!config || !weights || !isHdf5(weights)) throw damaged();
  return { ...(await readHdf5(weights)), model: json(new TextDecoder().decode(config)) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged();
  }
}

async function unpack(file: Uint8Array): Promise<Map<string, Uint8Array>> {
  const wanted = new Map([
    ["config.json", mostConfigBytes],
    ["model.weights.h5", mostBytes],
  ]);
  return unpackZip(file, wanted).catch((error: unknown) => {
    throw error instanceof ZipTrouble && error.why === "too-large" ? tooLarge() : damaged();
  });
}

function tooLarge(): AppError {
  return new AppError("limit", "keras/too-large", "This Keras file is larger than 1 GB, which is not read.");
}

async function readHdf5(bytes: Uint8Array): Promise<KerasFile> {
  if (bytes.length > mostBytes) throw tooLarge();
  const library = await h5wasm.ready;
  // Else it prints its troubles.
  library.activate_throwing_error_handler();
  const { FS } = library;
  const path = "keras.h5";
  FS.writeFile(path, bytes);
  let opened: File | null = null;
  try {
    opened = new h5wasm.File(path, "r");
    const holder = opened.get("model_weights");
    const root = holder instanceof Group ? holder : opened;
    const config = opened.attrs.model_config?.value;
    const layers = root.attrs.layer_names ? layersByName(root) : layersByKind(root);
    return { model: typeof config === "string" ? json(config) : null, layers };
  } catch (error) {
    throw error instanceof AppError ? error : damaged();
  } finally {
    opened?.close();
    FS.unlink(path);
  }
}

/** Keras 2's way: the root lists its layers, each layer its arrays. */
function layersByName(root: Group): StoredLayer[] {
  return texts(root.attrs.layer_names?.value).map((name) => {
    const group = root.get(name);
    const arrays = group instanceof Group ? texts(group.attrs.weight_names?.value) : [];
    if (arrays.length > mostTensors) throw damaged();
    return { key: name, name, tensors: arrays.map((array) => tensor(group instanceof Group ? group.get(array) : null, name)) };
  });
}

/** Keras 3's way: `layers/conv2d_3/vars/0`; the group of arrays may carry the layer's name. */
function layersByKind(root: Group): StoredLayer[] {
  const holder = root.get("layers") ?? root.get("_layer_checkpoint_dependencies");
  if (!(holder instanceof Group)) throw damaged();
  return holder
    .keys()
    .sort(byKindAndNumber)
    .map((key) => {
      const layer = holder.get(key);
      const vars = layer instanceof Group ? layer.get("vars") : null;
      if (!(layer instanceof Group)) throw damaged();
      if (!(vars instanceof Group)) return { key, name: null, tensors: [] };
      const numbers = vars.keys().sort((a, b) => Number(a) - Number(b));
      if (numbers.length > mostTensors) throw damaged();
      const name = vars.attrs.name?.value;
      return { key, name: typeof name === "string" ? name : null, tensors: numbers.map((number) => tensor(vars.get(number), key)) };
    });
}

/** conv2d before conv2d_1 before conv2d_10. */
function byKindAndNumber(a: string, b: string): number {
  const parts = (key: string) => /^(.*?)(?:_(\d+))?$/.exec(key) ?? [key, key, "0"];
  const [, kindA = "", numberA = "0"] = parts(a);
  const [, kindB = "", numberB = "0"] = parts(b);
  return kindA === kindB ? Number(numberA) - Number(numberB) : kindA < kindB ? -1 : 1;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

function tensor(found: unknown, layer: string): KerasTensor {
  if (!(found instanceof Dataset))
    throw refusal("weights", `The weights of the layer "${layer}" are not in this file. Save the model again.`);
  const shape = [...(found.shape ?? [])];
  const length = shape.reduce((product, side) => product * side, 1);
  if (length * 4 > mostBytes) throw tooLarge();
  const value = found.value;
  const values =
    value instanceof Float32Array
      ? value
      : value instanceof Float64Array
        ? Float32Array.from(value)
        : typeof value === "number"
          ? Float32Array.of(value)
          : null;
  // Counters of layers (a seed, a count of batches) are no weights.
  if (!values) return { shape, values: new Float32Array(0) };
  if (values.length !== length || values.some((one) => !Number.isFinite(one))) {
    throw refusal("weights", `The weights of the layer "${layer}" are damaged or not finite. Train the model again, or save it again.`);
  }
  return { shape, values };
}
