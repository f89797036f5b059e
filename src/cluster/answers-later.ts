/**
 * A store whose answers wait until they are fetched: whoever asked must learn first what time it is,
 * and whether it was asleep meanwhile, before an answer changes what it believes.
 */
import type { StatePlane } from '../process/state-plane.ts';

/** What membership needs of a store; who follows it is the owner. */
export type MembershipStore = Omit<StatePlane, 'follow'>;

/** `keep` puts an answer aside; calling what it was given delivers it. */
export function answersLater(
  store: MembershipStore,
  keep: (deliver: () => void) => void,
): MembershipStore {
  return {
    transact: (transaction, done) =>
      store.transact(transaction, (result) => keep(() => done(result))),
    read: (prefix, done) => store.read(prefix, (result) => keep(() => done(result))),
    grant: (ttlMs, done) => store.grant(ttlMs, (result) => keep(() => done(result))),
    keepAlive: (lease, done) => store.keepAlive(lease, (result) => keep(() => done(result))),
    revoke: (lease, done) => store.revoke(lease, () => keep(done)),
  };
}
