/** Who is told what a line does, to light its lamps: devices of this manager or of any other. */
import type { Pid } from '../../process/pid.ts';
import { type Out, tell } from '../effects.ts';
import type { CallSignal } from '../signals.ts';
import { type LineControl, lineStateOf } from './line-control.ts';

/** Watchers of one line; more are refused with 'overload'. */
const LINE_WATCHERS_MAX = 1024;

export function watchLine(line: LineControl, watcher: Pid, out: Out): void {
  const { number } = line.line;
  if (!line.watchers.includes(watcher)) {
    if (line.watchers.length >= LINE_WATCHERS_MAX) {
      out.push(tell(watcher, { type: 'lineRefused', number, cause: 'overload' }));
      return;
    }
    line.watchers.push(watcher);
  }
  out.push(tell(watcher, stateNow(line)));
}

/** Of a process that does not know all of the line's calls yet, what it knows: what phones show of others stays. */
function stateNow(line: LineControl): CallSignal {
  const state = lineStateOf(line);
  return line.state === 'recovering' ? { ...state, isPartial: true } : state;
}

export function unwatchLine(line: LineControl, watcher: Pid): void {
  const at = line.watchers.indexOf(watcher);
  if (at >= 0) line.watchers.splice(at, 1);
}

/** When an event has changed the line. After everything else: a phone drops a lamp that lit before it was told to stop ringing. */
export function tellWatchers(line: LineControl, out: Out): void {
  if (!line.changed) return;
  line.changed = false;
  if (line.watchers.length === 0) return;
  const state = stateNow(line);
  for (const watcher of line.watchers) out.push(tell(watcher, state));
}
