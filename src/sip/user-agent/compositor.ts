/**
 * PUBLISH: RFC 3903 §6, the compositor's side. Entity-tags, times, and the life of what was published
 * (new, refreshed, modified, removed, run out). What a document says, and whether it is taken, is the owner's.
 */
import type { Hop } from '../hop.ts';
import { detach } from '../message/detach.ts';
import type { SipRequest } from '../message/message.ts';
import { parseParameterised } from '../message/parameters.ts';
import { headerLine } from '../message/safe.ts';
import { readScalar } from '../message/scalars.ts';
import { parseUri, unescapeUser } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Agent, TransactionUser } from './agent.ts';
import { bodyOf } from './body.ts';
import type { Identity } from './events.ts';
import type { Body } from './leg.ts';
import { PublicationRecord } from './publication-record.ts';

type Received<O> = ServerTransaction<TransactionUser<O>>;

/** RFC 3903 §6 step 4: what a PUBLISH without Expires asks for is ours to say; the usual hour. */
const EXPIRES_DEFAULT_S = 3600;
const TIMES = { minS: 15, maxS: 3600 };

/** A PUBLISH that was let in. */
export function receivePublish<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
): void {
  const { headers } = request;
  const event = parseParameterised(headers.first('Event') ?? '')?.value ?? '';
  const { allowPublications = [], subscriptionTimes: { minS } = TIMES } = agent.options;
  const refuse = (status: number, lines = ''): void =>
    agent.answerStatelessly(transaction, request, status, lines);
  if (!allowPublications.includes(event))
    return refuse(489, `Allow-Events: ${allowPublications.join(', ')}\r\n`);
  const resource = unescapeUser(parseUri(request.uri)?.user ?? '');
  const entityTag = headers.first('SIP-If-Match');
  const known = entityTag === undefined ? undefined : agent.publications.get(entityTag);
  const isMatch =
    known?.event === event && known.resource === resource && known.identity.id === identity.id;
  if (entityTag !== undefined && (known === undefined || !isMatch)) return refuse(412);
  const expiresS = readExpires(request);
  if (expiresS < 0) return refuse(400);
  if (expiresS > 0 && expiresS < minS) return refuse(423, `Min-Expires: ${minS}\r\n`);
  if (known === undefined) return begin(agent, request, source, transaction, identity, resource);
  // RFC 3903 §4: its sender was to wait for the answer to the one before.
  if (known.received !== undefined) return refuse(491);
  if (expiresS > 0) return ask(agent, known, request, source, transaction);
  remove(agent, known);
  accepted(agent, transaction, request, agent.newTag(), 0, undefined);
  agent.emit({ type: 'unpublished', publication: known });
}

function begin<O>(
  agent: Agent<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
  identity: Identity,
  resource: string,
): void {
  // §4.2: what is published first has a body.
  if (request.body === '') return agent.answerStatelessly(transaction, request, 400);
  // Over before it has begun.
  if (readExpires(request) === 0)
    return accepted(agent, transaction, request, agent.newTag(), 0, undefined);
  if (agent.publications.size >= agent.limits.subscriptions)
    return agent.refuseAsFull(transaction, request);
  const eventValue = request.headers.first('Event') ?? '';
  const event = parseParameterised(eventValue)?.value ?? '';
  const publication = new PublicationRecord<O>(
    detach(event),
    detach(eventValue),
    detach(resource),
    identity,
    agent.newTag(),
  );
  agent.publications.set(publication.entityTag, publication);
  // An owner that says nothing at all must not keep it for ever.
  agent.startTimer(publication, 64 * agent.t1Ms);
  ask(agent, publication, request, source, transaction);
}

function ask<O>(
  agent: Agent<O>,
  publication: PublicationRecord<O>,
  request: SipRequest,
  source: Hop,
  transaction: Received<O>,
): void {
  const { identity } = publication;
  publication.received = transaction;
  publication.request = request;
  const expiresS = readExpires(request);
  const published = { publication, request, source, identity, expiresS, ...bodyOf(request) };
  agent.emit({ type: 'publish', ...published });
}

/** Seconds asked for; -1: cannot be read. */
function readExpires(request: SipRequest): number {
  const text = request.headers.first('Expires');
  return text === undefined ? EXPIRES_DEFAULT_S : (readScalar(text) ?? -1);
}

/** The owner takes it, for at most as long as was asked for. Each 2xx has another entity-tag (§6 step 6). */
export function acceptPublication<O>(
  agent: Agent<O>,
  publication: PublicationRecord<O>,
  wantedS: number,
  media: Body | undefined,
): void {
  const { received, request } = publication;
  if (received === undefined || request === undefined) return;
  const { maxS } = agent.options.subscriptionTimes ?? TIMES;
  const expiresS = Math.min(Math.max(1, Math.floor(wantedS)), readExpires(request), maxS);
  publication.received = undefined;
  publication.request = undefined;
  publication.state = 'active';
  agent.publications.delete(publication.entityTag);
  publication.entityTag = agent.newTag();
  agent.publications.set(publication.entityTag, publication);
  agent.startTimer(publication, 1000 * expiresS);
  accepted(agent, received, request, publication.entityTag, expiresS, media);
}

function accepted<O>(
  agent: Agent<O>,
  transaction: Received<O>,
  request: SipRequest,
  entityTag: string,
  expiresS: number,
  media: Body | undefined,
): void {
  const headers = `${headerLine('SIP-ETag', entityTag)}Expires: ${expiresS}\r\n`;
  const toTag = agent.layer.statelessTag(request);
  const content = media === undefined ? {} : { contentType: media.type, body: media.body };
  agent.respond(transaction, request, 200, { toTag, headers, ...content });
}

/** The owner does not. What was published before stays as it was. */
export function refusePublication<O>(
  agent: Agent<O>,
  publication: PublicationRecord<O>,
  status: number,
  headers: string,
): void {
  const { received, request, state } = publication;
  if (received === undefined || request === undefined) return;
  publication.received = undefined;
  publication.request = undefined;
  const toTag = agent.layer.statelessTag(request);
  agent.respond(received, request, status, { toTag, headers });
  if (state === 'pending') remove(agent, publication);
}

/** The owner is done with it: who names it from now on is told to publish anew (412). */
export function endPublication<O>(agent: Agent<O>, publication: PublicationRecord<O>): void {
  if (publication.state === 'over') return;
  refusePublication(agent, publication, 412, '');
  remove(agent, publication);
}

/** Its time has run out without a refresh, or without a word of the owner. */
export function expirePublication<O>(agent: Agent<O>, publication: PublicationRecord<O>): void {
  if (publication.state === 'pending') refusePublication(agent, publication, 480, '');
  else endPublication(agent, publication);
  agent.emit({ type: 'unpublished', publication });
}

function remove<O>(agent: Agent<O>, publication: PublicationRecord<O>): void {
  publication.state = 'over';
  agent.publications.delete(publication.entityTag);
  agent.stopTimer(publication);
}
