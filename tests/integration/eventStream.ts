import type { LiveEvent } from "@reefline/schema/job";

export interface HeardEvent {
  readonly id: string;
  readonly event: LiveEvent;
}

/** Reads the server's event stream as a browser's EventSource would, into `heard`, until stopped. */
export function listenTo(url: string, heard: HeardEvent[], lastSeq?: number): { stop(): void } {
  const abort = new AbortController();
  const read = async () => {
    const input = encodeURIComponent(JSON.stringify({ lastSeq }));
    const response = await fetch(`${url}/api/trpc/live.events?input=${input}`, {
      signal: abort.signal,
      headers: { Accept: "text/event-stream" },
    });
    let text = "";
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(message)?.[1];
        const [id, data] = [field("id"), field("data")];
        if (id && data && !field("event")) heard.push({ id, event: JSON.parse(data) });
      }
    }
  };
  read().catch((error) => {
    if (!abort.signal.aborted) throw error;
  });
  return { stop: () => abort.abort() };
}
