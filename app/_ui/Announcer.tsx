"use client";
import { useAnnouncement } from "./announce.ts";

export function Announcer() {
  const { text, turn } = useAnnouncement();
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only" data-testid="announcer">
      {text}
      {turn % 2 === 1 ? "\u00a0" : ""}
    </div>
  );
}
