import type { Wheel } from "../wheels/wheel.ts";

/** TensorFlow's own Python wheels, used as a zip that brings the native library. */
export type TensorFlowWheel = Wheel & {
  unpackedBytes: number;
  /** Whether somebody has seen these very steps work there. */
  seenWorking: boolean;
};

export const TENSORFLOW_VERSION = "2.21.0";

/** The wheels were built against glibc 2.27. */
const OLDEST_GLIBC_MINOR = 27;

const CPU_WHEELS: Record<string, TensorFlowWheel> = {
  "linux-x64": {
    requirement: "tensorflow-cpu",
    version: TENSORFLOW_VERSION,
    title: `TensorFlow ${TENSORFLOW_VERSION}`,
    platformTag: "manylinux_2_27_x86_64",
    sha256: "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
    downloadBytes: 274_000_871,
    unpackedBytes: 854_000_000,
    seenWorking: true,
  },
  // No tensorflow-cpu is published for ARM; its plain wheel is for the processor.
  "linux-arm64": {
    requirement: "tensorflow",
    version: TENSORFLOW_VERSION,
    title: `TensorFlow ${TENSORFLOW_VERSION}`,
    platformTag: "manylinux_2_27_aarch64",
    sha256: "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
    downloadBytes: 280_000_000,
    unpackedBytes: 900_000_000,
    seenWorking: false,
  },
};

/** The minor number of this system's glibc 2.x, or null where there is none. */
function glibcMinor(): number | null {
  const report: unknown = process.report.getReport();
  if (typeof report !== "object" || report === null || !("header" in report)) return null;
  const { header } = report;
  if (typeof header !== "object" || header === null || !("glibcVersionRuntime" in header)) return null;
  const minor = Number(String(header.glibcVersionRuntime).split(".")[1]);
  return Number.isInteger(minor) ? minor : null;
}

/** The wheel whose library runs on this machine's processor, or the reason why there is none. For NVIDIA cards: cudaWheels.ts. */
export function wheelForThisMachine(): { wheel: TensorFlowWheel } | { why: string; fix: string } {
  const platform = `${process.platform}-${process.arch}`;
  const wheel = CPU_WHEELS[platform];
  if (wheel === undefined) {
    return {
      why: `Native TensorFlow is not prepared for ${platform}.`,
      fix:
        process.platform === "win32"
          ? "Run Reefline inside WSL (Windows Subsystem for Linux), or try TensorFlow.js's own download: npm rebuild --ignore-scripts=false @tensorflow/tfjs-node-gpu"
          : "Run Reefline on Linux or in a Linux container, or try TensorFlow.js's own download: npm rebuild --ignore-scripts=false @tensorflow/tfjs-node-gpu",
    };
  }
  const glibc = glibcMinor();
  if (glibc === null || glibc < OLDEST_GLIBC_MINOR) {
    return {
      why: `TensorFlow's library needs glibc 2.${OLDEST_GLIBC_MINOR} or newer and this system has ${glibc === null ? "none" : `2.${glibc}`}.`,
      fix: "Use a current Debian, Ubuntu, Fedora or similar system or container.",
    };
  }
  return { wheel };
}
