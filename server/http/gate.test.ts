import { describe, expect, it } from "vitest";
import { refuseRequest } from "./gate.ts";

const port = 3417;
const host = `localhost:${port}`;
const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } as const;

describe("refuseRequest", () => {
  it("lets our own pages and programs without an origin through", () => {
    expect(refuseRequest("GET", { host }, port)).toBeNull();
    expect(refuseRequest("POST", { host, origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" }, port)).toBeNull();
    expect(refuseRequest("GET", { host: `LOCALHOST:${port}`, "sec-fetch-site": "none" }, port)).toBeNull();
    expect(refuseRequest("GET", { host: `[::1]:${port}` }, port)).toBeNull();
  });

  it("lets other sites link to a page, and do nothing else", () => {
    expect(refuseRequest("GET", { host, ...link }, port)).toBeNull();
    expect(refuseRequest("POST", { host, ...link }, port)).not.toBeNull();
    expect(refuseRequest("GET", { host, ...link, "sec-fetch-dest": "iframe" }, port)).not.toBeNull();
    expect(refuseRequest("GET", { host, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }, port)).not.toBeNull();
  });

  it("refuses names that only resolve to us, other ports and strange origins", () => {
    for (const bad of [
      undefined,
      "",
      "localhost",
      `rebind.example:${port}`,
      "localhost:80",
      `localhost:${port}.evil.example`,
      `evil@localhost:${port}`,
    ]) {
      expect(refuseRequest("GET", { host: bad }, port)).not.toBeNull();
    }
    for (const origin of [
      "null",
      "https://localhost:3417",
      "http://localhost:3418",
      "http://evil.example",
      `http://localhost:${port}.evil.example`,
    ]) {
      expect(refuseRequest("GET", { host, origin }, port)).not.toBeNull();
    }
  });
});
