/** One row of the table: what somebody sends, and what is due. */
import type { Actor, Dialog, Order, Reply } from './actor.ts';
import { type House, type Name, uriOf } from './house.ts';

export type Row = {
  readonly topic: string;
  /** Unique in the table. */
  readonly name: string;
  /**
   * Statuses, each with the code that is said with it, then `; ` and whatever has come to a gateway, or to somebody
   * elsewhere: `403 LW-3003`, `200; out INVITE 999`. What is not said there must not have come.
   */
  readonly due: string;
  /** Gives the statuses. */
  readonly act: (house: House) => Promise<string>;
};

/** By whom a call is made in most rows, and what is said in it. */
export type Called = readonly [name: string, who: Name, uri: string, due: string, more?: More];
export type More = Partial<Order> | ((house: House) => Partial<Order>);

export function said({ status, code }: Reply): string {
  return code === '' ? String(status) : `${status} ${code}`;
}

/** A call from one of the house, hung up at once if it is taken. `uri`: a number, or a whole URI. */
export function calls(topic: string, rows: readonly Called[]): Row[] {
  return rows.map(([name, who, uri, due, more = {}]) => ({
    topic,
    name,
    due,
    act: (house) => {
      const order = typeof more === 'function' ? more(house) : more;
      const whole = uri.includes(':') ? uri : uriOf(uri);
      return callOnce(house, who, { method: 'INVITE', uri: whole, ...order });
    },
  }));
}

export async function callOnce(house: House, who: Name, order: Order): Promise<string> {
  const actor = house.actors[who];
  const reply = await actor.ask(order);
  if (reply.dialog !== undefined) await actor.hangUp(reply.dialog);
  return said(reply);
}

/** REFER in `dialog`: the answer to it, and what became of it when it was accepted. */
export async function refer(actor: Actor, dialog: Dialog, headers: string): Promise<string> {
  const reply = await actor.ask({ method: 'REFER', uri: dialog.target, dialog, headers });
  if (reply.status !== 202) return said(reply);
  await actor.until(() => actor.notified.some((status) => status >= 200));
  return `202, then ${actor.notified.at(-1)}`;
}

/** Rows that a stranger sends, each from another address. */
export function strangers(
  topic: string,
  rows: readonly (readonly [
    name: string,
    due: string,
    order: Order | ((house: House) => Order | Promise<Order>),
  ])[],
): Row[] {
  return rows.map(([name, due, order]) => ({
    topic,
    name,
    due,
    act: async (house) => {
      const stranger = await house.stranger();
      const whole = typeof order === 'function' ? await order(house) : order;
      const reply = await stranger.ask(whole);
      if (reply.dialog !== undefined) await stranger.hangUp(reply.dialog);
      stranger.close();
      return said(reply);
    },
  }));
}

/** A row of its own kind. */
export function row(
  topic: string,
  name: string,
  due: string,
  act: (house: House) => Promise<string>,
): Row {
  return { topic, name, due, act };
}
