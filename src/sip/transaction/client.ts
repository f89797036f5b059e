/** Client transactions: RFC 3261 §17.1. */
import type { InviteClient } from './invite-client.ts';
import type { NonInviteClient } from './non-invite-client.ts';

/** A request of ours and what came of it. Its machine writes it; of what stands there, users may set `user`. */
export type ClientTransaction<U> = InviteClient<U> | NonInviteClient<U>;
