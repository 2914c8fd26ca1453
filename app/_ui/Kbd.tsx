import { classNames } from "./classNames.ts";

export function Kbd({ children, inverse = false }: { children: string; inverse?: boolean }) {
  return (
    <kbd
      className={classNames(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border px-1 font-mono text-xs leading-none",
        inverse ? "border-current/40 text-current" : "border-line-strong bg-sunken text-ink-2",
      )}
    >
      {children}
    </kbd>
  );
}
