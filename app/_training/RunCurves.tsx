"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { trpc } from "../_api/api.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { Curve } from "./Curve.tsx";
import { curveData } from "./curveData.ts";

const three = (value: number) => (value === 0 ? "0" : Math.abs(value) >= 0.1 ? value.toFixed(2) : value.toPrecision(2));
const small = (value: number) => (value === 0 ? "0" : value.toExponential(1).replace("e-", "e−").replace("e+", "e"));
const WHOLE_DICE: [number, number] = [0, 1];

/** How the training goes: validation Dice and loss, training loss, learning rate, over one axis of steps. */
export function RunCurves({ runId }: { runId: string }) {
  const history = useQuery(trpc.runs.history.queryOptions({ id: runId })).data;
  const data = useMemo(() => curveData(history ?? []), [history]);
  const series = useMemo(
    () => ({
      dice: [{ name: "validation", values: data.diceValidation, bold: true }],
      loss: [
        { name: "training", values: data.lossTrain, bold: false },
        { name: "validation", values: data.lossValidation, bold: true },
      ],
      rate: [{ name: "rate", values: data.learningRate, bold: false }],
    }),
    [data],
  );
  if (data.steps.length === 0) return null;
  const shared = { steps: data.steps, epochs: data.epochs, bestIndex: data.bestIndex };
  const bestDice = data.bestIndex === null ? null : data.diceValidation[data.bestIndex];
  const bestEpoch = data.bestIndex === null ? null : data.epochs[data.bestIndex];
  return (
    <PanelSection
      title="Learning"
      aside={
        bestDice == null ? null : (
          <span className="text-sm text-ink-2 tabular-nums">
            best Dice <span className="font-medium text-ink">{bestDice.toFixed(3)}</span>{" "}
            <span className="text-ink-3">epoch {bestEpoch}</span>
          </span>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <Curve title="Validation Dice" {...shared} series={series.dice} format={three} range={WHOLE_DICE} />
        <Curve title="Loss" {...shared} series={series.loss} format={three} />
        <Curve title="Learning rate" {...shared} series={series.rate} format={small} xLabel="training step" bestIndex={null} />
      </div>
    </PanelSection>
  );
}
