"use client";
import { useSyncExternalStore } from "react";

const root = () => document.documentElement;

function subscribe(changed: () => void): () => void {
  const watch = new MutationObserver(changed);
  watch.observe(root(), { attributes: true, attributeFilter: ["data-theme"] });
  return () => watch.disconnect();
}

/** The theme in force; a canvas that took its colours from the tokens must be drawn again when it changes. */
export function useTheme(): string {
  return useSyncExternalStore(
    subscribe,
    () => root().dataset.theme ?? "light",
    () => "light",
  );
}
