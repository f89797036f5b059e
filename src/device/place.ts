/** What a device process stands for: a registered phone, a device that calls without registering, or a gateway. */
import type { Gateway } from '../call/routing/gateway.ts';
import type { Party } from '../call/signals.ts';
import type { Hop } from '../sip/hop.ts';
import type { Binding } from '../sip/registrar/binding.ts';

export type Place =
  | {
      readonly kind: 'phone';
      /** Id of the device in the directory. */
      readonly device: string;
      /** How it appears to others; another one when the directory says so. */
      party: Party;
      /** Kept current by the registrar; undefined: it calls without being registered. */
      binding: Binding | undefined;
    }
  | {
      readonly kind: 'gateway';
      readonly device: string;
      readonly party: Party;
      /** Host and parameters of its URI, to which a number is put: `203.0.113.10:5060;transport=tcp`. */
      readonly hostPart: string;
      readonly hop: Hop;
      readonly gateway: Gateway;
    };
