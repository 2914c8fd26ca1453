"use client";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { Survey } from "@reefline/schema/survey";
import { Move, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { ConfirmDialog } from "../_ui/ConfirmDialog.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatBytes, formatCount, formatLength } from "../_ui/formatNumbers.ts";
import { inWords } from "./directionWords.ts";
import { ImportNotes } from "./ImportNotes.tsx";
import { moveImagery } from "./moveImagery.ts";
import { formatDay } from "./SurveyCard.tsx";
import { SurveyFieldsForm } from "./SurveyFieldsForm.tsx";
import { useRemoveSurvey } from "./useRemoveSurvey.ts";

const sampleWords: Record<string, string> = {
  uint8: "8-bit",
  uint16: "16-bit",
  int16: "16-bit signed",
  uint32: "32-bit",
  int32: "32-bit signed",
  float32: "32-bit float",
  float64: "64-bit float",
};
const maskWords: Record<string, string> = {
  none: "no missing pixels marked",
  nodata: "marked by a value",
  alpha: "marked by transparency",
  internal: "marked by a mask",
};

/** Everything known about a survey: what its file says, and what only the user can say. */
export function SurveyDetails({ survey, open, onOpenChange }: { survey: Survey; open: boolean; onOpenChange: (open: boolean) => void }) {
  const { image } = survey;
  const router = useRouter();
  const [removing, setRemoving] = useState(false);
  const remove = useRemoveSurvey(() => router.push("/"));
  const size = image ? formatBytes(image.sizeBytes) : null;
  const inPixels = image ? isPixelCrs(image.grid.crs) : false;
  const gsd = image ? formatLength(image.gsdMeters, "metres") : null;
  return (
    <>
      <Dialog open={open} onOpenChange={onOpenChange} title="About this survey" wide>
        <div className="grid grid-cols-2 gap-x-8 gap-y-5 max-[699px]:grid-cols-1">
          <SurveyFieldsForm survey={survey} />
          <div>
            {image && size && gsd ? (
              <Figures>
                <FigureRow name="Size" value={`${formatCount(image.grid.widthPx)} × ${formatCount(image.grid.heightPx)}`} unit="px" />
                <FigureRow name={image.remote ? "Size of the file" : "On disk"} value={size.value} unit={size.unit} />
                {image.photoCount === undefined ? null : <FigureRow name="Photos" value={formatCount(image.photoCount)} />}
                {inPixels ? null : (
                  <FigureRow
                    name="Pixel"
                    value={gsd.value}
                    unit={gsd.unit}
                    tip="Ground sample distance: the side of one pixel on the ground, at the survey's centre."
                  />
                )}
                <FigureRow
                  name="CRS"
                  value={inPixels ? "none: in pixels" : image.grid.crs.name}
                  unit={image.grid.crs.epsg ? `EPSG:${image.grid.crs.epsg}` : undefined}
                  tip="Coordinate reference system of the file."
                />
                <FigureRow name="Bands" value={image.bands.map((band) => band.name).join(", ")} unit={sampleWords[image.sampleType]} />
                <FigureRow name="Missing pixels" value={<span className="text-ink-2">{maskWords[image.maskKind]}</span>} />
                <FigureRow name="File" value={<span className="font-mono text-sm">{image.sourceFileName}</span>} />
                {image.remote ? (
                  <FigureRow name="Read at" value={<span className="font-mono text-sm break-all">{new URL(image.remote.url).host}</span>} />
                ) : null}
                {image.shift ? <FigureRow name="Moved" value={<span className="text-ink-2">{inWords(image.shift)}</span>} /> : null}
                <FigureRow name="Added" value={formatDay(survey.createdAt)} />
              </Figures>
            ) : (
              <p className="text-ink-2">The orthomosaic has not been prepared.</p>
            )}
            {image ? <ImportNotes jobId={survey.importJobId} /> : null}
            {image && !inPixels ? (
              <Button
                size="small"
                icon={Move}
                className="mt-5 mr-2"
                onClick={() => {
                  onOpenChange(false);
                  moveImagery.begin();
                }}
              >
                Move the imagery
              </Button>
            ) : null}
            <Button size="small" look="danger" icon={Trash2} className="mt-5" onClick={() => setRemoving(true)}>
              Delete this survey
            </Button>
          </div>
        </div>
      </Dialog>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Delete ${survey.name}?`}
        description="Its imagery, everything drawn on it and its predictions are deleted from this computer. This cannot be undone."
        action="Delete the survey"
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ id: survey.id })}
      />
    </>
  );
}
