/** How a member sets something for its line: between a device process and its manager's settings desk. */
import type { Cause } from '../cause.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import type { CallId } from '../signals.ts';
import type { SettingKind } from './line-settings.ts';

export type SettingSignal =
  /** Device process to settings desk: `device`, a member of the line, sets that. `call`: its leg, which is answered. */
  | {
      readonly type: 'lineSet';
      readonly number: string;
      readonly call: CallId;
      readonly device: string;
      readonly kind: SettingKind;
      readonly isOn: boolean;
      /** Of a forward that is on: what was dialled behind the code. */
      readonly to: string;
      readonly afterMs?: number;
    }
  /** Answer: it counts at every manager in a moment; or why not. */
  | {
      readonly type: 'lineSetDone';
      readonly call: CallId;
      readonly cause?: Cause;
      readonly code?: RefusalCode;
    };
