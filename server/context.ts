import type { Principal } from "./principal.ts";
import type { Store } from "./storage/store.ts";

/** What every service is given: the open data folder and who asks. */
export interface Context {
  readonly store: Store;
  readonly principal: Principal;
}
