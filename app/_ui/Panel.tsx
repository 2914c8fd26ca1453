import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";

/** The right-hand panel's parts: a title, sections parted by hairlines, and a foot that holds the one primary button. */
export function PanelHeader({ title, children, hint }: { title: string; hint?: ReactNode; children?: ReactNode }) {
  return (
    <header className="px-4 pt-4 pb-3">
      <div className="flex min-h-7 items-center justify-between gap-2">
        <h2 className="text-lg font-semibold tracking-[-0.01em] text-ink">{title}</h2>
        {children}
      </div>
      {hint ? <p className="mt-0.5 text-base text-ink-2">{hint}</p> : null}
    </header>
  );
}

export function PanelSection({
  title,
  children,
  aside,
  className,
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={classNames("border-t border-line px-4 py-3", className)}>
      {title ? (
        <div className="mb-2 flex min-h-6 items-center justify-between gap-2">
          <h3 className="text-sm font-medium text-ink-2">{title}</h3>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  );
}

export function PanelFooter({ children }: { children: ReactNode }) {
  return <footer className="sticky bottom-0 mt-auto flex flex-col gap-2 border-t border-line bg-surface px-4 py-3">{children}</footer>;
}

/** Scrolls what is between header and footer, the hidden inputs of switches and menus with it. */
export function PanelBody({ children }: { children: ReactNode }) {
  return <div className="scroll-quiet relative flex min-h-0 flex-1 flex-col overflow-y-auto">{children}</div>;
}
