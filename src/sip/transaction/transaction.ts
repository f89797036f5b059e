/** Transactions of either side: RFC 3261 §17. */
import type { ClientTransaction } from './client.ts';
import type { ServerTransaction } from './server.ts';

export type Transaction<U> = ClientTransaction<U> | ServerTransaction<U>;
