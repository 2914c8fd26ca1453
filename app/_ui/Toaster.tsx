"use client";
import { CircleAlert, TriangleAlert, X } from "lucide-react";
import { useToasts } from "./toasts.ts";

export function Toaster() {
  const { toasts, dismiss } = useToasts();
  return (
    <section
      aria-label="Messages"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-2 bottom-16 z-50 flex flex-col items-center gap-2 max-[700px]:top-14 max-[700px]:bottom-auto"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          role={toast.kind === "error" ? "alert" : undefined}
          className="enter pointer-events-auto flex max-w-130 items-center gap-2.5 rounded bg-ink py-1.5 pr-1.5 pl-3 text-surface shadow-menu"
        >
          {toast.kind === "error" ? <CircleAlert size={16} className="shrink-0" aria-label="Error" /> : null}
          {toast.kind === "attention" ? <TriangleAlert size={16} className="shrink-0" aria-label="Attention" /> : null}
          <span className="min-w-0 break-words">{toast.text}</span>
          {toast.action ? (
            <button
              type="button"
              onClick={() => {
                toast.action?.run();
                dismiss(toast.id);
              }}
              className="shrink-0 rounded-sm px-2 py-0.5 font-medium underline underline-offset-3 hover:bg-current/15"
            >
              {toast.action.label}
            </button>
          ) : null}
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismiss(toast.id)}
            className="flex size-6 shrink-0 items-center justify-center rounded-sm hover:bg-current/15"
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      ))}
    </section>
  );
}
