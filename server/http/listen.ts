import type { Server } from "node:http";
import { AppError } from "@reefline/schema/errors";

const host = "127.0.0.1";
const portsTried = 50;

/** Listens on the loopback address at `port`, or at the next free one. Port 0 takes any. */
export async function listenNear(server: Server, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + portsTried, 65_535);
  for (let candidate = port; candidate <= last; candidate++) {
    const taken = await new Promise<boolean>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException) => {
        if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(true);
        else reject(error);
      };
      server.once("error", onError);
      server.listen({ port: candidate, host }, () => {
        server.off("error", onError);
        resolve(false);
      });
    });
    const address = server.address();
    if (!taken && address && typeof address === "object") return address.port;
  }
  throw new AppError("unavailable", "server/no-port", `No port from ${port} to ${last} is free. Choose another with --port.`);
}
