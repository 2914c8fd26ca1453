"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./classNames.ts";

/** A dialog with a title; Esc and the cross close it, focus goes back where it was. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  wide = false,
  mustDecide = false,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** No cross: the dialog goes away by one of its buttons only. */
  mustDecide?: boolean;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[oklch(0.15_0.02_240/50%)]" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            // The dialog itself, so that its title is read and no button looks chosen.
            event.preventDefault();
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
          }}
          className={classNames(
            "outline-none",
            "enter fixed inset-x-4 top-[max(1rem,12vh)] z-40 mx-auto flex max-h-[76vh] flex-col rounded-lg border border-line bg-surface shadow-menu",
            wide ? "max-w-180" : "max-w-110",
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
            <div>
              <Radix.Title className="text-lg font-semibold tracking-[-0.01em]">{title}</Radix.Title>
              {description ? <Radix.Description className="mt-1 text-ink-2">{description}</Radix.Description> : null}
            </div>
            {mustDecide ? null : (
              <Radix.Close
                aria-label="Close"
                className="-mr-1 flex size-7 shrink-0 items-center justify-center rounded text-ink-2 hover:bg-hover"
              >
                <X size={16} aria-hidden />
              </Radix.Close>
            )}
          </div>
          {children ? <div className="scroll-quiet min-h-0 overflow-y-auto px-5 pt-1 pb-4">{children}</div> : null}
          {footer ? <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
