/** A line's process, of whichever mode the line is: how it is made, and what it is told of others. */
import type { Host } from '../../process/process.ts';
import type { Line } from '../directory.ts';
import type { EffectBuffer } from '../effects.ts';
import { type LineLocation, revisionOf } from '../registration-table.ts';
import { newReplicatedLine, type ReplicatedLine } from '../replicated/replicated-calls.ts';
import { step as stepReplicated } from '../replicated/replicated-line.ts';
import type { CallSignal } from '../signals.ts';
import { newChains } from './line-chains.ts';
import { claimedLineControl } from './line-control.ts';
import { step as stepSingle } from './line-control-process.ts';
import { LineProcess } from './line-process.ts';
import type { OwnLcp } from './line-record.ts';

/** Its number is yet to be claimed. `out`: shared by all lines of a manager. */
export function spawnLine(
  mother: Host<CallSignal>,
  line: Line,
  out: EffectBuffer,
): Omit<OwnLcp, 'isOwner'> {
  let control = claimedLineControl(line);
  control.chains = newChains();
  let replicated: ReplicatedLine | undefined;
  const pid = mother.spawn('l', (host) => {
    if (line.mode === 'single') return new LineProcess(host, control, stepSingle, out, control);
    replicated = newReplicatedLine(line, host.pid);
    control = replicated.control;
    control.chains = newChains();
    return new LineProcess(host, replicated, stepReplicated, out, control);
  });
  return { pid, control, replicated };
}

/** What a replicated line's process is told of the line's processes; undefined in single mode. */
export function viewOf(number: string, location: LineLocation | undefined): CallSignal | undefined {
  if (location?.mode !== 'replicated') return undefined;
  const lcps = location.lcps.map(({ lcp }) => lcp);
  return { type: 'lineView', number, revision: revisionOf(location), lcps };
}
