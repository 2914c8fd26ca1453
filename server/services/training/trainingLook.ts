import type { ChipPreview, ChipPreviewRequest } from "@reefline/schema/chipPreview";
import type { Judging } from "@reefline/schema/judging";
import type { TrainConfig } from "@reefline/schema/training";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { previewChips } from "@reefline/segmentation/training/chipPreview";
import { judgingAdvice } from "@reefline/segmentation/training/judgingAdvice";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import sharp from "sharp";
import type { Context } from "../../context.ts";
import { openSource, snapshotNow } from "../../jobs/trainingSources.ts";
import { authorize } from "../../principal.ts";
import type { Store } from "../../storage/store.ts";
import { chipPicture } from "./chipPicture.ts";

/** What is asked about a training before it is begun; given from outside, because it reads imagery and lays out ground. */
export interface TrainingLook {
  previewTraining(request: ChipPreviewRequest): Promise<ChipPreview[]>;
  judgeTraining(surveyIds: readonly string[], config: TrainConfig): Promise<Judging>;
}

/** Chips for whoever may read the surveys. */
export async function chipPreview(ctx: Context, request: ChipPreviewRequest, look: TrainingLook): Promise<ChipPreview[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return look.previewTraining(request);
}

/** How a training would be judged, for whoever may read the surveys. */
export async function trainingJudging(
  ctx: Context,
  { surveyIds, config }: { surveyIds: readonly string[]; config: TrainConfig },
  look: TrainingLook,
): Promise<Judging> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return look.judgeTraining(surveyIds, config);
}

/** Chips as a training that began now would see them. @throws AppError in words when the labels cannot be trained on */
export async function previewTraining(store: Store, { surveyIds, config, page, count }: ChipPreviewRequest): Promise<ChipPreview[]> {
  const from = config.fromModelId === null ? null : await readModel(store.paths.model(config.fromModelId));
  return withSources(store, surveyIds, async (sources) => {
    const chips = await previewChips({ sources, config, from }, { page, count });
    return Promise.all(
      chips.map(async ({ surveyName, sizePx, bandCount, image, mask }) => ({
        surveyName,
        sizePx,
        image: await picture(chipPicture(image, bandCount), sizePx),
        mask: await picture({ pixels: mask, channels: 1 }, sizePx),
        reefShare: reefShareOf(mask),
      })),
    );
  });
}

/** How a training that began now would be judged. */
export function judgeTraining(store: Store, surveyIds: readonly string[], config: TrainConfig): Promise<Judging> {
  return withSources(store, surveyIds, async (sources) => judgingAdvice(sources, config));
}

export async function withSources<T>(
  store: Store,
  surveyIds: readonly string[],
  work: (sources: readonly TrainSource[]) => Promise<T>,
): Promise<T> {
  const { surveys } = await snapshotNow({ store }, surveyIds);
  const sources = await Promise.all(surveys.map((survey) => openSource({ store }, survey)));
  try {
    return await work(sources);
  } finally {
    await Promise.all(sources.map(({ raster }) => raster.close()));
  }
}

/** Masks without loss; images as one looks at them. */
async function picture({ pixels, channels }: ReturnType<typeof chipPicture>, sizePx: number): Promise<string> {
  const raw = sharp(pixels, { raw: { width: sizePx, height: sizePx, channels } });
  const bytes = channels === 1 ? await raw.png().toBuffer() : await raw.jpeg({ quality: 88 }).toBuffer();
  return `data:image/${channels === 1 ? "png" : "jpeg"};base64,${bytes.toString("base64")}`;
}

function reefShareOf(mask: Uint8Array): number | null {
  let [reef, counted] = [0, 0];
  for (const value of mask) {
    if (value === 128) continue;
    counted++;
    if (value === 255) reef++;
  }
  return counted === 0 ? null : reef / counted;
}
