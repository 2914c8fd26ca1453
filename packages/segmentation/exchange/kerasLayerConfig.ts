import { AppError } from "@reefline/schema/errors";
import type { KerasTensor } from "./kerasFile.ts";
import type { KerasLayer } from "./kerasTopology.ts";

/** What a layer says of itself and the arrays it holds, read with a refusal that names it. */
export class KerasLayerConfig {
  readonly layer: KerasLayer;
  readonly tensors: readonly KerasTensor[];

  constructor(layer: KerasLayer, tensors: readonly KerasTensor[]) {
    this.layer = layer;
    this.tensors = tensors;
  }

  refuse(why: string): AppError {
    const { className, name } = this.layer;
    return new AppError("bad-input", "keras/layer", `The layer "${name}" (${className}) cannot be taken over: ${why}`);
  }

  number(key: string, otherwise: number): number {
    const value = this.layer.config[key] ?? otherwise;
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.refuse(`its ${key} is no number.`);
    return value;
  }

  text(key: string, otherwise: string): string {
    const value = this.layer.config[key] ?? otherwise;
    if (typeof value !== "string") throw this.refuse(`its ${key} is not understood.`);
    return value;
  }

  flag(key: string, otherwise: boolean): boolean {
    return (this.layer.config[key] ?? otherwise) !== false;
  }

  /** Two whole numbers above 0, rows before columns; one stands for both. */
  pair(key: string, otherwise: number): readonly [number, number] {
    const value = this.layer.config[key] ?? otherwise;
    const [rows, cols] = Array.isArray(value) ? value : [value, value];
    if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1) throw this.refuse(`its ${key} is not understood.`);
    return [rows, cols];
  }

  /** One number for every channel, or one for all. */
  perChannel(key: string, otherwise: number, channels: number): Float32Array {
    const value = this.layer.config[key] ?? otherwise;
    const flat: unknown[] = [value].flat(5);
    if ((flat.length !== 1 && flat.length !== channels) || !flat.every((one) => typeof one === "number")) {
      throw this.refuse(`its ${key} is not one number per channel.`);
    }
    return Float32Array.from({ length: channels }, (_, i) => Number(flat[flat.length === 1 ? 0 : i]));
  }

  /** The layer's array number `index`, which must have this shape. */
  tensor(index: number, shape: readonly number[]): Float32Array {
    const found = this.tensors[index];
    if (!found || found.shape.join() !== shape.join() || found.values.length === 0) {
      throw this.refuse(
        `its weights should be ${shape.join(" × ")} and are ${found ? found.shape.join(" × ") || "one number" : "missing"}.`,
      );
    }
    return found.values;
  }

  /** Channels last, the only layout that is taken over. */
  requireChannelsLast(): void {
    const format = this.text("data_format", "channels_last");
    if (format !== "channels_last") throw this.refuse("it has its channels first. Build the model with channels last and save it again.");
  }

  /** Whether the picture is padded so that it keeps its size. */
  padsSame(): boolean {
    const padding = this.text("padding", "valid");
    if (padding !== "same" && padding !== "valid") throw this.refuse(`its padding "${padding}" is not supported.`);
    return padding === "same";
  }
}
