/**
 * Where a manager writes its calls' records first: an append-only file in its data folder, from which they are
 * delivered (`delivery.ts`). What a call needs is in the system's hands when this returns, so that a manager that
 * is killed loses nothing; it is on the disk within a second, so that a machine that loses power loses a second.
 *
 * An answered call is noted at once. Who finds it noted and not finished after a restart finishes it.
 */
import { closeSync, fdatasync, mkdirSync, openSync, writeSync } from 'node:fs';
import { type CallEntry, GRADES } from './entry.ts';
import { segmentPath, segmentsBytes } from './segments.ts';
import { type SpoolLine, writeLine } from './spool-line.ts';
import { recover } from './spool-recovery.ts';

export type SpoolOptions = {
  readonly folder: string;
  /** Something failed, or works again. */
  readonly say: (level: 'warn' | 'error', event: string, fields: Record<string, unknown>) => void;
  readonly epochMs: () => number;
  /** A segment that has got so many bytes besides the calls that it began with is followed by the next. */
  readonly segmentBytes?: number;
  /** Of all segments: records that come then are lost. */
  readonly bytesMax?: number;
  /** In place of the system's, for tests: writes all or some of it, or throws. */
  readonly write?: (fd: number, data: Buffer) => number;
};

/** Plain integers. */
export type SpoolCounters = {
  /** Records written, in all the spool's life. */
  written: number;
  /** Writes that failed. */
  failures: number;
  /** Records that were not written at all. */
  lost: number;
};

const SEGMENT_BYTES = 4_194_304;
const BYTES_MAX = 1_073_741_824;
/** What waits in memory while the disk does not take it. */
const WAITING_MAX = 10_000;
const SYNC_MS = 1000;
const RETRY_MS = 1000;
const LOOK_MS = 1000;
const ALIVE_MS = 10_000;

export class Spool {
  readonly counters: SpoolCounters = { written: 0, failures: 0, lost: 0 };
  /** Called when there is something to deliver. */
  onWritten: () => void = () => {};
  readonly #options: SpoolOptions;
  readonly #open = new Map<string, CallEntry>();
  #segment: number;
  #fd: number;
  #bytes = 0;
  /** After so many the next one begins; undefined: it has none as yet. What it begins with may be much: all calls that are up. */
  #bytesEnough: number | undefined;
  /** Lines that the disk has not taken. */
  #waiting: SpoolLine[] = [];
  /** The last line is there in part only. */
  #isTorn = false;
  #isFailing = false;
  #isFull = false;
  /** Monotonic milliseconds: whether a full one has room is looked at then. */
  #lookMs = 0;
  #sync: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #alive: NodeJS.Timeout | undefined;

  /** Finishes what the manager's life before has left. Throws what the system says if the folder is of no use. */
  constructor(options: SpoolOptions) {
    this.#options = options;
    const { folder } = options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = recover(folder);
    this.counters.written = found.done;
    this.#segment = found.nextSegment;
    // They are said again before they are finished: a crash in between leaves them to be found once more.
    for (const entry of found.open) this.#open.set(entry.id, entry);
    this.#fd = this.#begin();
    for (const entry of found.open) this.done(restarted(entry, found.aliveMs));
    this.flush();
  }

  /** Calls that are up and were answered, as far as they are known here. */
  get openCalls(): number {
    return this.#open.size;
  }

  /** The call has been answered. */
  opened(entry: CallEntry): void {
    if (!this.#open.has(entry.id) && !this.#hasRoom()) return;
    this.#open.set(entry.id, entry);
    this.#append({ type: 'open', entry });
    this.#alive ??= setInterval(() => this.#sayAlive(), ALIVE_MS).unref();
  }

  /** The call is over. */
  done(entry: CallEntry): void {
    // What is noted as answered is finished in any case: else a restart would do that, and not know how it ended.
    const isNoted = this.#open.delete(entry.id);
    if (!isNoted && !this.#hasRoom()) {
      this.counters.lost++;
      return;
    }
    this.#append({ type: 'done', number: ++this.counters.written, entry });
  }

  /** What has been appended goes to the system. */
  flush(): void {
    if (this.#waiting.length === 0 || this.#retry !== undefined) return;
    const lines = this.#waiting;
    const data = Buffer.from((this.#isTorn ? '\n' : '') + lines.map(writeLine).join(''), 'utf8');
    if (!this.#write(data)) return;
    this.#waiting = [];
    if (this.#isFailing) {
      this.#isFailing = false;
      this.#say('warn', 'call records are written again', { records: lines.length });
    }
    this.onWritten();
    this.#sync ??= setTimeout(() => this.#syncNow(), SYNC_MS).unref();
    this.#bytesEnough ??=
      this.#bytes + Math.max(this.#bytes, this.#options.segmentBytes ?? SEGMENT_BYTES);
    if (this.#bytes >= this.#bytesEnough) this.#rotate();
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.flush();
    clearTimeout(this.#retry);
    clearTimeout(this.#sync);
    clearInterval(this.#alive);
    closeSync(this.#fd);
  }

  #append(line: SpoolLine): void {
    if (this.#waiting.length >= WAITING_MAX) {
      if (line.type === 'done') this.counters.lost++;
      return;
    }
    this.#waiting.push(line);
  }

  /** False: the disk did not take all of it, and will be tried again. */
  #write(data: Buffer): boolean {
    const { write = writeSync } = this.#options;
    try {
      for (let at = 0; at < data.length; ) {
        const written = write(this.#fd, data.subarray(at));
        if (written > 0) this.#isTorn = true;
        this.#bytes += written;
        at += written;
      }
      this.#isTorn = false;
      return true;
    } catch (error) {
      this.counters.failures++;
      if (!this.#isFailing)
        this.#say('error', 'call records cannot be written, calls go on', {
          error: messageOf(error),
          kept: `${WAITING_MAX} records in memory, then they are lost`,
        });
      this.#isFailing = true;
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.flush();
      }, RETRY_MS).unref();
      return false;
    }
  }

  #begin(): number {
    const { folder, epochMs } = this.#options;
    const fd = openSync(segmentPath(folder, this.#segment), 'a', 0o600);
    this.#bytes = 0;
    this.#bytesEnough = undefined;
    const lines: SpoolLine[] = [
      { type: 'begin', done: this.counters.written, atMs: epochMs() },
      ...[...this.#open.values()].map((entry) => ({ type: 'open', entry }) as const),
      { type: 'ready' },
    ];
    this.#waiting.unshift(...lines);
    return fd;
  }

  #rotate(): void {
    const before = this.#fd;
    this.#segment++;
    try {
      this.#fd = this.#begin();
    } catch (error) {
      // No new file can be made: the old one goes on for as long as it takes something.
      this.#segment--;
      this.#bytes = 0;
      this.counters.failures++;
      this.#say('error', 'call records: no new file can be made', { error: messageOf(error) });
      return;
    }
    fdatasync(before, () => closeSync(before));
    const wasFull = this.#isFull;
    this.#isFull = this.#isOverfull();
    if (this.#isFull && !wasFull)
      this.#say('error', 'call records: the spool is full, new records are lost', {
        bytes: this.#options.bytesMax ?? BYTES_MAX,
        meaning: 'no store takes them: see the failures before this',
      });
    this.flush();
  }

  /** Of a full one that is looked at now and then only: each look asks the system for every segment. */
  #hasRoom(): boolean {
    if (!this.#isFull) return true;
    const nowMs = performance.now();
    if (nowMs < this.#lookMs) return false;
    this.#lookMs = nowMs + LOOK_MS;
    if (this.#isOverfull()) return false;
    this.#say('warn', 'call records: the spool has room again', {});
    this.#isFull = false;
    return true;
  }

  #isOverfull(): boolean {
    return segmentsBytes(this.#options.folder) >= (this.#options.bytesMax ?? BYTES_MAX);
  }

  #syncNow(): void {
    this.#sync = undefined;
    const fd = this.#fd;
    fdatasync(fd, (error) => {
      if (error === null || fd !== this.#fd) return;
      this.counters.failures++;
      this.#say('error', 'call records may not be on the disk', { error: error.message });
    });
  }

  #sayAlive(): void {
    if (this.#open.size === 0) return;
    this.#append({ type: 'alive', atMs: this.#options.epochMs() });
    this.flush();
  }

  #say(level: 'warn' | 'error', event: string, fields: Record<string, unknown>): void {
    this.#options.say(level, event, fields);
  }
}

/** An answered call whose manager has died with it: it ended when that was last known to live, at the earliest. */
function restarted(entry: CallEntry, aliveMs: number): CallEntry {
  return {
    ...entry,
    ended: Math.max(aliveMs, entry.answered ?? 0),
    cause: 'internal failure',
    ended_by: 'system',
    ...(entry.answered === undefined ? {} : { sip_status: 200 }),
    q850: 41,
    closing: 'restart',
    grade: GRADES.restart,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
