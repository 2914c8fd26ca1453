import { create } from "zustand";

export type Toast = {
  id: number;
  kind: "info" | "attention" | "error";
  text: string;
  action: { label: string; run: () => void } | null;
};

type ToastState = { toasts: Toast[]; dismiss: (id: number) => void };

export const useToasts = create<ToastState>((set) => ({
  toasts: [],
  dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));

let nextId = 1;

/** Says something for ten seconds, with an optional way back ("Undo"). Errors stay until they are dismissed. */
export function toast(text: string, options: { kind?: Toast["kind"]; action?: Toast["action"] } = {}): void {
  const id = nextId++;
  const kind = options.kind ?? "info";
  const entry: Toast = { id, kind, text, action: options.action ?? null };
  useToasts.setState((state) => ({ toasts: [...state.toasts.filter((other) => other.text !== text), entry].slice(-4) }));
  if (kind !== "error") setTimeout(() => useToasts.getState().dismiss(id), 10_000);
}
