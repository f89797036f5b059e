/**
 * Provisional answers and their reliability: RFC 3261 §13.3.1.1, RFC 3262. Each early dialog of an
 * INVITE counts its own; of ours one at a time is out, repeated until its PRACK comes.
 */
import type { Timer } from '../../base/timer-wheel.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { respond } from '../message/serialize.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, Timed, TransactionUser } from './agent.ts';
import { contentLines, sessionOf, withMedia } from './body.ts';
import { openExchange } from './exchange.ts';
import type { Body } from './leg.ts';
import type { LegRecord } from './leg-record.ts';

/** One early dialog with its count of reliable provisional answers, theirs (as caller) or ours. */
export class Fork<O> {
  readonly kind = 'fork';
  readonly leg: LegRecord<O>;
  /** As called: the owner's name of the branch. */
  readonly branch: string | undefined;
  readonly dialog: Dialog;
  /** RSeq of the last one received or sent; 0: none yet. */
  rseq = 0;
  /** As caller: reliable answers with an offer that the owner has yet to confirm, oldest first. */
  readonly toConfirm: number[] = [];
  /** As called: what is out and waits for its PRACK, and what waits for that. */
  unconfirmed: Unconfirmed | undefined;
  readonly waiting: Provisional[] = [];
  timer: Timer<Timed<O>> | undefined;

  constructor(leg: LegRecord<O>, branch: string | undefined, dialog: Dialog) {
    this.leg = leg;
    this.branch = branch;
    this.dialog = dialog;
  }
}

type Unconfirmed = {
  readonly text: string;
  readonly endAtMs: number;
  readonly describes: boolean;
  /** Whether the session description in it is an offer. */
  readonly offers: boolean;
  intervalMs: number;
};

/** A provisional answer as the owner orders it. */
export type Provisional = {
  readonly status: number;
  readonly media: Body | undefined;
  readonly headers: string;
};

/** Hangs on our PRACK. */
export class Confirmation<O> {
  readonly kind = 'confirmation';
  readonly leg: LegRecord<O>;
  /** Whether it carried a body, whose answer the owner waits for. */
  readonly described: boolean;

  constructor(leg: LegRecord<O>, described: boolean) {
    this.leg = leg;
    this.described = described;
  }
}

/** Early dialogs of one INVITE; phones beyond that share one. */
const FORKS_MAX = 64;
/** Ours that wait for a PRACK; beyond that the oldest is dropped: a newer one says more. */
const WAITING_MAX = 8;

// As caller.

/** The fork that keeps count for `dialog`. */
function forkOf<O>(leg: LegRecord<O>, dialog: Dialog): Fork<O> {
  leg.forks ??= [];
  const known = leg.forks.find((fork) => fork.dialog === dialog);
  if (known !== undefined) return known;
  const fork = new Fork(leg, leg.branch, dialog);
  leg.forks.push(fork);
  return fork;
}

/** The early dialog that a provisional answer belongs to, made when its To tag is new. */
export function dialogOfProvisional<O>(
  leg: LegRecord<O>,
  response: SipResponse,
): Dialog | undefined {
  const { dialog } = leg;
  const known = leg.dialogOf(dialog.localTag, response.toTag);
  if (known !== undefined) return known;
  if (leg.phase === 'inviting') return dialog;
  if ((leg.forks?.length ?? 0) >= FORKS_MAX) return undefined;
  const fork = new Fork(leg, undefined, dialog.forked(leg.inviteCseq));
  leg.forks ??= [];
  leg.forks.push(fork);
  return fork.dialog;
}

/**
 * RFC 3262 §4: 'new' and in order; 'confirm': new, and the owner has to answer its offer; 'again':
 * a repetition or one that came out of order, to be ignored.
 */
export function receiveReliable<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  response: SipResponse,
): 'new' | 'confirm' | 'again' {
  const rseq = Number(response.headers.first('RSeq'));
  if (!Number.isInteger(rseq) || rseq < 1) return 'new';
  const fork = forkOf(leg, dialog);
  if (fork.rseq !== 0 && rseq !== fork.rseq + 1) return 'again';
  fork.rseq = rseq;
  const describes = sessionOf(response) !== undefined;
  if (describes && !leg.offered && !leg.negotiated) {
    fork.toConfirm.push(rseq);
    return 'confirm';
  }
  if (describes) leg.negotiated = true;
  sendPrack(agent, fork, rseq, undefined);
  return 'new';
}

/** The owner answers the offer in a reliable provisional answer, the oldest that waits for it. */
export function confirmProgress<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  media: Body | undefined,
): void {
  const fork = leg.forks?.find((one) => one.toConfirm.length > 0);
  const rseq = fork?.toConfirm.shift();
  if (fork === undefined || rseq === undefined || leg.isOver) return;
  if (media !== undefined) leg.negotiated = true;
  sendPrack(agent, fork, rseq, media);
}

function sendPrack<O>(agent: Agent<O>, fork: Fork<O>, rseq: number, media: Body | undefined): void {
  const { dialog, leg } = fork;
  const headers = `RAck: ${rseq} ${leg.inviteCseq} INVITE\r\n${contentLines(media)}`;
  const outgoing = dialog.request('PRACK', headers, media?.body ?? '');
  agent.layer.request(outgoing, dialog.hop, new Confirmation(leg, media !== undefined));
}

/** 2xx to our PRACK. */
export function progressConfirmed<O>(
  agent: Agent<O>,
  confirmation: Confirmation<O>,
  response: SipResponse,
): void {
  const { leg, described } = confirmation;
  if (!described || leg.isOver || response.status >= 300) return;
  agent.emit({ type: 'progress confirmed', leg, ...withMedia(sessionOf(response)) });
}

// As called.

/** Whether the caller insists on reliable provisional answers, or takes them. */
export function sendsReliably<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  request: SipRequest,
  wanted: boolean,
): boolean {
  if (wanted && leg.supported.has('100rel')) return true;
  return agent.far.tokens(request.headers, 'Require')?.has('100rel') === true;
}

/** Sends `provisional` reliably in the early dialog `dialog`, or once what is out there is confirmed. */
export function progressReliably<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  provisional: Provisional,
): void {
  const fork = forkOf(leg, dialog);
  if (fork.unconfirmed === undefined) return sendReliable(agent, fork, provisional);
  if (fork.waiting.length >= WAITING_MAX) fork.waiting.shift();
  fork.waiting.push(provisional);
}

function sendReliable<O>(agent: Agent<O>, fork: Fork<O>, provisional: Provisional): void {
  const { leg, dialog } = fork;
  const { received } = leg;
  if (received?.request === undefined) return;
  const { status, media, headers } = provisional;
  // RFC 3262 §3: begins anywhere in the lower half, and goes up by one.
  fork.rseq = fork.rseq === 0 ? 1 + (agent.random.next32() & 0xffff) : fork.rseq + 1;
  const lines = `${agent.lines(dialog.hop).full}Require: 100rel\r\nRSeq: ${fork.rseq}\r\n${headers}`;
  const text = respond(received.request, status, undefined, {
    toTag: dialog.localTag,
    headers: lines,
    ...(media === undefined ? {} : { contentType: media.type, body: media.body }),
  });
  const describes = media !== undefined;
  fork.unconfirmed = {
    text,
    endAtMs: agent.nowMs + 64 * agent.t1Ms,
    describes,
    offers: describes && !leg.offered && !leg.negotiated,
    intervalMs: agent.t1Ms,
  };
  if (describes && leg.offered) leg.negotiated = true;
  agent.layer.respond(received, status, text);
  agent.startTimer(fork, agent.t1Ms);
}

/** Its timer has run out: true when no PRACK came in all the time there was. */
export function repeatReliable<O>(agent: Agent<O>, fork: Fork<O>): boolean {
  const { unconfirmed, leg } = fork;
  if (unconfirmed === undefined || leg.received === undefined) return false;
  const leftMs = unconfirmed.endAtMs - agent.nowMs;
  if (leftMs <= 0) return true;
  agent.layer.respond(leg.received, 183, unconfirmed.text);
  unconfirmed.intervalMs *= 2;
  agent.startTimer(fork, Math.min(unconfirmed.intervalMs, leftMs));
  return false;
}

/** Whether a 2xx in that dialog has to wait for a PRACK (RFC 3262 §3). */
export function holdsAnswer<O>(leg: LegRecord<O>, dialog: Dialog): boolean {
  const fork = leg.forks?.find((one) => one.dialog === dialog);
  return fork?.unconfirmed?.describes === true;
}

/** PRACK from the caller: 200, or 481 when it names nothing that is out. */
export function receivePrack<O>(
  agent: Agent<O>,
  leg: LegRecord<O>,
  dialog: Dialog,
  request: SipRequest,
  transaction: ServerTransaction<TransactionUser<O>>,
): void {
  const fork = leg.forks?.find((one) => one.dialog === dialog);
  const { unconfirmed } = fork ?? {};
  const named = readRack(request.headers.first('RAck'));
  if (named === undefined) return agent.respond(transaction, request, 400);
  const isNamed =
    named.rseq === fork?.rseq && named.cseq === leg.inviteCseq && named.method === 'INVITE';
  if (fork === undefined || unconfirmed === undefined || !isNamed) {
    return agent.respond(transaction, request, 481);
  }
  agent.stopTimer(fork);
  fork.unconfirmed = undefined;
  const media = sessionOf(request);
  if (media !== undefined && unconfirmed.offers) leg.negotiated = true;
  if (media === undefined || unconfirmed.offers) {
    agent.respond(transaction, request, 200);
    agent.emit({ type: 'confirmed progress', leg, ...withMedia(media) });
  } else {
    // A new offer, which the 2xx to this PRACK has to answer (RFC 3262 §5).
    const exchange = openExchange(agent, leg, request, transaction);
    if (exchange !== undefined) agent.emit({ type: 'confirmed progress', leg, media, exchange });
  }
  const next = fork.waiting.shift();
  if (next !== undefined) sendReliable(agent, fork, next);
}

type Rack = { readonly rseq: number; readonly cseq: number; readonly method: string };

/** RFC 3262 §7.2: `RAck: 776656 1 INVITE`. */
function readRack(value: string | undefined): Rack | undefined {
  const [, rseq, cseq, method] = /^(\d{1,10})[ \t]+(\d{1,10})[ \t]+(\S+)$/.exec(value ?? '') ?? [];
  if (rseq === undefined || cseq === undefined || method === undefined) return undefined;
  return { rseq: Number(rseq), cseq: Number(cseq), method };
}

/** The early dialog for a branch of the owner's: the leg's own for the first that matters, else another. */
export function dialogOfBranch<O>(agent: Agent<O>, leg: LegRecord<O>, branch: string): Dialog {
  if (leg.branch === undefined) leg.branch = branch;
  if (leg.branch === branch) return leg.dialog;
  const known = leg.forks?.find((fork) => fork.branch === branch);
  if (known !== undefined) return known.dialog;
  leg.forks ??= [];
  if (leg.forks.length >= FORKS_MAX) return leg.dialog;
  const dialog = leg.dialog.withLocalTag(agent.newTag());
  leg.forks.push(new Fork(leg, branch, dialog));
  agent.usages.set(dialog.localTag, leg);
  return dialog;
}
