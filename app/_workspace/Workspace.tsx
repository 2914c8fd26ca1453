"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useEffect } from "react";
import { trpc } from "../_api/api.ts";
import { appErrorOf, sentenceFor } from "../_api/appErrorOf.ts";
import { onLive } from "../_api/liveBus.ts";
import { ConflictDialog } from "../_editor/ConflictDialog.tsx";
import { openFeatures } from "../_editor/featureStore.ts";
import { RequestBanner } from "../_editor/RequestBanner.tsx";
import { RulerReadout } from "../_editor/RulerReadout.tsx";
import { sendPending } from "../_editor/sendPending.ts";
import { ToolRail } from "../_editor/ToolRail.tsx";
import { BaseMapCredit } from "../_map/BaseMapRow.tsx";
import { takeAddress } from "../_map/keepAddress.ts";
import { LayerPanel } from "../_map/LayerPanel.tsx";
import { StatusBar } from "../_map/StatusBar.tsx";
import { ImportNotice } from "../_surveys/ImportNotice.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { mapCompanions } from "./modePanels.tsx";
import { SidePanel } from "./SidePanel.tsx";
import { useShell } from "./shellStore.ts";
import { TopBar } from "./TopBar.tsx";
import { useShellKeys } from "./useShellKeys.ts";
import { workspace } from "./workspaceStore.ts";

const MapCanvas = dynamic(() => import("../_map/MapCanvas.tsx").then((module) => module.MapCanvas), { ssr: false });

/** One survey: the map edge to edge, and what belongs to the mode around it. */
export function Workspace({ surveyId }: { surveyId: string }) {
  const survey = useQuery({
    ...trpc.surveys.get.queryOptions({ id: surveyId }),
    // Until its image is ready a survey is asked after, in case the live connection is not there.
    refetchInterval: (query) => (query.state.data && !query.state.data.image ? 3_000 : false),
  });
  const { refetch } = survey;

  useEffect(() => {
    workspace.enterSurvey(surveyId);
    takeAddress(surveyId);
    // In the hand the map has too little room for an open list.
    if (window.matchMedia("(max-width: 699px)").matches) useShell.setState({ layersOpen: false });
    void openFeatures(surveyId).then(sendPending);
    return onLive("survey", (event) => {
      if (event.surveyId === surveyId) void refetch();
    });
  }, [surveyId, refetch]);

  useEffect(() => {
    workspace.setSurvey(survey.data ?? null);
    if (survey.data) document.title = `${survey.data.name} · Reefline`;
  }, [survey.data]);

  useShellKeys();

  return (
    <div className="fixed inset-0 flex flex-col overflow-hidden">
      <TopBar />
      <div className="relative flex min-h-0 flex-1">
        <ToolRail />
        <main className="relative min-w-0 flex-1 overflow-hidden" aria-label="Map">
          <MapCanvas />
          {mapCompanions.map((Companion, index) => (
            // The list never changes while the page lives.
            // biome-ignore lint/suspicious/noArrayIndexKey: constant list
            <Companion key={index} />
          ))}
          <RequestBanner />
          <RulerReadout />
          {survey.error ? (
            <div className="float absolute top-4 left-1/2 w-96 max-w-[90%] -translate-x-1/2 p-1">
              <Notice
                kind={appErrorOf(survey.error) ? "error" : "attention"}
                action={
                  <a href="/" className="font-medium underline underline-offset-3">
                    See all surveys
                  </a>
                }
              >
                {sentenceFor(survey.error)}
              </Notice>
            </div>
          ) : null}
          {survey.data && !survey.data.image ? <ImportNotice survey={survey.data} /> : null}
          <LayerPanel />
          <BaseMapCredit />
          <StatusBar />
        </main>
        <SidePanel />
      </div>
      <HelpDialog />
      <ConflictDialog />
    </div>
  );
}
