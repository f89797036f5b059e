/**
 * What a manager that is cut off from its cluster makes of the directory (docs/cluster.md, ADR 0022): emergency calls
 * leave by any gateway, and lines that nobody shares are called where their phones are. What else there is belongs to
 * who has the cluster, and is refused with LW-3012.
 */
import type { Directory, Line } from './directory.ts';
import type { Gateway } from './routing/gateway.ts';

/** The directory to serve alone. Nothing else has to be left out of it: digit analysis refuses what leads there. */
export function isolatedDirectory(directory: Directory): Directory {
  return {
    ...directory,
    // Where members have sent their calls only the cluster knows, and most of that cannot be reached.
    lines: mapped(directory.lines, withoutForward),
    // What it registers with is told where calls come in: with the cluster, which may be there still.
    gateways: mapped(directory.gateways, withoutRegistration),
    isIsolated: true,
  };
}

/** Whether others may decide what happens at that number. A user's own number nobody shares. */
export function isShared({ lines }: Pick<Directory, 'lines'>, number: string): boolean {
  return (lines.get(number)?.members.length ?? 1) > 1;
}

function withoutForward(line: Line): Line {
  if (line.forward === undefined) return line;
  const { forward: _, ...rest } = line;
  return rest;
}

function withoutRegistration(gateway: Gateway): Gateway {
  if (gateway.registerS === undefined) return gateway;
  const { registerS: _, ...rest } = gateway;
  return rest;
}

function mapped<T>(all: ReadonlyMap<string, T>, change: (each: T) => T): ReadonlyMap<string, T> {
  return new Map([...all].map(([key, each]) => [key, change(each)]));
}
