/** A file of a Python package, fetched for what lies in it. Pinned by name, version and content. */
export type Wheel = {
  requirement: string;
  version: string;
  /** What a person calls it. */
  title: string;
  /** The wheel's platform tag, as pip wants it. */
  platformTag: string;
  sha256: string;
  downloadBytes: number;
};

/** The newest CPython that our TensorFlow has wheels for; any will do, nothing of Python is run. */
export const WHEEL_PYTHON = "3.12";
export const WHEEL_ABI = "cp312";
