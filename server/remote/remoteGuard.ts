import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { AppError } from "@reefline/schema/errors";

/** Which other servers this one may ask. Nothing is allowed until an operator names it. */
export interface RemoteGuard {
  /** Host names: `data.example.org`, `*.example.org` for what lies below it, `data.example.org:8443` for another port. */
  readonly allowHosts: readonly string[];
  /** Lets a named host be this machine itself; for tests. */
  readonly allowLoopback: boolean;
}

/** Asks for all addresses of a name; `dns.lookup` unless a test gives another. */
export type ResolveName = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

const resolveByTheSystem: ResolveName = (hostname, callback) => systemLookup(hostname, { all: true }, callback);

const refuse = (kind: "bad-input" | "forbidden", code: string, message: string): AppError => new AppError(kind, `remote/${code}`, message);

/**
 * The address as it may be asked, before anything is resolved.
 * @throws AppError `remote/off`, `remote/address`, `remote/scheme`, `remote/credentials`, `remote/host-not-allowed`
 */
export function checkRemoteUrl(text: string, guard: RemoteGuard): URL {
  if (guard.allowHosts.length === 0) {
    throw refuse(
      "forbidden",
      "off",
      "Reading images from other servers is off. Whoever runs Reefline can allow a host: start it with --allow-hosts data.example.org.",
    );
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw refuse("bad-input", "address", "This is not a web address. It should look like https://data.example.org/survey.tif.");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refuse("bad-input", "scheme", `Only https and http addresses can be read, not ${url.protocol.replace(/:$/, "")}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse("bad-input", "credentials", "Leave the user name and the password out of the address: it is stored with the survey.");
  }
  const literal = bareHost(url);
  if (isIP(literal) !== 0 && !isAllowedAddress(literal, guard)) throw privateAddress(url.hostname);
  if (!guard.allowHosts.some((pattern) => matchesHost(pattern, url))) {
    throw refuse(
      "forbidden",
      "host-not-allowed",
      `Images may not be read from ${url.host}. Whoever runs Reefline can allow it: start it with --allow-hosts ${[...guard.allowHosts, url.host].join(",")}.`,
    );
  }
  url.hash = "";
  return url;
}

function matchesHost(pattern: string, url: URL): boolean {
  const [, name = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(pattern.trim().toLowerCase()) ?? [];
  if (port !== url.port) return false;
  const host = url.hostname.replace(/\.$/, "");
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name;
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

function privateAddress(hostname: string): AppError {
  return refuse(
    "forbidden",
    "private-address",
    `The host ${hostname} is an address inside a private network or of this machine, which is never read. Download the file and add it from this computer.`,
  );
}

// Everything that the IANA registries of special-purpose addresses do not call globally reachable.
const closed4 = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  closed4.addSubnet(net, bits, "ipv4");
}
// Of IPv6 only global unicast is open, less the parts of it that stand for something else: tunnels carry private IPv4 addresses.
const open6 = new BlockList();
open6.addSubnet("2000::", 3, "ipv6");
const closed6 = new BlockList();
closed6.addSubnet("2001::", 23, "ipv6");
closed6.addSubnet("2001:db8::", 32, "ipv6");
closed6.addSubnet("2002::", 16, "ipv6");
closed6.addSubnet("3fff::", 20, "ipv6");
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether a resolved address may be connected to. IPv4 addresses written as IPv6 ones are never. */
export function isAllowedAddress(address: string, { allowLoopback }: Pick<RemoteGuard, "allowLoopback">): boolean {
  const family = isIP(address);
  if (family === 4) return !closed4.check(address, "ipv4") || (allowLoopback && loopback.check(address, "ipv4"));
  if (family !== 6 || address.includes("%") || address.includes(".")) return false;
  if (allowLoopback && loopback.check(address, "ipv6")) return true;
  return open6.check(address, "ipv6") && !closed6.check(address, "ipv6");
}

/**
 * A `lookup` for one connection: every address of the name is checked, and the connection goes to one that was, so that a name cannot
 * mean something else between check and use. One private address among them refuses the name.
 */
export function guardedLookup(guard: RemoteGuard, resolve: ResolveName = resolveByTheSystem): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), "", 0);
      if (!addresses.every(({ address }) => isAllowedAddress(address, guard))) return callback(privateAddress(hostname), "", 0);
      if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}
