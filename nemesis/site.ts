/** Where everything is: three managers and their phones, two lines, on the loopback interface of a network of its own. */

export const ADDRESS = '127.0.0.1';
export const DOMAIN = 'pbx.test';
export const MANAGERS = ['cm1', 'cm2', 'cm3'] as const;
/** Each manager is a user of its own, by which the firewall tells them apart. */
export const FIRST_UID = 2001;
/** Of the first manager; the others follow. */
export const SIP_PORT = 5061;
/** One line for each mode, with a member at each manager: devices 20001, 20002, … */
export const LINES = [
  { number: '2000', mode: 'single' },
  { number: '2100', mode: 'replicated' },
] as const;
