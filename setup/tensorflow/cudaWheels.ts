import type { Wheel } from "../wheels/wheel.ts";
import { TENSORFLOW_VERSION, type TensorFlowWheel } from "./wheels.ts";

/** NVIDIA's own packages, as a zip that brings its libraries. */
export type CudaWheel = Wheel & { unpackedBytes: number };

/** TensorFlow with its kernels for NVIDIA cards; it runs on the processor as well. */
export const CUDA_TENSORFLOW: TensorFlowWheel = {
  requirement: "tensorflow",
  version: TENSORFLOW_VERSION,
  title: `TensorFlow ${TENSORFLOW_VERSION} for NVIDIA cards`,
  platformTag: "manylinux_2_27_x86_64",
  sha256: "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
  downloadBytes: 572_611_111,
  unpackedBytes: 1_270_000_000,
  seenWorking: false,
};

const wheel = (requirement: string, version: string, platformTag: string, sizes: [number, number], sha256: string): CudaWheel => ({
  requirement,
  version,
  title: `${requirement} ${version}`,
  platformTag,
  sha256,
  downloadBytes: sizes[0],
  unpackedBytes: sizes[1],
});

/** What `tensorflow[and-cuda]` of that version asks for: CUDA 12, cuDNN 9. */
export const CUDA_WHEELS: readonly CudaWheel[] = [
  wheel(
    "nvidia-cublas-cu12",
    "12.9.3.13",
    "manylinux_2_27_x86_64",
    [581_217_458, 855_064_416],
    "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
  ),
  wheel(
    "nvidia-cuda-cupti-cu12",
    "12.8.90",
    "manylinux2014_x86_64",
    [10_248_621, 41_311_976],
    "ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182",
  ),
  wheel(
    "nvidia-cuda-nvcc-cu12",
    "12.9.86",
    "manylinux2010_x86_64",
    [40_546_229, 98_010_465],
    "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
  ),
  wheel(
    "nvidia-cuda-nvrtc-cu12",
    "12.9.86",
    "manylinux2010_x86_64",
    [89_568_129, 227_340_992],
    "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
  ),
  wheel(
    "nvidia-cuda-runtime-cu12",
    "12.9.79",
    "manylinux2014_x86_64",
    [3_493_179, 5_342_176],
    "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
  ),
  wheel(
    "nvidia-cudnn-cu12",
    "9.28.0.42",
    "manylinux_2_27_x86_64",
    [716_538_495, 1_162_393_472],
    "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
  ),
  wheel(
    "nvidia-cufft-cu12",
    "11.4.1.4",
    "manylinux2014_x86_64",
    [200_877_592, 293_609_416],
    "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
  ),
  wheel(
    "nvidia-curand-cu12",
    "10.3.10.19",
    "manylinux_2_27_x86_64",
    [68_295_626, 166_965_432],
    "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
  ),
  wheel(
    "nvidia-cusolver-cu12",
    "11.7.5.82",
    "manylinux_2_27_x86_64",
    [338_117_415, 494_975_064],
    "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
  ),
  wheel(
    "nvidia-cusparse-cu12",
    "12.5.10.65",
    "manylinux2014_x86_64",
    [366_465_088, 486_556_368],
    "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
  ),
  wheel(
    "nvidia-nccl-cu12",
    "2.32.3",
    "manylinux_2_27_x86_64",
    [351_526_311, 489_653_380],
    "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
  ),
  wheel(
    "nvidia-nvjitlink-cu12",
    "12.9.86",
    "manylinux2010_x86_64",
    [39_748_338, 95_935_344],
    "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
  ),
];

/** In bytes: to fetch, on disk while it is prepared (pip holds the file that it fetches twice), and afterwards. */
export function cudaBytes(): { download: number; whilePrepared: number; afterwards: number } {
  const all = [CUDA_TENSORFLOW, ...CUDA_WHEELS];
  const download = all.reduce((sum, { downloadBytes }) => sum + downloadBytes, 0);
  const afterwards = all.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  return { download, afterwards, whilePrepared: download + afterwards + Math.max(...all.map(({ downloadBytes }) => downloadBytes)) };
}
