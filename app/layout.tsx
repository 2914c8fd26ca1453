import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";
import { ApiProvider } from "./_api/ApiProvider.tsx";
import { LiveConnection } from "./_live/LiveConnection.tsx";
import { UploadDropZone } from "./_surveys/UploadDropZone.tsx";
import { UploadList } from "./_surveys/UploadList.tsx";
import { Announcer } from "./_ui/Announcer.tsx";
import { Toaster } from "./_ui/Toaster.tsx";
import { TooltipProvider } from "./_ui/Tooltip.tsx";

export const metadata: Metadata = {
  title: { default: "Reefline", template: "%s · Reefline" },
  description: "Map reefs from drone orthomosaics",
};
export const viewport: Viewport = { width: "device-width", initialScale: 1, viewportFit: "cover" };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <ApiProvider>
          <TooltipProvider delayDuration={400} skipDelayDuration={200}>
            {children}
            <UploadDropZone />
            <UploadList />
            <LiveConnection />
            <Toaster />
            <Announcer />
          </TooltipProvider>
        </ApiProvider>
      </body>
    </html>
  );
}
