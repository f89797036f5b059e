/** What a phone publishes of one dialog: RFC 3903, and RFC 7463 §5.3 with its documents. */
import type { OutgoingRequest } from '../../sip/message/outgoing.ts';
import { readDocument } from './dialog-document.ts';
import type { Station } from './station.ts';

/** What a publication says. Absent means that it is not said. */
export type Published = {
  readonly state: 'trying' | 'early' | 'confirmed' | 'terminated';
  readonly appearance?: number | undefined;
  readonly isExclusive?: boolean;
  readonly isHeld?: boolean;
  /** Call-ID and own tag of the dialog, and the other's once there is one. */
  readonly dialog?:
    | { readonly callId: string; readonly localTag: string; readonly remoteTag: string }
    | undefined;
  /** Likewise of the dialog whose place it is to take, or that it is to join. */
  readonly replaced?: Reference;
  readonly joined?: Reference;
};

type Reference = { readonly callId: string; readonly localTag: string; readonly remoteTag: string };

/** RFC 7463 §5.4 suggests three minutes. */
const EXPIRES_S = 180;

export class PhonePublication {
  /** The phone's own name for the dialog. */
  readonly id: string;
  /** 'asked' until the first 2xx; 'over' when it was removed, by us. */
  state: 'asked' | 'granted' | 'refused' | 'over' = 'asked';
  /** The last final status; 0: none came. */
  status = 0;
  /** The number that the last 2xx named. */
  given: number | undefined;
  readonly #station: Station;
  #etag = '';
  #said: Published | undefined;
  /** What is to be said once the PUBLISH before it has been answered: the entity-tag is in that. */
  readonly #waiting: { readonly said: Published; readonly done: (isDone: boolean) => void }[] = [];
  #isAsking = false;

  constructor(station: Station) {
    this.#station = station;
    this.id = station.token(8);
  }

  /** PUBLISH; `done` hears whether it was taken. */
  say(said: Published, done: (isDone: boolean) => void = () => {}): void {
    // Who was refused the number does not ask for more.
    if (this.state === 'refused' || this.state === 'over') return done(false);
    if (this.#isAsking) return void this.#waiting.push({ said, done });
    this.#isAsking = true;
    this.#publish(said, (isDone) => {
      this.#isAsking = false;
      if (isDone) this.#said = said;
      done(isDone);
      while (!this.#isAsking) {
        const next = this.#waiting.shift();
        if (next === undefined) return;
        this.say(next.said, next.done);
      }
    });
  }

  /** Nothing is wanted any more. */
  remove(): void {
    if (this.state === 'refused' || this.state === 'over') return;
    this.say({ ...this.#said, state: 'terminated' }, () => {
      this.state = 'over';
    });
  }

  #learn(body: string): void {
    if (body === '') return;
    const document = readDocument(body);
    if (typeof document === 'string') this.#station.faults.push(`2xx to PUBLISH: ${document}`);
    else this.given = document.dialogs.find(({ id }) => id === this.id)?.appearance;
  }

  #publish(said: Published, done: (isDone: boolean) => void): void {
    const station = this.#station;
    const { server } = station;
    const dialog = station.openDialog();
    const isRemoval = said.state === 'terminated';
    const match = this.#etag === '' ? '' : `SIP-If-Match: ${this.#etag}\r\n`;
    const lines =
      `Event: dialog;shared\r\nExpires: ${isRemoval ? 0 : EXPIRES_S}\r\n${match}` +
      'Content-Type: application/dialog-info+xml\r\n';
    const body = documentOf(this.id, station.aorUri, said);
    const build = (auth: string): OutgoingRequest =>
      dialog.request('PUBLISH', `${lines}${auth}`, body);
    station.ask(build, server, (response) => {
      if (response !== undefined && response.status < 200) return;
      if (response === undefined) station.unheard++;
      this.status = response?.status ?? 0;
      const isDone = this.status >= 200 && this.status < 300;
      const etag = response?.headers.first('SIP-ETag');
      // RFC 3903 §6: each 2xx has the tag of what it took.
      if (isDone && etag === undefined) station.faults.push('2xx to PUBLISH without SIP-ETag');
      if (isDone) this.#etag = etag ?? '';
      if (isDone) this.#learn(response?.body ?? '');
      if (this.state === 'asked') this.state = isDone ? 'granted' : 'refused';
      done(isDone);
    });
  }
}

/** The document, written by hand as RFC 7463 §11 prints it: not by the manager's own writer. */
function documentOf(id: string, entity: string, said: Published): string {
  const { state, appearance, isExclusive, isHeld, dialog, replaced, joined } = said;
  const names = dialog === undefined ? '' : `${attributes(dialog)} direction="initiator"`;
  let text = `<dialog id="${id}"${names}>\r\n<state>${state}</state>\r\n`;
  if (isHeld !== undefined)
    text +=
      `<local><target uri="${entity}">` +
      `<param pname="+sip.rendering" pval="${isHeld ? 'no' : 'yes'}"/></target></local>\r\n`;
  if (isExclusive !== undefined) text += `<sa:exclusive>${isExclusive}</sa:exclusive>\r\n`;
  if (appearance !== undefined) text += `<sa:appearance>${appearance}</sa:appearance>\r\n`;
  if (joined !== undefined) text += `<sa:joined-dialog${attributes(joined)}/>\r\n`;
  if (replaced !== undefined) text += `<sa:replaced-dialog${attributes(replaced)}/>\r\n`;
  return (
    '<?xml version="1.0"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"\r\n' +
    ' xmlns:sa="urn:ietf:params:xml:ns:sa-dialog-info"\r\n' +
    ` version="0" state="partial" entity="${entity}">\r\n${text}</dialog>\r\n</dialog-info>\r\n`
  );
}

function attributes({ callId, localTag, remoteTag }: Reference): string {
  const tail = remoteTag === '' ? '' : ` remote-tag="${remoteTag}"`;
  return ` call-id="${callId}" local-tag="${localTag}"${tail}`;
}
