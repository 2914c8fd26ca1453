import { Upload } from "tus-js-client";
import { queryClient, trpc } from "../_api/api.ts";
import { announce } from "../_ui/announce.ts";
import type { NamedFile } from "./photoFiles.ts";
import { dismissUpload, keepSending, listUpload, patch, refusalSentence, retryDelays, speedometer } from "./uploads.ts";

/** Photos that are sent side by side. */
const atOnce = 3;

/** Sends photos that become one survey, a few at a time, as one line in the list of uploads. */
export function sendPhotos(photos: readonly NamedFile[], surveyName: string): void {
  const id = crypto.randomUUID();
  const sizeBytes = photos.reduce((sum, { file }) => sum + file.size, 0);
  const speed = speedometer();
  const sent = new Map<number, number>();
  const under = new Map<number, Upload>();
  let next = 0;
  let left = photos.length;
  let isPaused = false;
  let isOver = false;

  const shown = () => {
    const sentBytes = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    patch(id, { sentBytes, state: "sending", problem: null, bytesPerSecond: speed(sentBytes) });
  };
  const stop = (forGood: boolean) => Promise.all([...under.values()].map((upload) => upload.abort(forGood).catch(() => undefined)));
  const startNext = () => {
    const index = next++;
    const photo = photos[index];
    if (!photo) return;
    const upload = new Upload(photo.file, {
      endpoint: `${window.location.origin}/uploads`,
      chunkSize: 16 * 2 ** 20,
      retryDelays,
      storeFingerprintForResuming: false,
      metadata: {
        filename: photo.file.name,
        photoName: photo.name,
        surveyName,
        group: id,
        groupIndex: String(index),
        groupCount: String(photos.length),
        groupKind: "photos",
      },
      onProgress: (bytes) => {
        sent.set(index, bytes);
        shown();
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = status === 0 || status === 409 || status === 423 || status >= 500;
        if (again) patch(id, { state: "waiting", problem: "The connection was lost; it goes on by itself." });
        return again;
      },
      onError: (error) => {
        if (isOver) return;
        isOver = true;
        keepSending(id, null);
        const sentence = `${photo.name}: ${refusalSentence(error)}`;
        void stop(true);
        patch(id, { state: "failed", problem: sentence });
        announce(`The photos were not uploaded. ${sentence}`);
      },
      onSuccess: () => {
        under.delete(index);
        sent.set(index, photo.file.size);
        left--;
        if (left > 0) {
          shown();
          if (!isPaused && !isOver) startNext();
          return;
        }
        isOver = true;
        keepSending(id, null);
        patch(id, { state: "done", sentBytes: sizeBytes });
        announce("The photos are uploaded; the survey is being prepared");
        void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.jobs.list.queryKey() });
        setTimeout(() => dismissUpload(id), 6_000);
      },
    });
    under.set(index, upload);
    upload.start();
  };

  listUpload({
    id,
    group: null,
    fileName: photos.length === 1 ? "1 photo" : `${photos.length} photos`,
    sizeBytes,
    sentBytes: 0,
    state: "sending",
    bytesPerSecond: null,
    problem: null,
  });
  keepSending(id, {
    start() {
      isPaused = false;
      for (const upload of under.values()) upload.start();
      for (let busy = under.size; busy < atOnce; busy++) startNext();
    },
    async abort(forGood = false) {
      isPaused = true;
      if (forGood) isOver = true;
      await stop(forGood);
    },
  });
  for (let i = 0; i < atOnce; i++) startNext();
}
