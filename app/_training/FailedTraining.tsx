import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";

/** Why a training stopped, and a way to go on. */
export function FailedTraining({ title, message, onRetry }: { title?: string; message: string; onRetry: () => void }) {
  return (
    <PanelSection title={title}>
      <Notice
        kind="error"
        action={
          <Button size="small" onClick={onRetry}>
            Try again from where it was
          </Button>
        }
      >
        {message}
      </Notice>
    </PanelSection>
  );
}
