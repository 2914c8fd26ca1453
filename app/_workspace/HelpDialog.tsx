"use client";
import { Fragment } from "react";
import { keyList } from "../_editor/keys.ts";
import { Dialog } from "../_ui/Dialog.tsx";
import { Kbd } from "../_ui/Kbd.tsx";
import { useShell } from "./shellStore.ts";

export function HelpDialog() {
  const open = useShell((state) => state.helpOpen);
  return (
    <Dialog open={open} onOpenChange={(helpOpen) => useShell.setState({ helpOpen })} title="Keys" wide>
      <div className="grid grid-cols-2 gap-x-10 gap-y-5 max-[699px]:grid-cols-1">
        {keyList.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="mb-1.5 border-b border-line pb-1 text-sm font-medium text-ink-2">{title}</h3>
            <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1.5">
              {keys.map(({ press, does }) => (
                <Fragment key={does}>
                  <dt className="flex justify-end gap-1">
                    {press.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd className="text-ink-2">{does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
