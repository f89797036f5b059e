/** Server transactions: RFC 3261 §17.2. */
import type { InviteServer } from './invite-server.ts';
import type { NonInviteServer } from './non-invite-server.ts';

/** A request of theirs and our answers. Its machine writes it; of what stands there, users may set `user`. */
export type ServerTransaction<U> = InviteServer<U> | NonInviteServer<U>;
