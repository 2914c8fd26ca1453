"use client";
import { ChevronDown, Globe, Images, ImageUp, Layers } from "lucide-react";
import { useRef } from "react";
import { Button, type ButtonProps } from "../_ui/Button.tsx";
import { classNames } from "../_ui/classNames.ts";
import { Menu, MenuItem } from "../_ui/Menu.tsx";
import { toast } from "../_ui/toasts.ts";
import { offerImages, offerPhotos, useAddImages } from "./addImages.ts";
import { pickedFiles } from "./photoFiles.ts";

export function AddSurveyButton({ look, size }: Pick<ButtonProps, "look" | "size">) {
  const picker = useRef<HTMLInputElement>(null);
  const folderPicker = useRef<HTMLInputElement>(null);
  const open = () => picker.current?.click();
  const take = (given: Iterable<File>) => {
    const { files, folder } = pickedFiles(given);
    const rest = offerImages(offerPhotos(files, folder).map(({ file }) => file));
    if (rest.length === files.length && rest[0]) {
      toast(`${rest[0].name} is neither a GeoTIFF nor a photo. Export your orthomosaic as GeoTIFF and add that.`, { kind: "error" });
    }
  };
  return (
    <div className="inline-flex">
      <input
        ref={picker}
        type="file"
        multiple
        accept=".tif,.tiff,.jpg,.jpeg,.png,image/tiff,image/jpeg,image/png"
        className="sr-only"
        tabIndex={-1}
        aria-label="Orthomosaic file"
        data-testid="survey-file"
        onChange={(event) => {
          take(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <input
        ref={folderPicker}
        type="file"
        multiple
        className="sr-only"
        tabIndex={-1}
        aria-label="Folder of photos"
        data-testid="photo-folder"
        onChange={(event) => {
          take(event.target.files ?? []);
          event.target.value = "";
        }}
        {...{ webkitdirectory: "" }}
      />
      <Button icon={ImageUp} look={look} size={size} className="rounded-r-none" onClick={open}>
        Add an orthomosaic
      </Button>
      <Menu
        align="end"
        trigger={
          <Button
            look={look}
            size={size}
            aria-label="Other ways to add a survey"
            className={classNames("rounded-l-none border-l px-1.5!", look === "primary" ? "border-l-surface/40" : "border-l-0")}
          >
            <ChevronDown size={16} strokeWidth={1.75} aria-hidden />
          </Button>
        }
      >
        <MenuItem icon={Layers} onSelect={open}>
          Several images, or extra bands
        </MenuItem>
        <MenuItem icon={Images} onSelect={() => folderPicker.current?.click()}>
          A folder of photos
        </MenuItem>
        <MenuItem icon={Globe} onSelect={() => useAddImages.setState({ addressOpen: true })}>
          From a web address
        </MenuItem>
      </Menu>
    </div>
  );
}
