import type { Photo } from "@reefline/schema/photo";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";

export type SurveyPhoto = Photo & { labelCount: number; isExamined: boolean; isHeldOut: boolean };

const none: readonly SurveyPhoto[] = [];

/** The photos of the open survey in their order; none when it is not a folder of photos. */
export function usePhotos(): readonly SurveyPhoto[] {
  const survey = useWorkspace((state) => state.survey);
  const isSheet = survey?.image?.photoCount !== undefined;
  const { data } = useQuery({ ...trpc.surveys.photos.queryOptions({ id: survey?.id ?? "" }), enabled: isSheet });
  return (isSheet && data) || none;
}
