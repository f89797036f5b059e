/** What a manager and its clerk's thread say to each other. */
import type { ClerkCounters, SinkConfig } from './clerk.ts';
import type { Found, Query } from './sink.ts';

export type ThreadData = SinkConfig & { readonly folder: string };

export type ToClerk =
  | { readonly type: 'written' }
  | { readonly type: 'ask'; readonly id: number; readonly query: Query }
  | { readonly type: 'close' };

export type FromClerk =
  | {
      readonly type: 'say';
      readonly level: 'info' | 'warn' | 'error';
      readonly event: string;
      readonly fields: object;
    }
  | { readonly type: 'counters'; readonly counters: ClerkCounters }
  | { readonly type: 'found'; readonly id: number; readonly rows: readonly Found[] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'closed' };
