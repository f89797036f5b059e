/**
 * What a subscriber of the dialog package knows of a line: RFC 4235 §3.7 and §4.3, documents put together by
 * their versions. What it should not have been sent is a fault.
 */
import type { SipRequest } from '../../sip/message/message.ts';
import { readDocument, type SeenDialog } from './dialog-document.ts';

/**
 * RFC 4235 §4.3: whoever goes on with a subscription at another manager leaves out at least as many documents. Of one
 * that leaves out less, some have been lost.
 */
const LEAP = 1_000_000;

export class DialogView {
  /** By id; none that is terminated. */
  readonly dialogs = new Map<string, SeenDialog>();
  readonly #entity: string;
  readonly #isShared: boolean;
  readonly #faults: string[];
  /** Of the last document; -1: none has come. */
  #version = -1;

  /** `isShared`: whether it asked for `dialog;shared`; who did not may not learn of appearances (RFC 7463, REQ-13). */
  constructor(entity: string, isShared: boolean, faults: string[]) {
    this.#entity = entity;
    this.#isShared = isShared;
    this.#faults = faults;
  }

  /** Those with a number, in its order: `1 confirmed, 2 held`. Those without: their state alone. */
  get shown(): string {
    const dialogs = [...this.dialogs.values()];
    dialogs.sort((one, other) => (one.appearance ?? 0) - (other.appearance ?? 0));
    return dialogs
      .map(({ appearance, state, isHeld }) =>
        `${appearance ?? ''} ${isHeld ? 'held' : state}`.trim(),
      )
      .join(', ');
  }

  /** The dialog that has the number. */
  at(appearance: number): SeenDialog | undefined {
    return [...this.dialogs.values()].find((dialog) => dialog.appearance === appearance);
  }

  /** What comes next begins anew. */
  forget(): void {
    this.#version = -1;
    this.dialogs.clear();
  }

  take({ body, headers }: SipRequest): void {
    // The last NOTIFY of a subscription need not tell anything.
    if (body === '' && /^terminated/.test(headers.first('Subscription-State') ?? '')) return;
    if (headers.first('Content-Type') !== 'application/dialog-info+xml')
      this.#faults.push(`NOTIFY of dialog with ${headers.first('Content-Type')}`);
    const document = readDocument(body);
    if (typeof document === 'string') return void this.#faults.push(`dialog-info: ${document}`);
    const { version, state, entity, dialogs } = document;
    const isLeap = state === 'full' && this.#version >= 0 && version > this.#version + LEAP / 2;
    if (version !== this.#version + 1 && !isLeap)
      this.#faults.push(`document ${version} after ${this.#version}`);
    if (version <= this.#version) return;
    if (this.#version < 0 && state === 'partial')
      this.#faults.push('begins with a partial document');
    if (entity !== this.#entity) this.#faults.push(`a document about ${entity}`);
    this.#version = version;
    if (state === 'full') this.dialogs.clear();
    for (const dialog of dialogs) {
      if (!this.#isShared && dialog.appearance !== undefined)
        this.#faults.push(`appearance ${dialog.appearance} is shown to a stranger`);
      if (dialog.state === 'terminated') this.dialogs.delete(dialog.id);
      else this.dialogs.set(dialog.id, dialog);
    }
  }
}

/** The Replaces that takes the place of a dialog's owner, as its document tells (RFC 3891 §3); undefined: it tells too little. */
export function replacesOf(dialog: SeenDialog): string | undefined {
  const { callId, localTag, remoteTag } = dialog;
  if (callId === '' || localTag === '' || remoteTag === '') return undefined;
  return `Replaces: ${callId};to-tag=${localTag};from-tag=${remoteTag}\r\n`;
}
