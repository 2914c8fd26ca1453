import { Upload } from "tus-js-client";
import { create } from "zustand";
import { queryClient, trpc } from "../_api/api.ts";
import { announce } from "../_ui/announce.ts";

export type UploadItem = {
  id: string;
  /** Uploads that become one survey share it. */
  group: string | null;
  fileName: string;
  sizeBytes: number;
  sentBytes: number;
  state: "sending" | "waiting" | "paused" | "done" | "failed";
  /** Smoothed; null until it is known. */
  bytesPerSecond: number | null;
  problem: string | null;
};

export const useUploads = create<{ items: readonly UploadItem[] }>(() => ({ items: [] }));

/** What pauses, goes on and gives up. */
export type Sending = { start(): void; abort(forGood?: boolean): Promise<void> };

const running = new Map<string, Sending>();
export const retryDelays = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000];

/** Lists an upload; `keepSending` says how it is paused. */
export function listUpload(item: UploadItem): void {
  useUploads.setState(({ items }) => ({ items: [...items, item] }));
}

export function keepSending(id: string, sending: Sending | null): void {
  if (sending) running.set(id, sending);
  else running.delete(id);
}

export function patch(id: string, fields: Partial<UploadItem>): void {
  useUploads.setState(({ items }) => ({ items: items.map((item) => (item.id === id ? { ...item, ...fields } : item)) }));
}

/** Only what may be an orthomosaic; the server looks at the content itself. */
export function looksLikeRaster(fileName: string): boolean {
  return /\.(tiff?|gtiff?)$/i.test(fileName);
}

/** "middle_marsh-2026.tif" → "middle marsh-2026". */
export function surveyNameFrom(fileName: string): string {
  return (
    fileName
      .replace(/\.[^.]+$/, "")
      .replaceAll("_", " ")
      .trim()
      .slice(0, 120) || "New survey"
  );
}

/** Sends an orthomosaic in resumable pieces. The same file begun before, in this browser, goes on where it stopped. */
export async function startUpload(
  file: File,
  { group = null, metadata = {} }: { group?: string | null; metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const id = crypto.randomUUID();
  const item: UploadItem = {
    id,
    group,
    fileName: file.name,
    sizeBytes: file.size,
    sentBytes: 0,
    state: "sending",
    bytesPerSecond: null,
    problem: null,
  };
  listUpload(item);
  const speed = speedometer();
  const upload = new Upload(file, {
    endpoint: `${window.location.origin}/uploads`,
    chunkSize: 16 * 2 ** 20,
    retryDelays,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, surveyName: surveyNameFrom(file.name), ...metadata },
    onProgress: (sent) => patch(id, { sentBytes: sent, state: "sending", problem: null, bytesPerSecond: speed(sent) }),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      const again = status === 0 || status === 409 || status === 423 || status >= 500;
      if (again) patch(id, { state: "waiting", problem: "The connection was lost; it goes on by itself." });
      return again;
    },
    onError: (error) => {
      running.delete(id);
      const sentence = refusalSentence(error);
      patch(id, { state: "failed", problem: sentence });
      announce(`${file.name} was not uploaded: ${sentence}`);
    },
    onSuccess: () => {
      running.delete(id);
      patch(id, { state: "done", sentBytes: file.size });
      const waits = useUploads.getState().items.some((other) => group !== null && other.group === group && other.state !== "done");
      announce(waits ? `${file.name} is uploaded` : `${file.name} is uploaded; the survey is being prepared`);
      void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.jobs.list.queryKey() });
      setTimeout(() => dismissUpload(id), 6_000);
    },
  });
  running.set(id, upload);
  // A file of another group begun before carries that group's name and cannot be gone on with.
  const previous = (await upload.findPreviousUploads().catch(() => [])).find((one) => (one.metadata.group ?? null) === group);
  if (previous) upload.resumeFromPreviousUpload(previous);
  upload.start();
}

export function pauseUpload(id: string): void {
  void running.get(id)?.abort();
  patch(id, { state: "paused", bytesPerSecond: null });
}

export function resumeUpload(id: string): void {
  running.get(id)?.start();
  patch(id, { state: "sending", problem: null });
}

/** Gives an upload up, and with it those that would have become one survey with it: what was sent is deleted on the server too. */
export function cancelUpload(id: string): void {
  const { items } = useUploads.getState();
  const group = items.find((item) => item.id === id)?.group ?? null;
  for (const item of items) {
    if (item.id !== id && (group === null || item.group !== group)) continue;
    void running
      .get(item.id)
      ?.abort(true)
      .catch(() => undefined);
    running.delete(item.id);
    dismissUpload(item.id);
  }
}

export function dismissUpload(id: string): void {
  useUploads.setState(({ items }) => ({ items: items.filter((item) => item.id !== id) }));
}

export function refusalSentence(error: Error | { originalResponse?: { getBody(): string; getStatus(): number } | null }): string {
  const response = "originalResponse" in error ? error.originalResponse : null;
  const body = response?.getBody() ?? "";
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) {
      const inner = "error" in parsed ? parsed.error : parsed;
      if (typeof inner === "object" && inner !== null && "message" in inner && typeof inner.message === "string") return inner.message;
    }
  } catch {
    if (body && body.length < 300 && !body.startsWith("<")) return body.trim();
  }
  if (response?.getStatus() === 413) return "The file is larger than this server accepts.";
  return "The server could not be reached. Check that Reefline is running, then drop the file again: it goes on where it stopped.";
}

/** Bytes per second over the last few seconds. */
export function speedometer(now: () => number = () => performance.now()): (sent: number) => number | null {
  const samples: { at: number; sent: number }[] = [];
  return (sent) => {
    const at = now();
    samples.push({ at, sent });
    while (samples.length > 2 && (samples[0]?.at ?? at) < at - 8_000) samples.shift();
    const first = samples[0];
    return first && at - first.at > 700 && sent > first.sent ? ((sent - first.sent) / (at - first.at)) * 1000 : null;
  };
}
