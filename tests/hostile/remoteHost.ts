import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestHost {
  readonly port: number;
  readonly url: string;
  /** The Range of every request, in order; "" without one. */
  readonly ranges: string[];
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** A web server on the loopback address that answers as it is told. */
export async function testHost(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<TestHost> {
  const ranges: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    ranges.push(req.headers.range ?? "");
    requests.push(req);
    answer(req, res);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    ranges,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Answers ranges of `bytes` as an honest server does. */
export function serveBytes(
  bytes: () => Uint8Array,
  headers: () => Record<string, string> = () => ({ ETag: '"one"' }),
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const all = bytes();
    const [, from = "", to = ""] = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? "") ?? [];
    if (from === "") {
      res.writeHead(200, { ...headers(), "Content-Length": all.length }).end(all);
      return;
    }
    if (Number(from) >= all.length) {
      res.writeHead(416, { "Content-Range": `bytes */${all.length}` }).end();
      return;
    }
    const end = Math.min(Number(to), all.length - 1);
    const part = all.subarray(Number(from), end + 1);
    res.writeHead(206, { ...headers(), "Content-Range": `bytes ${from}-${end}/${all.length}`, "Content-Length": part.length }).end(part);
  };
}
