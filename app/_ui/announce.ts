import { create } from "zustand";

type AnnouncementState = { text: string; turn: number };

export const useAnnouncement = create<AnnouncementState>(() => ({ text: "", turn: 0 }));

/** Tells a screen reader what just happened: "Vertex placed, 3 so far". Said again even when the words are the same. */
export function announce(text: string): void {
  useAnnouncement.setState((state) => ({ text, turn: state.turn + 1 }));
}
