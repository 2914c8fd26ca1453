import { describe, expect, it } from "vitest";
import { Turnstile } from "./turnstile.ts";

const never = new AbortController().signal;
const tick = () => new Promise((resolve) => setImmediate(resolve));

/** A task that ends when told. */
function gatedTask() {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => promise, end };
}

describe("Turnstile", () => {
  it("runs a few at a time, the newest waiting first", async () => {
    const turnstile = new Turnstile(2, 10);
    const order: number[] = [];
    const tasks = [0, 1, 2, 3].map(() => gatedTask());
    const all = tasks.map((task, i) =>
      turnstile.run("me", never, () => {
        order.push(i);
        return task.run();
      }),
    );
    await tick();
    expect(order).toEqual([0, 1]);
    tasks[1]?.end();
    await tick();
    expect(order).toEqual([0, 1, 3]);
    for (const task of tasks) task.end();
    await Promise.all(all);
    expect(order).toEqual([0, 1, 3, 2]);
  });

  it("turns away what the queue cannot hold, and forgets who left", async () => {
    const turnstile = new Turnstile(1, 1);
    const first = gatedTask();
    const running = turnstile.run("me", never, first.run);
    const impatient = new AbortController();
    let ran = false;
    const waiting = turnstile.run("me", impatient.signal, async () => {
      ran = true;
    });
    await expect(turnstile.run("me", never, async () => {})).rejects.toMatchObject({ code: "tile/busy" });
    impatient.abort();
    await expect(waiting).rejects.toMatchObject({ code: "tile/left" });
    first.end();
    await running;
    await turnstile.run("me", never, async () => {});
    expect(ran).toBe(false);
  });

  it("gives the place free when a task fails", async () => {
    const turnstile = new Turnstile(1, 5);
    await expect(turnstile.run("me", never, () => Promise.reject(new Error("broken block")))).rejects.toThrow("broken block");
    expect(await turnstile.run("me", never, async () => "next")).toBe("next");
  });
});
