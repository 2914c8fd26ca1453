import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** One sentence why it is empty, one button. */
export function EmptyState({ icon: Icon, children, action }: { icon?: LucideIcon; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-8 text-center">
      {Icon ? <Icon size={22} strokeWidth={1.5} className="text-ink-3" aria-hidden /> : null}
      <p className="max-w-64 text-ink-2">{children}</p>
      {action}
    </div>
  );
}
