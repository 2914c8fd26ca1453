"use client";
import { ImageUp } from "lucide-react";
import { useRef } from "react";
import { Button, type ButtonProps } from "../_ui/Button.tsx";
import { startUpload } from "./uploads.ts";

export function AddSurveyButton({ look, size }: Pick<ButtonProps, "look" | "size">) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        accept=".tif,.tiff,image/tiff"
        className="sr-only"
        tabIndex={-1}
        aria-label="Orthomosaic file"
        data-testid="survey-file"
        onChange={(event) => {
          for (const file of event.target.files ?? []) void startUpload(file);
          event.target.value = "";
        }}
      />
      <Button icon={ImageUp} look={look} size={size} onClick={() => picker.current?.click()}>
        Add an orthomosaic
      </Button>
    </>
  );
}
