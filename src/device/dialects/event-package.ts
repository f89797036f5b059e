/** The event packages by which phones watch and seize a shared line, and which Event value asks for which. */
import { readEvent } from '../../sip/message/event.ts';

/**
 * 'call-info' and 'line-seize' are BroadSoft's; 'dialog;shared' is RFC 7463's, whose subscribers know of
 * appearances; 'dialog' is RFC 4235's, for lamps and pickup.
 */
export type LinePackage = 'call-info' | 'line-seize' | 'dialog;shared' | 'dialog';

/** Those that show what a line does. */
export type WatchPackage = Exclude<LinePackage, 'line-seize'>;

/** How long a subscription lasts when nobody says, in seconds; a line is seized only for as long as dialling takes. */
export const PACKAGE_EXPIRES_S: Readonly<Record<LinePackage, number>> = {
  'call-info': 3_600,
  'line-seize': 15,
  'dialog;shared': 3_600,
  dialog: 3_600,
};

/** What SUBSCRIBE, PUBLISH or NOTIFY with that Event value speaks of; undefined: nothing of a line, or malformed. */
export function linePackage(eventValue: string): LinePackage | undefined {
  const event = readEvent(eventValue);
  switch (event?.name) {
    case 'call-info':
    case 'line-seize':
      return event.name;
    case 'dialog':
      return event.parameters.has('shared') ? 'dialog;shared' : 'dialog';
    default:
      return undefined;
  }
}
