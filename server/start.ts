import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import { openBrowser, shouldOpenBrowser } from "./openBrowser.ts";
import { owner } from "./principal.ts";
import { makeFirstDemo } from "./services/demo.ts";
import { openStore } from "./storage/store.ts";
import { supervise } from "./supervisor.ts";

/** `npm start`: the web server and the worker on one data folder, until Ctrl+C. */
const command = new Command("start")
  .description("Start Reefline: web server and worker on one data folder.")
  .option("--data <dir>", "folder that holds everything (default: ./data)")
  .option("--port <n>", "port of the web server (default: 3000, or the next free one)", (text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
    return port;
  })
  .option("--allow-hosts <hosts>", "hosts that images may be read from, with commas between (default: none)")
  .option("--workers <n>", "worker processes (default: 1)", (text) => {
    const workers = Number(text);
    if (!Number.isInteger(workers) || workers < 1 || workers > 16) throw new InvalidArgumentError("It is a whole number from 1 to 16.");
    return workers;
  })
  .option("--backend <name>", "what models run on: auto, native-gpu, native-cpu, webgpu or wasm (default: auto)")
  .option("--no-open", "do not open the browser")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();
const { data, port, workers, open, allowHosts } = command.opts<{
  data?: string;
  port?: number;
  workers?: number;
  open: boolean;
  allowHosts?: string;
}>();

const say = (message: string) => process.stderr.write(`${message}\n`);

const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: "production" };
if (data !== undefined) env.REEFLINE_DATA = resolve(data);
if (allowHosts !== undefined) env.REEFLINE_ALLOW_HOSTS = allowHosts;
if (port !== undefined) env.REEFLINE_PORT = String(port);

/** A person who starts the app on a data folder that never held anything gets the demo; a script that runs `serve` does not. */
async function makeDemoOnEmptyFolder(): Promise<void> {
  const store = await openStore(readConfig({}, env));
  try {
    if ((await makeFirstDemo({ store, principal: owner })) !== null) {
      say("First start: a demo survey is being made, trained on and predicted. It appears on the map by itself.");
    }
  } finally {
    await store.close();
  }
}

process.exitCode = await supervise({
  env,
  workers,
  say,
  onListening: (url) => {
    say(`\nReefline is ready: ${url}\nStop it with Ctrl+C.\n`);
    makeDemoOnEmptyFolder()
      .catch((error) => say(`The demo could not be queued: ${describeError(error).message}`))
      .finally(() => {
        if (open && shouldOpenBrowser()) openBrowser(url);
      });
  },
});
process.exit();
