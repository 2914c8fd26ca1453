"use client";
import { classColours } from "@reefline/schema/classColours";
import { useMemo } from "react";
import { useFeatures } from "../_editor/featureStore.ts";
import { labelTotals } from "../_editor/labelTotals.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import type { ClassColours } from "./classPaint.ts";

/** The classes on the map with their colours: those of the labels, the most used first, then those only predicted. */
export function useClassColours(): ClassColours {
  const counted = useFeatures((state) => state.totals);
  const pending = useFeatures((state) => state.pending);
  const predicted = useShownPrediction().prediction?.classRaster?.classes;
  const key = JSON.stringify([...new Set([...labelTotals(counted, pending).classes.map(({ name }) => name), ...(predicted ?? [])])]);
  return useMemo(() => {
    const names: string[] = JSON.parse(key);
    const colours = classColours(names);
    return new Map(names.map((name) => [name, colours.get(name) ?? ""]));
  }, [key]);
}
