"use client";
import type { ComponentType } from "react";
import { LabelPanel } from "../_editor/LabelPanel.tsx";
import type { Mode } from "./modes.ts";

/** The right-hand panel of each mode. A panel fills its column: PanelHeader, PanelBody (scrolls), PanelFooter (the primary button). */
export const modePanels: Record<Mode, ComponentType> = {
  label: LabelPanel,
  train: () => null,
  predict: () => null,
  review: () => null,
  report: () => null,
};

/** Mounted once beside the map, in every mode: map layers and listeners that draw nothing in the page (predictions, live events). */
export const mapCompanions: ComponentType[] = [];

/** In the top bar, left of the save state: the jobs button. */
export const topBarItems: ComponentType[] = [];
