/** Answers to what could not be read as a request but well enough to be refused: RFC 3261 §8.2, §16.3. */
import type { Send } from '../effects.ts';
import type { Hop } from '../hop.ts';
import type { Fault, SipRequest } from '../message/message.ts';
import { quoted } from '../message/safe.ts';
import { respond } from '../message/serialize.ts';
import { responseHop, stampVia } from '../message/via.ts';
import { ALLOW_LINE } from './capabilities.ts';

/** What gives To tags to answers that leave no state behind. */
type Tags = { statelessTag(request: SipRequest): string };

/** 400, 413, 501, 505, 513 …, with what was wrong; undefined when there is nobody to tell it. */
export function answerFault(fault: Fault, source: Hop, tags: Tags): Send | undefined {
  const { answerable, status, text } = fault;
  if (answerable === undefined) return undefined;
  stampVia(answerable, source);
  const toTag = tags.statelessTag(answerable);
  // Warn code 399: a text for whoever debugs the sender (RFC 3261 §20.43).
  const warning = `Warning: 399 linewright ${quoted(text)}\r\n`;
  const headers = status === 501 ? ALLOW_LINE + warning : warning;
  return {
    type: 'send',
    text: respond(answerable, status, undefined, { toTag, headers }),
    hop: responseHop(answerable, source),
  };
}
