import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const root = dirname(fileURLToPath(import.meta.url));

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The pages come from 127.0.0.1: packing costs more than it saves.
  compress: false,
  devIndicators: false,
  transpilePackages: ["@reefline/schema", "@reefline/geo", "@reefline/accuracy", "@reefline/report"],
  turbopack: { root },
  outputFileTracingRoot: root,
  // Types are checked by `npm run check`; a person who starts the app should not wait for it.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
};

export default config;
