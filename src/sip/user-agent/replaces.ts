/** Replaces: RFC 3891. Which leg an INVITE wants to take the place of, or why it may not. And Join, which it may not. */
import type { Headers } from '../message/headers.ts';
import { parseParameterised } from '../message/parameters.ts';
import type { Agent } from './agent.ts';
import { LegRecord } from './leg-record.ts';

/** Dialogs that ended lately and are still told from those that never were. */
const ENDED_MAX = 256;

/** A ring of the dialogs that ended last. */
export class RecentlyEnded {
  readonly #callIds: string[] = [];
  readonly #localTags: string[] = [];
  readonly #remoteTags: string[] = [];
  #next = 0;

  note(callId: string, localTag: string, remoteTag: string): void {
    const at = this.#next;
    this.#next = (at + 1) % ENDED_MAX;
    this.#callIds[at] = callId;
    this.#localTags[at] = localTag;
    this.#remoteTags[at] = remoteTag;
  }

  has(callId: string, localTag: string, remoteTag: string): boolean {
    const at = this.#localTags.indexOf(localTag);
    return at >= 0 && this.#callIds[at] === callId && this.#remoteTags[at] === remoteTag;
  }
}

/** A Replaces value, from its reader's point of view. */
export type ReplacedDialog = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly earlyOnly: boolean;
};

/** RFC 3891 §6.1: a Call-ID with exactly one to-tag and one from-tag; undefined: not that. */
function readReplaces(value: string): ReplacedDialog | undefined {
  const read = parseParameterised(value);
  const localTag = read?.parameters.get('to-tag') ?? '';
  const remoteTag = read?.parameters.get('from-tag') ?? '';
  if (read === undefined || localTag === '' || remoteTag === '') return undefined;
  const earlyOnly = read.parameters.has('early-only');
  return { callId: read.value, localTag, remoteTag, earlyOnly };
}

/** The leg of the dialog that is to be replaced, or the final status that such an INVITE deserves. */
export type Found<O> =
  | { readonly type: 'leg'; readonly leg: LegRecord<O> }
  | { readonly type: 'refused'; readonly status: number };

/** What an INVITE's Replaces comes to: no such header, one of our legs, a dialog of others, or a refusal. */
export type Replaced<O> =
  | { readonly type: 'none' }
  | { readonly type: 'elsewhere'; readonly dialog: ReplacedDialog }
  | Found<O>;

const NONE = { type: 'none' } as const;

/** The rules of RFC 3891 §3, in its order. Who may replace whom is the owner's to say. */
export function findReplaced<O>(agent: Agent<O>, headers: Headers): Replaced<O> {
  if (!headers.has('Replaces')) return NONE;
  const values = headers.all('Replaces');
  const [value] = values;
  // More than one, or one that another contradicts, says nothing that could be done.
  if (value === undefined || values.length > 1 || headers.has('Join')) return refusal(400);
  const wanted = readReplaces(value);
  if (wanted === undefined) return refusal(400);
  const found = findDialog(agent, wanted);
  if (found !== undefined) return found;
  const mayBeElsewhere = agent.options.hasPeers?.() ?? false;
  return mayBeElsewhere ? { type: 'elsewhere', dialog: wanted } : refusal(481);
}

/**
 * What an INVITE with Join is refused with (RFC 3911 §4): nobody is put into a call that others have, and to ring a
 * number for it would be worse. Undefined: it has no such header.
 */
export function refusalOfJoin<O>(
  agent: Agent<O>,
  headers: Headers,
): { readonly status: number; readonly headers: string } | undefined {
  if (!headers.has('Join')) return undefined;
  const [value, ...others] = headers.all('Join');
  const wanted = value === undefined || others.length > 0 ? undefined : readReplaces(value);
  if (wanted === undefined) return { status: 400, headers: '' };
  const { callId, localTag, remoteTag } = wanted;
  if (agent.ended.has(callId, localTag, remoteTag)) return { status: 603, headers: '' };
  return { status: 488, headers: 'Warning: 399 linewright "calls are not joined"\r\n' };
}

/** The leg of that dialog, if it may be replaced. Undefined: it is, and lately was, no dialog of ours. */
export function findDialog<O>(agent: Agent<O>, dialog: ReplacedDialog): Found<O> | undefined {
  const { callId, localTag, remoteTag, earlyOnly } = dialog;
  const usage = agent.usages.get(localTag);
  const isMatch =
    usage instanceof LegRecord &&
    usage.callId === callId &&
    usage.dialogOf(localTag, remoteTag) !== undefined;
  if (!isMatch) return agent.ended.has(callId, localTag, remoteTag) ? refusal(603) : undefined;
  switch (usage.phase) {
    case 'answered':
    case 'confirmed':
      return earlyOnly ? refusal(486) : { type: 'leg', leg: usage };
    case 'early':
      return { type: 'leg', leg: usage };
    case 'inviting':
    case 'invited':
    case 'held':
      // An early dialog that the far end began is not ours to give away.
      return refusal(481);
    default:
      return refusal(603);
  }
}

function refusal(status: number): { readonly type: 'refused'; readonly status: number } {
  return { type: 'refused', status };
}
