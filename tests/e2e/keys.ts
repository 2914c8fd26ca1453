import type { Page } from "playwright-core";

/** A page used as somebody without a mouse uses it. */
export function keysOf(page: Page) {
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Tabs on until the focus is on what is called so. */
  const tabTo = async (name: string) => {
    for (let step = 0; step < 90; step++) {
      await press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        // With nothing focused it is the whole page, whose text has every name.
        if (element === document.body) return "";
        const label = element?.id ? document.querySelector(`label[for="${CSS.escape(element.id)}"]`)?.textContent : null;
        return `${element?.getAttribute("aria-label") ?? ""} ${element?.textContent ?? ""} ${label ?? ""}`;
      });
      if (focused.includes(name)) return;
    }
    throw new Error(`Ninety steps with Tab did not reach "${name}".`);
  };
  return { press, tabTo };
}
