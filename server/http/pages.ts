import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";

type PageHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Next's request handler, made at the first call so that the data routes answer at once. A failed start is tried again. */
export function pageHandler(rootDir: string): { handle: PageHandler; warmUp: () => void } {
  let starting: Promise<PageHandler> | null = null;

  const start = async (): Promise<PageHandler> => {
    if (!existsSync(join(rootDir, ".next", "BUILD_ID"))) {
      throw new AppError("unavailable", "pages/not-built", "The pages are not built yet. Start Reefline with: npm start");
    }
    const { default: next } = await import("next");
    const app = next({ dev: false, dir: rootDir, quiet: true });
    await app.prepare();
    const handle = app.getRequestHandler();
    return (req, res) => handle(req, res);
  };
  const started = () => {
    starting ??= start().catch((error) => {
      starting = null;
      throw error;
    });
    return starting;
  };

  return {
    handle: async (req, res) => (await started())(req, res),
    warmUp: () => {
      started().catch(() => {});
    },
  };
}
