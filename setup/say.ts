const startedAt = Date.now();

/** One plain line on stderr with the time since the start; stdout belongs to the command. */
export function say(message: string): void {
  process.stderr.write(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${message}\n`);
}

/** Says `message` at once and again with the elapsed time every `everySeconds` until the work is done. */
export async function saying<T>(message: string, work: () => Promise<T>, everySeconds = 20): Promise<T> {
  say(message);
  const timer = setInterval(() => say(`… ${message.replace(/\.$/, "")}: still at it`), everySeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
