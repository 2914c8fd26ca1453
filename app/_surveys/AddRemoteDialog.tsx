"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { Button } from "../_ui/Button.tsx";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { useAddImages } from "./addImages.ts";
import { surveyNameFrom } from "./uploads.ts";

/** A survey whose image stays at its web address, or is copied from there. */
export function AddRemoteDialog() {
  const open = useAddImages((state) => state.addressOpen);
  return open ? <AddRemote onClose={() => useAddImages.setState({ addressOpen: false })} /> : null;
}

function AddRemote({ onClose }: { onClose: () => void }) {
  const hosts = useQuery(trpc.surveys.remoteHosts.queryOptions());
  const [url, setUrl] = useState("");
  const [named, setNamed] = useState<string | null>(null);
  const [copyHere, setCopyHere] = useState(false);
  const name = named ?? nameFrom(url);
  const add = useMutation({
    ...trpc.surveys.addRemote.mutationOptions(),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.jobs.list.queryKey() });
      onClose();
    },
  });
  const allowed = hosts.data?.allowHosts ?? [];
  const isOff = hosts.data !== undefined && allowed.length === 0;
  const send = () => {
    const fields = { name: name.trim(), site: "", capturedAt: null, tideHeightMeters: null, tideDatum: "", notes: "" };
    add.mutate({ url: url.trim(), fields, copyHere });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a survey from a web address"
      footer={
        <>
          <Button onClick={onClose}>{isOff ? "Close" : "Cancel"}</Button>
          {isOff ? null : (
            <Button look="primary" disabled={url.trim() === "" || name.trim() === ""} busy={add.isPending} onClick={send}>
              Add the survey
            </Button>
          )}
        </>
      }
    >
      {isOff ? (
        <Notice kind="info">
          Reading from other servers is off. Whoever runs Reefline can allow hosts by name: start it with{" "}
          <code className="font-mono text-sm break-all">npm start -- --allow-hosts data.example.org</code>. Until then, download the file
          and add it from this computer.
        </Notice>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (url.trim() !== "" && name.trim() !== "") send();
          }}
        >
          <Field
            label="Address of a Cloud-Optimized GeoTIFF"
            hint={`Allowed: ${allowed.join(", ")}`}
            error={add.error ? sentenceFor(add.error) : null}
          >
            {(ids) => (
              <TextInput
                {...ids}
                type="url"
                inputMode="url"
                placeholder="https://"
                value={url}
                maxLength={4_000}
                onChange={(event) => {
                  add.reset();
                  setUrl(event.target.value);
                }}
              />
            )}
          </Field>
          <Field label="Name of the survey">
            {(ids) => <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setNamed(event.target.value)} />}
          </Field>
          <div>
            <Checkbox checked={copyHere} onChange={setCopyHere}>
              Copy it here
            </Checkbox>
            <p className="text-sm text-ink-3">
              {copyHere
                ? "The whole file is downloaded: it then works without the internet, whatever happens to the address."
                : "Only the parts that are looked at are fetched. When the file at the address changes, Reefline says so."}
            </p>
          </div>
          {/* Enter in a field sends, as the button below does. */}
          <button type="submit" className="hidden" tabIndex={-1} aria-hidden="true" />
        </form>
      )}
    </Dialog>
  );
}

function nameFrom(url: string): string {
  if (!URL.canParse(url)) return "";
  const last = new URL(url).pathname.split("/").filter(Boolean).at(-1);
  if (!last) return "";
  try {
    return surveyNameFrom(decodeURIComponent(last));
  } catch {
    return surveyNameFrom(last);
  }
}
