import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLimits } from "@reefline/schema/limits";
import { afterEach, describe, expect, it } from "vitest";
import { downloadFile } from "../../server/remote/downloadFile.ts";
import { openHttpSource } from "../../server/remote/httpSource.ts";
import { checkRemoteUrl, isAllowedAddress, type RemoteGuard, type ResolveName } from "../../server/remote/remoteGuard.ts";
import type { RemoteOptions } from "../../server/remote/remoteRequest.ts";
import { serveBytes, type TestHost, testHost } from "./remoteHost.ts";

const limits = { ...defaultLimits, remoteSeconds: 2, remoteIdleSeconds: 1 };
const bytes = Uint8Array.from({ length: 300_007 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function host(...args: Parameters<typeof testHost>): Promise<TestHost> {
  const started = await testHost(...args);
  hosts.push(started);
  return started;
}
const allowing = (...started: TestHost[]): RemoteOptions => ({
  guard: { allowHosts: started.map(({ port }) => `127.0.0.1:${port}`), allowLoopback: true },
  limits,
});
const refusal = async (task: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error = await task.then(
    () => {
      throw new Error("it was not refused");
    },
    (reason) => reason,
  );
  expect(error.message).toMatch(/^[A-Z0-9].*[.]$/s);
  return { code: error.code, message: error.message };
};

describe("addresses", () => {
  const guard: RemoteGuard = { allowHosts: ["data.example.org", "*.reef.example", "other.example:8443"], allowLoopback: false };
  const codeOf = (text: string, of: RemoteGuard = guard): string => {
    try {
      return checkRemoteUrl(text, of).href;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it("are off until a host is named", () => {
    expect(codeOf("https://data.example.org/a.tif", { allowHosts: [], allowLoopback: false })).toBe("remote/off");
  });

  it("are of named hosts and ports, http or https, without credentials", () => {
    expect(codeOf("https://data.example.org/a.tif#x")).toBe("https://data.example.org/a.tif");
    expect(codeOf("https://a.reef.example/a.tif")).toBe("https://a.reef.example/a.tif");
    expect(codeOf("https://other.example:8443/a.tif")).toBe("https://other.example:8443/a.tif");
    for (const [text, code] of [
      ["https://data.example.org:8443/a.tif", "remote/host-not-allowed"],
      ["https://other.example/a.tif", "remote/host-not-allowed"],
      ["https://reef.example/a.tif", "remote/host-not-allowed"],
      ["https://evilreef.example/a.tif", "remote/host-not-allowed"],
      ["https://data.example.org.evil.example/a.tif", "remote/host-not-allowed"],
      ["https://data.example.org@evil.example/a.tif", "remote/credentials"],
      ["https://me:secret@data.example.org/a.tif", "remote/credentials"],
      ["file:///etc/passwd", "remote/scheme"],
      ["gopher://data.example.org/1", "remote/scheme"],
      ["ftp://data.example.org/a.tif", "remote/scheme"],
      ["data:image/tiff;base64,SUkqAA==", "remote/scheme"],
      ["\\\\server\\share\\a.tif", "remote/address"],
      ["", "remote/address"],
    ] as const) {
      expect([text, codeOf(text)]).toEqual([text, code]);
    }
  });

  it("inside private networks are refused in every spelling, even when an operator names them", () => {
    for (const text of [
      "http://127.0.0.1/",
      "http://127.1/",
      "http://2130706433/",
      "http://0x7f.0.0.1/",
      "http://0177.0.0.1/",
      "http://169.254.169.254/latest/meta-data/",
      "http://10.1.2.3/",
      "http://172.31.0.1/",
      "http://192.168.1.1/",
      "http://100.64.0.1/",
      "http://0.0.0.0/",
      "http://224.0.0.1/",
      "http://255.255.255.255/",
      "http://[::1]/",
      "http://[::]/",
      "http://[::ffff:127.0.0.1]/",
      "http://[::ffff:a9fe:a9fe]/",
      "http://[::127.0.0.1]/",
      "http://[64:ff9b::7f00:1]/",
      "http://[2002:7f00:1::]/",
      "http://[2001:0:1::1]/",
      "http://[fe80::1]/",
      "http://[fd00:ec2::254]/",
      "http://[fec0::1]/",
      "http://[ff02::1]/",
    ]) {
      const { host: named } = new URL(text);
      expect([text, codeOf(text, { allowHosts: [named], allowLoopback: false })]).toEqual([text, "remote/private-address"]);
    }
    expect(isAllowedAddress("8.8.8.8", guard)).toBe(true);
    expect(isAllowedAddress("2606:4700::1111", guard)).toBe(true);
    expect(isAllowedAddress("169.254.169.254", { allowLoopback: true })).toBe(false);
    expect(isAllowedAddress("::ffff:8.8.8.8", guard)).toBe(false);
    expect(isAllowedAddress("fe80::1%eth0", { allowLoopback: true })).toBe(false);
    expect(isAllowedAddress("no address", guard)).toBe(false);
  });
});

describe("names", () => {
  const named = (addresses: string[][]): RemoteOptions & { asked: () => number } => {
    let asked = 0;
    const resolve: ResolveName = (_name, callback) => {
      const now = addresses[Math.min(asked++, addresses.length - 1)] ?? [];
      callback(
        null,
        now.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
    return { guard: { allowHosts: ["reef.example"], allowLoopback: false }, limits, resolve, asked: () => asked };
  };

  it("that mean a private address are not connected to, nor those with one among others", async () => {
    for (const addresses of [["127.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "10.0.0.7"], ["::1"], ["::ffff:10.0.0.1"]]) {
      expect((await refusal(openHttpSource("http://reef.example/a.tif", named([addresses])))).code).toBe("remote/private-address");
    }
  });

  it("that change between check and use are resolved once, and checked where they are used", async () => {
    const server = await host(serveBytes(() => bytes));
    const options = named([["127.0.0.1"]]);
    const { code } = await refusal(openHttpSource("http://reef.example/a.tif", options));
    expect({ code, asked: options.asked(), reached: server.ranges.length }).toEqual({
      code: "remote/private-address",
      asked: 1,
      reached: 0,
    });
    const rebinding: RemoteOptions = {
      guard: { allowHosts: [`rebind.example:${server.port}`], allowLoopback: true },
      limits,
      resolve: (() => {
        let round = 0;
        return (_name, callback) => callback(null, [{ address: round++ === 0 ? "127.0.0.1" : "169.254.169.254", family: 4 }]);
      })(),
    };
    const source = await openHttpSource(`http://rebind.example:${server.port}/a.tif`, rebinding);
    // The connection stays with the address that was checked; a new one would be checked anew.
    expect([...(await source.read(100_000, 3))]).toEqual([...bytes.subarray(100_000, 100_003)]);
    await source.close();
    expect((await refusal(openHttpSource(`http://rebind.example:${server.port}/a.tif`, rebinding))).code).toBe("remote/private-address");
  });
});

describe("redirects", () => {
  const to = (location: string, status = 302) => host((_req, res) => res.writeHead(status, { Location: location }).end());

  it("to metadata, to this machine by another name, to other schemes and hosts are refused", async () => {
    for (const [location, code] of [
      ["http://169.254.169.254/latest/meta-data/", "remote/private-address"],
      ["http://localhost:22/", "remote/host-not-allowed"],
      ["file:///etc/passwd", "remote/scheme"],
      ["gopher://127.0.0.1/", "remote/scheme"],
      ["http://me:secret@127.0.0.1/", "remote/credentials"],
    ] as const) {
      for (const status of [301, 302, 303, 307, 308]) {
        const server = await to(location, status);
        expect([location, (await refusal(openHttpSource(`${server.url}/a.tif`, allowing(server)))).code]).toEqual([location, code]);
      }
    }
    // Even when the operator named the metadata service.
    const server = await to("http://169.254.169.254/latest/meta-data/");
    const options = allowing(server);
    const named = { ...options, guard: { ...options.guard, allowHosts: [...options.guard.allowHosts, "169.254.169.254"] } };
    expect((await refusal(openHttpSource(`${server.url}/a.tif`, named))).code).toBe("remote/private-address");
  });

  it("to an allowed host are followed, without what the first one set, and not for ever", async () => {
    const end = await host(serveBytes(() => bytes));
    const begin = await host((_req, res) => res.writeHead(302, { Location: `${end.url}/b.tif`, "Set-Cookie": "session=1" }).end());
    const source = await openHttpSource(`${begin.url}/a.tif?signature=secret`, allowing(begin, end));
    expect(source.sizeBytes).toBe(bytes.length);
    await source.close();
    for (const name of ["cookie", "authorization", "referer"]) expect(end.requests[0]?.headers[name]).toBeUndefined();
    const circle: TestHost = await host((_req, res) => res.writeHead(302, { Location: `${circle.url}/again` }).end());
    const { code, message } = await refusal(openHttpSource(`${circle.url}/a.tif?signature=secret`, allowing(circle)));
    expect(code).toBe("remote/unreachable");
    expect(message).not.toContain("secret");
  }, 20_000);
});

describe("a server that", () => {
  it("is honest is asked for merged ranges, each once", async () => {
    const server = await host(serveBytes(() => bytes));
    const source = await openHttpSource(`${server.url}/a.tif`, allowing(server));
    expect(source.place).toMatchObject({ etag: '"one"', sizeBytes: bytes.length });
    const reads = [
      [10, 40],
      [65_000, 2_000],
      [131_072, 10],
      [299_990, 500],
    ] as const;
    const parts = await Promise.all(reads.map(([offset, length]) => source.read(offset, length)));
    parts.forEach((part, i) => {
      const [offset, length] = reads[i]!;
      expect(Buffer.compare(part, bytes.subarray(offset, offset + length))).toBe(0);
    });
    // The beginning came with the first look; chunks 1, 2 and 4 lie close together.
    expect(server.ranges).toEqual(["bytes=0-65535", "bytes=65536-300006"]);
    await source.read(140_000, 100_000);
    expect(server.ranges).toHaveLength(2);
    expect(await source.read(bytes.length, 10)).toHaveLength(0);
    await source.close();
  });

  it("sends only whole files, or files packed, is told from one with ranges", async () => {
    const whole = await host((_req, res) => res.writeHead(200, { ETag: '"one"' }).end(bytes));
    expect((await refusal(openHttpSource(`${whole.url}/a.tif`, allowing(whole)))).code).toBe("remote/no-ranges");
    const packed = await host(
      serveBytes(
        () => bytes,
        () => ({ ETag: '"one"', "Content-Encoding": "gzip" }),
      ),
    );
    expect((await refusal(openHttpSource(`${packed.url}/a.tif`, allowing(packed)))).code).toBe("remote/no-ranges");
    const unversioned = await host(
      serveBytes(
        () => bytes,
        () => ({}),
      ),
    );
    expect((await refusal(openHttpSource(`${unversioned.url}/a.tif`, allowing(unversioned)))).code).toBe("remote/no-version");
  });

  it("lies about lengths and places is found out", async () => {
    const lies: Record<string, { range: string; body: number }> = {
      "less than it says": { range: "bytes 0-65535/300007", body: 1_000 },
      "another place": { range: "bytes 5-65540/300007", body: 65_536 },
      "a file without end": { range: "bytes 0-65535/*", body: 65_536 },
      "more than the file": { range: "bytes 0-65535/100", body: 65_536 },
      "a huge file": { range: "bytes 0-65535/99999999999999999999", body: 65_536 },
      "nothing about it": { range: "", body: 65_536 },
    };
    for (const [name, { range, body }] of Object.entries(lies)) {
      const server = await host((_req, res) => {
        res.writeHead(206, { ETag: '"one"', ...(range ? { "Content-Range": range } : {}) }).end(bytes.subarray(0, body));
      });
      expect([name, (await refusal(openHttpSource(`${server.url}/a.tif`, allowing(server)))).code]).toEqual([name, "remote/wrong-length"]);
    }
    // More than was asked for: reading stops there, whatever else would come.
    let sent = 0;
    const endless = await host((_req, res) => {
      res.writeHead(206, { ETag: '"one"', "Content-Range": "bytes 0-65535/300007" });
      const more = () => {
        while (res.write(bytes)) {
          sent += bytes.length;
          if (res.destroyed || sent > 2 ** 28) return;
        }
        res.once("drain", more);
      };
      more();
    });
    expect((await refusal(openHttpSource(`${endless.url}/a.tif`, allowing(endless)))).code).toBe("remote/wrong-length");
    expect(sent).toBeLessThan(2 ** 26);
  });

  it("says nothing, trickles headers or trickles a body is left within the limits", async () => {
    const silent = await host(() => {});
    const started = Date.now();
    expect((await refusal(openHttpSource(`${silent.url}/a.tif`, allowing(silent)))).code).toBe("remote/too-slow");
    const trickling = await host((_req, res) => {
      res.writeHead(206, { ETag: '"one"', "Content-Range": "bytes 0-65535/300007", "Content-Length": 65_536 });
      const timer = setInterval(() => res.write("x"), 200);
      res.once("close", () => clearInterval(timer));
    });
    expect((await refusal(openHttpSource(`${trickling.url}/a.tif`, allowing(trickling)))).code).toBe("remote/too-slow");
    expect(Date.now() - started).toBeLessThan(15_000);
  }, 30_000);

  it("is cut off or falters is asked again; one that is gone says so", async () => {
    let round = 0;
    const flaky = await host((req, res) => {
      if (round++ === 0) res.destroy();
      else if (round === 2) res.writeHead(503).end();
      else serveBytes(() => bytes)(req, res);
    });
    const source = await openHttpSource(`${flaky.url}/a.tif`, allowing(flaky));
    expect(source.sizeBytes).toBe(bytes.length);
    await source.close();
    const gone = await host((_req, res) => res.writeHead(404).end());
    expect((await refusal(openHttpSource(`${gone.url}/a.tif`, allowing(gone)))).code).toBe("remote/not-found");
    const closed = await host((_req, res) => res.writeHead(403).end());
    expect((await refusal(openHttpSource(`${closed.url}/a.tif`, allowing(closed)))).code).toBe("remote/not-public");
  }, 20_000);

  it("switches to another protocol, or ends without an answer, is left", async () => {
    for (const words of [
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 200",
      "nonsense\r\n\r\n",
    ]) {
      const server = await host((_req, res) => res.socket?.end(words));
      expect((await refusal(openHttpSource(`${server.url}/a.tif`, allowing(server)))).code).toBe("remote/unreachable");
    }
  }, 20_000);

  it("replaces the file is noticed, by ETag, by time, by length, and while it is open", async () => {
    let headers: Record<string, string> = { ETag: '"one"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT" };
    let now = bytes;
    const server = await host(
      serveBytes(
        () => now,
        () => headers,
      ),
    );
    const options = allowing(server);
    const source = await openHttpSource(`${server.url}/a.tif`, options);
    const { place } = source;
    const again = async () => {
      const opened = await openHttpSource(`${server.url}/a.tif`, options, place);
      try {
        await opened.read(70_000, 10);
      } finally {
        await opened.close();
      }
    };
    await again();
    headers = { ...headers, ETag: '"two"' };
    expect((await refusal(again())).code).toBe("remote/changed");
    expect((await refusal(source.read(200_000, 10))).code).toBe("remote/changed");
    await source.close();
    headers = { "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT" };
    expect((await refusal(again())).code).toBe("remote/changed");
    headers = { ETag: '"one"' };
    now = bytes.subarray(0, 290_000);
    expect((await refusal(again())).code).toBe("remote/changed");
    now = bytes.subarray(0, 60_000);
    expect((await refusal(again())).code).toBe("remote/changed");
  });
});

describe("a copy", () => {
  it("is whole and checked, or is refused: too large, cut short, endless, stopped", async () => {
    const folder = await mkdtemp(join(tmpdir(), "reefline-remote-"));
    const path = join(folder, "a.tif");
    try {
      const server = await host(serveBytes(() => bytes));
      const copy = (from: TestHost, maxBytes = 2 ** 20, signal?: AbortSignal) =>
        downloadFile(`${from.url}/a.tif`, path, allowing(from), { maxBytes, signal });
      expect(await copy(server)).toBe(bytes.length);
      expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      expect((await refusal(copy(server, 300_000))).code).toBe("remote/too-large");
      const short = await host((_req, res) => {
        res.writeHead(200, { "Content-Length": 300_007 });
        res.write(bytes.subarray(0, 1_000), () => res.destroy());
      });
      expect((await refusal(copy(short))).code).toMatch(/remote\/(unreachable|wrong-length)/);
      const endless = await host((_req, res) => {
        res.writeHead(200);
        const more = () => {
          while (!res.destroyed && res.write(bytes)) {}
          if (!res.destroyed) res.once("drain", more);
        };
        more();
      });
      expect((await refusal(copy(endless))).code).toBe("remote/too-large");
      const trickling = await host((_req, res) => {
        res.writeHead(200, { "Content-Length": 300_007 });
        const timer = setInterval(() => res.write("x"), 200);
        res.once("close", () => clearInterval(timer));
      });
      expect((await refusal(copy(trickling))).code).toBe("remote/unreachable");
      const silent = await host(() => {});
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      expect((await refusal(copy(silent, 2 ** 20, stop.signal))).code).toBe("raster/cancelled");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 20_000);
});
