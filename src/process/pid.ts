/**
 * Names of processes: `<manager>.<incarnation>.<local id>`, e.g. `cm1.9k3.d2a`.
 *
 * The local id begins with the letter of its kind. An incarnation is never reused, so a PID names
 * one process for ever, and a message to one that is gone finds nobody rather than somebody else.
 */

export type Pid = string & { readonly pid: unique symbol };

/** `l` line control process, `d` device process, `c` call control, `g` gateway process, `m` line manager. */
export type ProcessKind = 'l' | 'd' | 'c' | 'g' | 'm';

/** The manager and incarnation part: `cm1.9k3`. */
export type Home = string;

export function makePid(home: Home, kind: ProcessKind, counter: number): Pid {
  return `${home}.${kind}${counter.toString(36)}` as Pid;
}

export function homeOf(pid: Pid): Home {
  return pid.slice(0, pid.lastIndexOf('.'));
}

export function kindOf(pid: Pid): string {
  return pid.charAt(pid.lastIndexOf('.') + 1);
}

/**
 * The process that is at `home` what `pid` is at its own. Of residents only: every manager makes those
 * first, and in the same order.
 */
export function counterpartOf(pid: Pid, home: Home): Pid {
  return `${home}${pid.slice(pid.lastIndexOf('.'))}` as Pid;
}

const PID = /^[a-z0-9-]{1,32}\.[0-9a-z]{1,16}\.[ldcgm][0-9a-z]{1,12}$/;

/** A PID that came off the wire, or undefined. */
export function readPid(text: unknown): Pid | undefined {
  return typeof text === 'string' && PID.test(text) ? (text as Pid) : undefined;
}

const HOME = /^[a-z0-9-]{1,32}\.[0-9a-z]{1,16}$/;

/** A home that came off the wire, or undefined. */
export function readHome(text: unknown): Home | undefined {
  return typeof text === 'string' && HOME.test(text) ? text : undefined;
}

/** Whether `pid` is the process that is gone, or lived on the manager that is gone. */
export function isGone(pid: Pid, gone: Pid | Home): boolean {
  if (pid === gone) return true;
  return pid.startsWith(gone) && pid.lastIndexOf('.') === gone.length;
}
