/** Node 23 removed these from `node:util`; @tensorflow/tfjs-node 4.22 still calls them. Injected into every bundle. */
import util from "node:util";

const removed = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
  isString: (value) => typeof value === "string",
  isNumber: (value) => typeof value === "number",
  isBoolean: (value) => typeof value === "boolean",
  isObject: (value) => value !== null && typeof value === "object",
  isFunction: (value) => typeof value === "function",
  isUndefined: (value) => value === undefined,
  isNull: (value) => value === null,
};

for (const [name, replacement] of Object.entries(removed)) {
  if (typeof util[name] !== "function") util[name] = replacement;
}
