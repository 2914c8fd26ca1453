"use client";
import type { ComponentType } from "react";
import { LabelPanel } from "../_editor/LabelPanel.tsx";
import { ExportTopBarButton } from "../_export/ExportTopBarButton.tsx";
import { JobsButton } from "../_jobs/JobsButton.tsx";
import { PhotoBar } from "../_photos/PhotoBar.tsx";
import { PredictionLayers } from "../_prediction/PredictionLayers.tsx";
import { PredictPanel } from "../_prediction/PredictPanel.tsx";
import { ReportPanel } from "../_report/ReportPanel.tsx";
import { SampleBar } from "../_report/SampleBar.tsx";
import { ReviewKeys } from "../_review/ReviewKeys.tsx";
import { ReviewPanel } from "../_review/ReviewPanel.tsx";
import { ImageryNotices } from "../_surveys/ImageryNotices.tsx";
import { MoveImageryPanel } from "../_surveys/MoveImageryPanel.tsx";
import { TrainPanel } from "../_training/TrainPanel.tsx";
import type { Mode } from "./modes.ts";

/** The right-hand panel of each mode. A panel fills its column: PanelHeader, PanelBody (scrolls), PanelFooter (the primary button). */
export const modePanels: Record<Mode, ComponentType> = {
  label: LabelPanel,
  train: TrainPanel,
  predict: PredictPanel,
  review: ReviewPanel,
  report: ReportPanel,
};

/** Mounted once beside the map, in every mode: map layers and listeners that draw nothing in the page (predictions, live events). */
export const mapCompanions: ComponentType[] = [ImageryNotices, PhotoBar, MoveImageryPanel, ReviewKeys, SampleBar, PredictionLayers];

/** In the top bar, left of the save state: the jobs button. */
export const topBarItems: ComponentType[] = [JobsButton, ExportTopBarButton];
