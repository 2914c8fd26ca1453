import { ChevronRight } from "lucide-react";
import type { ComponentPropsWithRef } from "react";
import { classNames } from "./classNames.ts";

/** What most people need not see, behind its name. */
export function Folded({ name, className, children, ...rest }: ComponentPropsWithRef<"details"> & { name: string }) {
  return (
    <details {...rest} className={classNames("group", className)}>
      <summary className="-mx-1 flex h-7 w-fit list-none items-center gap-1 rounded px-1 text-ink-2 hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight size={14} aria-hidden className="transition-transform duration-100 group-open:rotate-90" />
        {name}
      </summary>
      {children}
    </details>
  );
}
