/** Every transaction of a layer, found by what RFC 3261 §17.1.3 and §17.2.3 match on, and by flow. */
import type { ClientTransaction } from './client.ts';
import type { ServerTransaction } from './server.ts';
import type { Transaction } from './transaction.ts';

export class TransactionTable<U> {
  /** By branch, which is ours and unique but for CANCELs, which share their INVITE's. */
  readonly #clients = new Map<string, ClientTransaction<U>>();
  readonly #cancels = new Map<string, ClientTransaction<U>>();
  readonly #servers = new Map<string, ServerTransaction<U>>();
  /** Requests that began outside a dialog and are not over: RFC 3261 §8.2.2.2. */
  readonly #mergeKeys = new Set<string>();
  /** Those on connections: when one breaks, its transactions are found without a search. */
  readonly #flows = new Map<number, Set<Transaction<U>>>();

  get clients(): number {
    return this.#clients.size + this.#cancels.size;
  }

  get servers(): number {
    return this.#servers.size;
  }

  /** The client transaction that sent a request of `method` with `branch`. */
  client(branch: string, method: string): ClientTransaction<U> | undefined {
    if (method === 'CANCEL') return this.#cancels.get(branch);
    const transaction = this.#clients.get(branch);
    return transaction?.method === method ? transaction : undefined;
  }

  /** The server transaction of that `serverKey`. */
  server(key: string): ServerTransaction<U> | undefined {
    return this.#servers.get(key);
  }

  /** Whether a request of that `mergeKey` is being dealt with. */
  isMerging(mergeKey: string): boolean {
    return this.#mergeKeys.has(mergeKey);
  }

  /** Those that send by connection `flow`. A copy: they may leave the table meanwhile. */
  onFlow(flow: number): Transaction<U>[] {
    return [...(this.#flows.get(flow) ?? [])];
  }

  addClient(transaction: ClientTransaction<U>): void {
    const { method, branch, hop } = transaction;
    (method === 'CANCEL' ? this.#cancels : this.#clients).set(branch, transaction);
    this.#addToFlow(hop.flow, transaction);
  }

  addServer(transaction: ServerTransaction<U>): void {
    const { key, mergeKey, replyTo } = transaction;
    this.#servers.set(key, transaction);
    if (mergeKey !== '') this.#mergeKeys.add(mergeKey);
    this.#addToFlow(replyTo.flow, transaction);
  }

  removeClient(transaction: ClientTransaction<U>): void {
    const { method, branch, hop } = transaction;
    (method === 'CANCEL' ? this.#cancels : this.#clients).delete(branch);
    this.#removeFromFlow(hop.flow, transaction);
  }

  removeServer(transaction: ServerTransaction<U>): void {
    const { key, mergeKey, replyTo } = transaction;
    this.#servers.delete(key);
    if (mergeKey !== '') this.#mergeKeys.delete(mergeKey);
    this.#removeFromFlow(replyTo.flow, transaction);
  }

  #addToFlow(flow: number, transaction: Transaction<U>): void {
    if (flow === 0) return;
    const others = this.#flows.get(flow);
    if (others === undefined) this.#flows.set(flow, new Set([transaction]));
    else others.add(transaction);
  }

  #removeFromFlow(flow: number, transaction: Transaction<U>): void {
    const others = flow === 0 ? undefined : this.#flows.get(flow);
    if (others?.delete(transaction) && others.size === 0) this.#flows.delete(flow);
  }
}
