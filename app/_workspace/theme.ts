import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

function subscribe(notify: () => void): () => void {
  const observer = new MutationObserver(notify);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** The theme shown, and a switch that remembers. `public/theme.js` sets the first one before anything is painted. */
export function useTheme(): { value: Theme; toggle: () => void } {
  const value = useSyncExternalStore<Theme>(
    subscribe,
    () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light"),
    () => "light",
  );
  const toggle = () => {
    const next: Theme = value === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("reefline.theme", next);
    } catch {
      // A browser that keeps nothing still shows the theme until it is closed.
    }
  };
  return { value, toggle };
}
