import { useMutation } from "@tanstack/react-query";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { toast } from "../_ui/toasts.ts";

/** Deletes a survey with everything that belongs to it. `onRemoved` runs once it is gone. */
export function useRemoveSurvey(onRemoved: () => void = () => undefined) {
  return useMutation({
    ...trpc.surveys.remove.mutationOptions(),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
      onRemoved();
    },
    onError: (error) => toast(sentenceFor(error), { kind: "error" }),
  });
}
