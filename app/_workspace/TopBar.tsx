"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight, CircleHelp, Info, LayoutGrid, Moon, Sun } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { trpc } from "../_api/api.ts";
import { SaveIndicator } from "../_editor/SaveIndicator.tsx";
import { SurveyDetails } from "../_surveys/SurveyDetails.tsx";
import { classNames } from "../_ui/classNames.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Menu, MenuItem, MenuSeparator } from "../_ui/Menu.tsx";
import { Wordmark } from "../_ui/Wordmark.tsx";
import { topBarItems } from "./modePanels.tsx";
import { modes, modeTitles } from "./modes.ts";
import { useShell } from "./shellStore.ts";
import { useTheme } from "./theme.ts";
import { useWorkspace, workspace } from "./workspaceStore.ts";

export function TopBar() {
  const theme = useTheme();
  return (
    <header className="z-20 flex h-11 shrink-0 items-center gap-1 border-b border-line bg-surface pr-2 pl-1.5 max-[1019px]:pr-1">
      <Link href="/" aria-label="Reefline: all surveys" className="flex h-8 items-center rounded px-1.5 hover:bg-hover">
        <Wordmark short />
      </Link>
      <ChevronRight size={14} className="shrink-0 text-ink-3 max-[1019px]:hidden" aria-hidden />
      <SurveyMenu />
      <ModeTabs />
      <div className="ml-auto flex items-center gap-0.5">
        {topBarItems.map((Item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: constant list
          <Item key={index} />
        ))}
        <SaveIndicator />
        <span className="contents max-[699px]:hidden">
          <IconButton icon={CircleHelp} label="List all keys" keys="?" onClick={() => useShell.setState({ helpOpen: true })} />
          <IconButton
            icon={theme.value === "dark" ? Sun : Moon}
            label={theme.value === "dark" ? "Use the light theme" : "Use the dark theme"}
            onClick={theme.toggle}
          />
        </span>
      </div>
    </header>
  );
}

function SurveyMenu() {
  const survey = useWorkspace((state) => state.survey);
  const { data: surveys } = useQuery(trpc.surveys.list.queryOptions());
  const router = useRouter();
  const detailsOpen = useShell((state) => state.detailsOpen);
  const theme = useTheme();
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            className="flex h-8 min-w-0 items-center gap-1.5 rounded px-2 font-medium hover:bg-hover data-[state=open]:bg-hover"
          >
            <span className="max-w-56 truncate max-[1019px]:max-w-24">{survey?.name ?? "…"}</span>
            <ChevronDown size={14} className="shrink-0 text-ink-3" aria-hidden />
            <span className="sr-only">Choose a survey</span>
          </button>
        }
      >
        <MenuItem icon={Info} onSelect={() => useShell.setState({ detailsOpen: true })}>
          About this survey
        </MenuItem>
        <MenuItem icon={LayoutGrid} onSelect={() => router.push("/")}>
          All surveys
        </MenuItem>
        <div className="min-[700px]:hidden">
          <MenuItem icon={CircleHelp} onSelect={() => useShell.setState({ helpOpen: true })}>
            List all keys
          </MenuItem>
          <MenuItem icon={theme.value === "dark" ? Sun : Moon} onSelect={theme.toggle}>
            {theme.value === "dark" ? "Use the light theme" : "Use the dark theme"}
          </MenuItem>
        </div>
        {surveys && surveys.length > 1 ? <MenuSeparator /> : null}
        {surveys
          ?.filter((other) => other.id !== survey?.id)
          .map((other) => (
            <MenuItem key={other.id} onSelect={() => router.push(`/surveys/${other.id}`)}>
              {other.name}
            </MenuItem>
          ))}
      </Menu>
      {survey ? (
        <SurveyDetails survey={survey} open={detailsOpen} onOpenChange={(open) => useShell.setState({ detailsOpen: open })} />
      ) : null}
    </>
  );
}

/** Places in one workflow, left to right. */
function ModeTabs() {
  const mode = useWorkspace((state) => state.mode);
  return (
    <nav
      aria-label="Modes"
      className="ml-2 flex h-11 items-stretch border-l border-line pl-2 max-[699px]:fixed max-[699px]:inset-x-0 max-[699px]:bottom-0 max-[699px]:z-30 max-[699px]:ml-0 max-[699px]:h-[calc(3rem+env(safe-area-inset-bottom))] max-[699px]:justify-around max-[699px]:border-t max-[699px]:border-l-0 max-[699px]:bg-surface max-[699px]:pb-[env(safe-area-inset-bottom)] max-[699px]:pl-0"
    >
      {modes.map((each, index) => (
        <button
          key={each}
          type="button"
          aria-current={each === mode ? "page" : undefined}
          aria-keyshortcuts={`Alt+${index + 1}`}
          onClick={() => {
            workspace.setMode(each);
            useShell.setState((state) => (state.sheet === "peek" ? { sheet: "half" } : {}));
          }}
          className={classNames(
            "relative px-2.5 text-base transition-colors duration-100 focus-visible:-outline-offset-2 max-[699px]:flex-1 max-[699px]:px-1",
            "after:absolute after:inset-x-2.5 after:bottom-0 after:h-0.5 after:rounded-full max-[699px]:after:top-0 max-[699px]:after:bottom-auto",
            each === mode ? "font-medium text-ink after:bg-accent" : "text-ink-2 hover:text-ink after:bg-transparent",
          )}
        >
          {modeTitles[each]}
        </button>
      ))}
    </nav>
  );
}
