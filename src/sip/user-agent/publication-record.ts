/** A publication as the compositor keeps it: what the device layer may read of it, and the rest. */
import type { Timer } from '../../base/timer-wheel.ts';
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Timed, TransactionUser } from './agent.ts';
import type { Identity } from './events.ts';
import type { Publication } from './publication.ts';

export class PublicationRecord<O> implements Publication {
  readonly kind = 'publication';
  readonly event: string;
  readonly eventValue: string;
  readonly resource: string;
  /** Whom admission took the publisher for. */
  readonly identity: Identity;
  state: 'pending' | 'active' | 'over' = 'pending';
  /** Of the last 2xx; before the first, one that nobody knows. */
  entityTag: string;
  /** The PUBLISH that waits for the owner's word. */
  received: ServerTransaction<TransactionUser<O>> | undefined;
  request: SipRequest | undefined;
  timer: Timer<Timed<O>> | undefined;

  constructor(
    event: string,
    eventValue: string,
    resource: string,
    identity: Identity,
    entityTag: string,
  ) {
    this.event = event;
    this.eventValue = eventValue;
    this.resource = resource;
    this.identity = identity;
    this.entityTag = entityTag;
  }
}
