import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type OpenPage, openPage } from "./openPage.ts";
import { type RunningApp, startApp } from "./runningApp.ts";

export interface AppInBrowser {
  readonly app: RunningApp;
  readonly open: OpenPage;
  /** For files that the test makes; gone afterwards. */
  readonly workDir: string;
}

/** Starts the app and opens a browser before a file's tests, ends both after them. Returns what tells of them once they are there. */
export function appInBrowser(): () => AppInBrowser {
  let workDir: string | undefined;
  let app: RunningApp | undefined;
  let open: OpenPage | undefined;
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), "reefline-e2e-files-"));
    app = await startApp();
    open = await openPage(app.url);
  });
  afterAll(async () => {
    await open?.browser.close();
    await app?.stop();
    if (workDir) await rm(workDir, { recursive: true, force: true });
  });
  return () => {
    if (!workDir || !app || !open) throw new Error("The app is there from beforeAll on.");
    return { app, open, workDir };
  };
}
