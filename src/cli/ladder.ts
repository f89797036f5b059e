/**
 * Draws SIP as a ladder: a lifeline for us and one for each peer, an arrow per message.
 *
 * Lines come out as messages go in, so that a live trace and a finished recording look alike. Peers
 * get a column when they first speak; when no more fit, the one that was silent longest gives up
 * its place and the heads are drawn anew. Pure: no clock, no terminal.
 */
import { printable } from '../base/printable.ts';

/** One message, seen from us. */
export type Rung = {
  /** Milliseconds, on whatever clock `LadderOptions.time` understands. */
  readonly atMs: number;
  readonly direction: 'received' | 'sent';
  /** What heads the peer's column: `udp 192.0.2.1:5060`. */
  readonly peer: string;
  /** What is written on the arrow. */
  readonly label: string;
  /** SIP Call-ID. */
  readonly callId: string;
  /** Joins the Call-IDs of one call. */
  readonly call?: string | undefined;
  /** Who of us, where we are several. */
  readonly where?: string;
};

export type LadderOptions = {
  /** What heads our own lifeline. */
  readonly here: string;
  /** Text of at most 12 characters for `atMs`. */
  readonly time: (atMs: number) => string;
  /** Columns for who of us it was; none unless told. */
  readonly margin?: number;
  /** Peers that have a column from the start. */
  readonly peers?: readonly string[];
  /** Columns for peers at a time. */
  readonly peersMax: number;
  /** A colour per call. */
  readonly colour: boolean;
};

/** Between two lifelines. */
const SEGMENT = 25;
const TIME = 12;
/** From the beginning of a line to our lifeline: the time, the call's tag, half a name. */
const LEFT = TIME + 10;
/** Calls whose number is remembered. */
const CALLS_MAX = 1000;
const COLOURS = ['36', '33', '32', '35', '34', '31'];

export class Ladder {
  readonly #options: LadderOptions;
  /** From the beginning of a line to our lifeline. */
  readonly #left: number;
  /** Peers by column, and at which rung each was last heard of. */
  readonly #columns: { peer: string; used: number }[];
  /** Call (or Call-ID of a call that stands alone) to its number and its legs. */
  readonly #calls = new Map<string, { readonly number: number; readonly legs: string[] }>();
  #rungs = 0;
  #callCount = 0;

  constructor(options: LadderOptions) {
    this.#options = options;
    this.#left = LEFT + (options.margin ?? 0);
    this.#columns = (options.peers ?? []).map((peer) => ({ peer, used: 0 }));
  }

  /** The lines that `rung` adds: its own, below new heads if there are none yet or a column changed. */
  add(rung: Rung): string[] {
    const found = this.#columns.findIndex(({ peer }) => peer === rung.peer);
    const column = found >= 0 ? found : this.#place(rung.peer);
    const heads = found >= 0 && this.#rungs > 0 ? [] : this.#heads();
    this.#rungs++;
    const entry = this.#columns[column];
    if (entry) entry.used = this.#rungs;
    return [...heads, this.#draw(rung, column)];
  }

  #place(peer: string): number {
    if (this.#columns.length < Math.max(1, this.#options.peersMax))
      return this.#columns.push({ peer, used: 0 }) - 1;
    const oldest = this.#columns.reduce((a, b) => (b.used < a.used ? b : a));
    const column = this.#columns.indexOf(oldest);
    this.#columns[column] = { peer, used: 0 };
    return column;
  }

  #heads(): string[] {
    let names = '';
    [this.#options.here, ...this.#columns.map(({ peer }) => peer)].forEach((name, index) => {
      const text = shorten(printable(name), SEGMENT);
      const start = this.#left + index * (SEGMENT + 1) - Math.floor(lengthOf(text) / 2);
      names += ' '.repeat(Math.max(0, start - lengthOf(names))) + text;
    });
    const lifelines = ['', ...this.#columns].map(() => '│').join(' '.repeat(SEGMENT));
    return ['', names, ' '.repeat(this.#left) + lifelines];
  }

  #draw(rung: Rung, column: number): string {
    const across = `${'─'.repeat(SEGMENT)}┼`.repeat(column);
    const label = ` ${shorten(printable(rung.label), SEGMENT - 6)} `;
    const shaft = `${across}──${label}${'─'.repeat(SEGMENT - 2 - lengthOf(label))}`;
    const arrow = rung.direction === 'sent' ? `${shaft.slice(0, -1)}►` : `◄${shaft.slice(1)}`;
    const beyond = `${' '.repeat(SEGMENT)}│`.repeat(this.#columns.length - column - 1);
    const { number, tag } = this.#tag(rung);
    const shown = this.#options.colour
      ? `\u001b[${COLOURS[(number - 1) % COLOURS.length]}m${arrow}\u001b[0m`
      : arrow;
    const { time, margin: columns = 0 } = this.#options;
    const where = columns === 0 ? '' : shorten(printable(rung.where ?? ''), columns - 1);
    const when = `${time(rung.atMs).padStart(TIME)}  ${where.padEnd(columns)}${tag}`;
    const margin = when.padEnd(this.#left);
    return `${margin}│${shown}│${beyond}`;
  }

  /** `1`, or `1a` and `1b` for the legs of a call that is known to have several. */
  #tag({ call, callId }: Rung): { readonly number: number; readonly tag: string } {
    const key = call ?? callId;
    let known = this.#calls.get(key);
    if (known === undefined) {
      known = { number: ++this.#callCount, legs: [] };
      this.#calls.set(key, known);
      for (const oldest of this.#calls.keys()) {
        if (this.#calls.size <= CALLS_MAX) break;
        this.#calls.delete(oldest);
      }
    }
    const { number, legs } = known;
    if (call === undefined) return { number, tag: String(number) };
    if (!legs.includes(callId) && legs.length < 26) legs.push(callId);
    const letter = String.fromCharCode(97 + Math.max(0, legs.indexOf(callId)));
    return { number, tag: `${number}${letter}` };
  }
}

/** A whole recording, with all columns from the start. */
export function drawLadder(
  rungs: readonly Rung[],
  options: Pick<LadderOptions, 'here' | 'time' | 'colour'>,
): string {
  const peers = [...new Set(rungs.map(({ peer }) => peer))];
  const ladder = new Ladder({ ...options, peers, peersMax: peers.length });
  return rungs.flatMap((rung) => ladder.add(rung)).join('\n');
}

/** How many peers fit on a line of `width` characters. */
export function peersThatFit(width: number): number {
  return Math.max(1, Math.floor((width - LEFT - 1) / (SEGMENT + 1)));
}

/** Characters as a reader counts them, near enough: code points. */
function lengthOf(text: string): number {
  return [...text].length;
}

function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
