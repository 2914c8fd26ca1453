import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HeardEvent, listenTo } from "./eventStream.ts";
import { type RunningServer, startServer, until } from "./program.ts";
import { bareSurvey, box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
let server: RunningServer;
let surveyId: string;

beforeAll(async () => {
  const { store } = await openTestStore(folder.path);
  surveyId = await bareSurvey(store);
  await store.close();
  server = await startServer(folder.path);
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** A request as written, whatever a browser would refuse to send. */
function ask(
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("the gate", () => {
  it("answers loopback names at its own port and nobody else", async () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      expect((await ask("/healthz", { headers: { Host: `${host}:${server.port}` } })).status).toBe(200);
    }
    for (const host of [
      "evil.example",
      `evil.example:${server.port}`,
      `localhost:${server.port + 1}`,
      `localhost.evil.example:${server.port}`,
    ]) {
      expect((await ask("/healthz", { headers: { Host: host } })).status).toBe(403);
    }
  });

  it("refuses other sites' requests to every kind of route", async () => {
    const host = { Host: `localhost:${server.port}` };
    for (const path of ["/api/trpc/surveys.list", "/uploads", `/exports/${surveyId}/label.geojson`, "/"]) {
      expect((await ask(path, { headers: { ...host, Origin: "https://evil.example" } })).status).toBe(403);
      expect((await ask(path, { headers: { ...host, Origin: "null" } })).status).toBe(403);
      expect((await ask(path, { headers: { ...host, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" } })).status).toBe(403);
    }
    const own = await ask("/api/trpc/surveys.list", {
      headers: { ...host, Origin: `http://localhost:${server.port}`, "Sec-Fetch-Site": "same-origin" },
    });
    expect(own.status).toBe(200);
    expect(own.headers["content-security-policy"]).toContain("default-src 'self'");
  });
});

describe("limits", () => {
  it("turn away large bodies, large batches, strange addresses and half a request", async () => {
    const host = { Host: `localhost:${server.port}` };
    const large = "x".repeat(33 * 2 ** 20);
    const posted = await ask("/api/trpc/edits.applyEdit", {
      method: "POST",
      headers: { ...host, "Content-Type": "application/json" },
      body: large,
    });
    expect(posted.status).toBe(413);
    const many = Array.from({ length: 1_000 }, () => "surveys.list").join(",");
    expect((await ask(`/api/trpc/${many}?batch=1`, { headers: host })).status).toBeGreaterThanOrEqual(400);
    for (const path of [
      "/tiles/imagery/x/y/99/0/0.webp",
      "/tiles/imagery/as_0123456789abcdefghj/v/3/-1/0.webp",
      "/runs/rn_0123456789abcdefghj/chips/..%2f..%2freefline.sqlite",
    ]) {
      expect((await ask(path, { headers: host })).status).toBe(404);
    }
    const socket = connect(server.port, "127.0.0.1", () => socket.write("POST /api/trpc/edits.applyEdit HTTP/1.1\r\nHost: localhost"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await ask("/healthz", { headers: host })).status).toBe(200);
  });

  it("answer what is wrong with an edit in one sentence", async () => {
    const bad = {
      ...edit(surveyId, {}),
      puts: [
        {
          id: randomUUID(),
          baseRevision: 0,
          content: content({
            type: "Polygon",
            coordinates: [
              [
                [0, 0],
                [999, 0],
                [1, 1],
                [0, 0],
              ],
            ],
          }),
        },
      ],
    };
    const error = await server.api.edits.applyEdit.mutate(bad).catch((reason) => reason);
    expect(error.data.appError).toMatchObject({ code: "request/invalid", kind: "bad-input" });
    expect(JSON.stringify(error)).not.toContain("node_modules");
  });
});

describe("live events", () => {
  it("tell every listener of an edit once, and a returning one what it missed", async () => {
    const heard: HeardEvent[][] = [[], []];
    const streams = heard.map((into) => listenTo(server.url, into));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const draw = (west: number) =>
      server.api.edits.applyEdit.mutate(edit(surveyId, { puts: [{ id: randomUUID(), baseRevision: 0, content: content(box(west, 1)) }] }));
    const { editSeq } = await draw(1);
    await until("both listeners hear", async () => heard.every((events) => events.length > 0), 10);
    for (const events of heard)
      expect(events.map(({ event }) => event)).toEqual([expect.objectContaining({ kind: "edit", surveyId, editSeq })]);
    for (const stream of streams) stream.stop();
    const seen = Number(heard[0]?.[0]?.id);
    const missed = await draw(2);
    const later: HeardEvent[] = [];
    const returning = listenTo(server.url, later, seen);
    await until("the missed edit is told", async () => later.length > 0, 10);
    returning.stop();
    expect(later.map(({ event }) => event)).toEqual([expect.objectContaining({ kind: "edit", editSeq: missed.editSeq })]);
  });
});
