import { AppError } from "@reefline/schema/errors";
import { readConfig } from "../server/config.ts";
import type { Context } from "../server/context.ts";
import { owner } from "../server/principal.ts";
import { openStore } from "../server/storage/store.ts";

/** What every command gets: the open data folder, and where its words go. */
export interface Session {
  readonly ctx: Context;
  readonly json: boolean;
  /** The result, once: a JSON document with `--json`, else sentences. Stdout holds nothing else. */
  result(document: unknown, sentences: readonly string[]): void;
  /** For the person at the terminal, on stderr. */
  note(sentence: string): void;
}

/** A command's options that are there for all of them. */
export interface GlobalOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly allowHosts?: string;
}

/** Opens the data folder, runs a command on it, closes it. */
export async function withSession(options: GlobalOptions, command: (session: Session) => Promise<void>): Promise<void> {
  // A worker that this command starts may read from them too.
  if (options.allowHosts !== undefined) process.env.REEFLINE_ALLOW_HOSTS = options.allowHosts;
  const store = await openStore(readConfig({ dataDir: options.data }));
  const json = options.json ?? false;
  try {
    await command({
      ctx: { store, principal: owner },
      json,
      result(document, sentences) {
        process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : sentences.map((sentence) => `${sentence}\n`).join(""));
      },
      note: (sentence) => process.stderr.write(`${sentence}\n`),
    });
  } finally {
    await store.close();
  }
}

/** A file the user named. @throws AppError `cli/no-file`. */
export function noFile(path: string): AppError {
  return new AppError("not-found", "cli/no-file", `There is no file ${path}.`);
}
