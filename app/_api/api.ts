import { QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import type { AppRouter } from "../../server/routers/appRouter.ts";
import { appErrorOf } from "./appErrorOf.ts";

const url = "/api/trpc";

/** Plain client: `api.edits.applyEdit.mutate(edit)`. Usable outside React; one per page. */
export const api = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === "subscription",
      true: httpSubscriptionLink({ url }),
      false: httpBatchLink({ url, maxItems: 20, maxURLLength: 4_000 }),
    }),
  ],
});

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the server refused in words stays refused; only a lost connection is worth another try.
      retry: (count, error) => appErrorOf(error) === null && count < 5,
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8_000),
    },
  },
});

/** For React: `useQuery(trpc.surveys.list.queryOptions())`, `useMutation(trpc.runs.start.mutationOptions())`. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient });
