/** What the SIP core asks its driver to do. The driver performs effects in the order given. */
import type { Hop } from './hop.ts';

/** `text` holds one octet per character (latin1), so a body of any encoding passes unharmed. */
export type Send = { readonly type: 'send'; readonly text: string; readonly hop: Hop };

/** Close a connection, e.g. one whose stream cannot be framed any more. */
export type Close = { readonly type: 'close'; readonly flow: number };

export type Effect = Send | Close;
