/**
 * What is said about a replicated line's lock (US 7,145,899, claims 25, 26, 57, 58): between call
 * control and the line control process that it asked, and between the lock managers of the line's
 * processes. Plain data, as all signals. `number` is the line's.
 */
import type { Pid } from '../../process/pid.ts';
import type { LineReport } from '../line/line-report.ts';
import type { CallId } from '../signals.ts';

/** What is done under the lock: a call is offered, an appearance seized by a phone that is off hook, a held call taken back. */
export type LineOperationKind = 'offer' | 'seize' | 'retrieve';

/** One operation. `id` is unique in the cluster for ever: made by whoever asks for the lock. */
export type LineOperation = {
  readonly id: string;
  readonly kind: LineOperationKind;
  readonly call: CallId;
  /** Who asked, and is told: call control; or the line control process itself, for a device of its manager. */
  readonly control: Pid;
};

/**
 * The right to do one operation at the line, shown to each of its processes. `seq` rises with each
 * operation: a fencing token. `by` holds the lock; `revision` is the view that it had then.
 */
export type LineLock = {
  readonly seq: number;
  readonly by: Pid;
  readonly operation: string;
  readonly revision: number;
};

/**
 * Why there is no lock. 'timeout': not all consented in time. 'overload': too many operations wait.
 * 'fenced': that process is one of the line's no more; another one may be asked. 'rejected': the lock
 * was had twice, and the others did not believe it.
 */
export type LockRefusal = 'timeout' | 'overload' | 'fenced' | 'rejected';

/** 'full': the lock was had, and no appearance was free. */
export type OperationRefusal = LockRefusal | 'full';

export type LockSignal =
  /** Call control to the line control process of its choice: I want to do this. Said twice, it counts once while it lasts. */
  | {
      readonly type: 'lineLock';
      readonly number: string;
      readonly call: CallId;
      readonly operation: string;
      readonly kind: LineOperationKind;
    }
  /** Call control: I do not want that lock any more, or have no use for it. */
  | {
      readonly type: 'lineUnlock';
      readonly number: string;
      readonly call: CallId;
      readonly operation: string;
    }
  /**
   * To call control: do it. Show `lock` to all of `lcps`, to whom it has not been shown yet. Said again
   * while some of them have not accepted: they are then named again.
   */
  | {
      readonly type: 'lineLocked';
      readonly number: string;
      readonly call: CallId;
      readonly lock: LineLock;
      readonly lcps: readonly Pid[];
      /** The number that the call has on the line. */
      readonly appearance: number;
    }
  | {
      readonly type: 'lineLockRefused';
      readonly number: string;
      readonly call: CallId;
      readonly operation: string;
      readonly reason: OperationRefusal;
    }
  /** From the lock manager of the sender to every other line control process of the line. */
  | {
      readonly type: 'lockRequest';
      readonly number: string;
      readonly operation: LineOperation;
      /** Of the sender's attempts, each has a higher one: an older one is void. */
      readonly round: number;
      /** Lamport's clock when the operation was first asked for: the lower one goes first. */
      readonly stamp: number;
      /** Of the view in which the sender asks all others. */
      readonly revision: number;
      /** The sender knows of every operation up to this one. */
      readonly seq: number;
    }
  /**
   * The answer, from that process's lock manager. 'fenced': I am leaving, wait until you see it. 'not
   * member': at your revision and later you are none of us. A request that has to wait is not answered.
   */
  | {
      readonly type: 'lockResponse';
      readonly number: string;
      readonly round: number;
      readonly result: 'granted' | 'fenced' | 'not member';
      /** The last operation that the sender knows of. */
      readonly seq: number;
      /** When that is more than the asker knows. */
      readonly report?: LineReport;
    }
  /** To the holder: the operation was shown to me with your lock, and was accepted, or not. */
  | {
      readonly type: 'lockAccepted';
      readonly number: string;
      readonly seq: number;
      readonly operation: string;
      readonly ok: boolean;
    }
  /** Line manager to its own line control process: all processes of the line, as of `revision`. */
  | {
      readonly type: 'lineView';
      readonly number: string;
      readonly revision: number;
      readonly lcps: readonly Pid[];
    }
  /** To a process that has joined, or has a gap: what the sender knows of the line. */
  | { readonly type: 'lineReport'; readonly number: string; readonly report: LineReport };
