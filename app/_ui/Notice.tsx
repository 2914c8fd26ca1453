import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";

const looks = {
  info: { icon: Info, box: "bg-sunken text-ink-2", mark: "text-ink-3" },
  attention: { icon: TriangleAlert, box: "bg-amber-soft text-ink", mark: "text-amber-ink" },
  error: { icon: CircleAlert, box: "bg-red-soft text-ink", mark: "text-red-ink" },
};

/** A sentence that matters here and now. Colour always comes with an icon and words. */
export function Notice({ kind = "info", children, action }: { kind?: keyof typeof looks; children: ReactNode; action?: ReactNode }) {
  const { icon: Icon, box, mark } = looks[kind];
  return (
    <div role={kind === "error" ? "alert" : undefined} className={classNames("flex gap-2 rounded px-2.5 py-2", box)}>
      <Icon size={15} strokeWidth={1.9} className={classNames("mt-0.5 shrink-0", mark)} aria-hidden />
      <div className="min-w-0 flex-1">
        {children}
        {action ? <div className="mt-1.5">{action}</div> : null}
      </div>
    </div>
  );
}
