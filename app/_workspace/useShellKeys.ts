import { useEffect } from "react";
import { typing } from "../_editor/keyboardInput.ts";
import { fitSurvey } from "../_map/createMap.ts";
import { announce } from "../_ui/announce.ts";
import { modes, modeTitles } from "./modes.ts";
import { useShell } from "./shellStore.ts";
import { useWorkspace, workspace } from "./workspaceStore.ts";

/** Keys of the shell: modes, folds, help. The editor's own keys come first (they are caught earlier). */
export function useShellKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target) || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      const action = event.altKey ? modeKey(event.code) : shellKey(event.key);
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function modeKey(code: string): (() => void) | null {
  const mode = modes[Number(/^Digit([1-5])$/.exec(code)?.[1] ?? 0) - 1];
  return mode
    ? () => {
        workspace.setMode(mode);
        announce(`${modeTitles[mode]} mode`);
      }
    : null;
}

function shellKey(key: string): (() => void) | null {
  const { map, survey, panelOpen, layers } = useWorkspace.getState();
  switch (key.toLowerCase()) {
    case "?":
      return () => useShell.setState({ helpOpen: true });
    case "]":
      return () => workspace.setPanelOpen(!panelOpen);
    case "[":
      return () => useShell.setState((state) => ({ layersOpen: !state.layersOpen }));
    case "f":
      return () => map && survey && fitSurvey(map, survey, true);
    case "l":
      return () => workspace.setLayer("label", { visible: !layers.label.visible });
    case "+":
    case "=":
      return () => map?.zoomIn({ duration: 0 });
    case "-":
      return () => map?.zoomOut({ duration: 0 });
    default:
      return null;
  }
}
