/** Post-dial delay as the wire saw it: from INVITE to the first 180, by Call-ID, from a capture of the loopback. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Program } from './processes.ts';

/** Enough of a message for its first line and its Call-ID. */
const SNAP_BYTES = 700;
const BUFFER_KB = 32_768;
const STARTS_WITHIN_MS = 5000;

/** libpcap's file: 24 octets, then 16 before each packet (draft-ietf-opsawg-pcap). */
const FILE_HEAD_BYTES = 24;
const PACKET_HEAD_BYTES = 16;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Ethernet, IPv4 without options, UDP. */
const FRAME_HEAD_BYTES = 14 + 20 + 8;

/** What passes `port` until it is stopped. */
export class Capture {
  readonly #program: Program;
  readonly #path: string;

  private constructor(program: Program, path: string) {
    this.#program = program;
    this.#path = path;
  }

  /** Undefined, with the reason, if this user may not capture. */
  static async start(port: number, folder: string): Promise<Capture | string> {
    const path = join(folder, 'capture.pcap');
    const words = ['-i', 'lo', '-n', '-U', '-s', String(SNAP_BYTES), '-B', String(BUFFER_KB)];
    words.push('--time-stamp-precision=nano', '-w', path);
    // Otherwise it becomes another user, who may not write here.
    if (process.getuid?.() === 0) words.push('-Z', 'root');
    const program = new Program('tcpdump', [...words, `udp port ${port}`], folder);
    const listens = () => program.output.includes('listening on') || program.exitCode !== undefined;
    await eventually(listens, STARTS_WITHIN_MS);
    if (program.exitCode !== undefined) return `tcpdump: ${program.output.trim()}`;
    return new Capture(program, path);
  }

  /** Ends it; delays in ms, in no order. */
  async stop(): Promise<number[]> {
    await this.#program.stop('SIGINT');
    return delaysOf(readFileSync(this.#path));
  }
}

function delaysOf(file: Buffer): number[] {
  const little = file.readUInt32LE(0) === MAGIC_NANOSECONDS;
  const number = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  /** Call-ID -> when its INVITE left. */
  const invited = new Map<string, number>();
  const delays: number[] = [];
  for (let at = FILE_HEAD_BYTES; at + PACKET_HEAD_BYTES <= file.length; ) {
    const atMs = number(at) * 1000 + number(at + 4) / 1e6;
    const end = at + PACKET_HEAD_BYTES + number(at + 8);
    const text = file.toString('latin1', at + PACKET_HEAD_BYTES + FRAME_HEAD_BYTES, end);
    at = end;
    const [, callId] = /^Call-ID: *(.*)\r$/m.exec(text) ?? [];
    if (callId === undefined) continue;
    if (text.startsWith('INVITE ')) {
      if (!invited.has(callId)) invited.set(callId, atMs);
    } else if (text.startsWith('SIP/2.0 180 ')) {
      const sinceMs = invited.get(callId);
      // NaN: told already.
      if (sinceMs !== undefined && !Number.isNaN(sinceMs)) delays.push(atMs - sinceMs);
      invited.set(callId, Number.NaN);
    }
  }
  return delays;
}
