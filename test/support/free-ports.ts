/**
 * Ports for what tests start: free for UDP and TCP alike, and nobody else's for as long as this process lives,
 * so that test files can run beside each other and beside a real manager.
 *
 * They come in blocks. Who listens on a block's first port has the block, and the kernel judges; the other ports
 * of it are given out. All are below the kernel's ephemeral range (32768 and up): no outgoing connection takes
 * one between here and the server that is to have it.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST = 20_000;
const BLOCK = 50;
const BLOCKS = 200;
const ATTEMPTS = 2000;

/** What is left of this process's latest block. */
let rest: number[] = [];

/** `count` ports in a row, at most 49: resolves to the first. */
export async function freePortsInRow(count: number): Promise<number> {
  if (count >= BLOCK)
    throw new Error(`${count} ports in a row: at most ${BLOCK - 1} are given out`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (rest.length < count) rest = await claimBlock();
    const ports = rest.splice(0, count);
    const free = await Promise.all(ports.map(isFree));
    const [first] = ports;
    if (first !== undefined && free.every(Boolean)) return first;
  }
  throw new Error(`found no ${count} free ports in a row`);
}

/** `count` different ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePortsInRow(1));
  return ports;
}

export function freePort(): Promise<number> {
  return freePortsInRow(1);
}

/** A block that no other process has: its ports but the first, which is kept until this process ends. */
async function claimBlock(): Promise<number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = FIRST + BLOCK * Math.floor(Math.random() * BLOCKS);
    const holder = createServer().unref();
    try {
      await once(holder.listen(first, '127.0.0.1'), 'listening');
    } catch {
      continue;
    }
    return Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index);
  }
  throw new Error(`ports ${FIRST} to ${FIRST + BLOCK * BLOCKS - 1} of 127.0.0.1 are all in use`);
}

async function isFree(port: number): Promise<boolean> {
  const datagrams = createSocket('udp4');
  const connections = createServer();
  try {
    datagrams.bind(port, '127.0.0.1');
    await once(datagrams, 'listening');
    await once(connections.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all([closed(datagrams), closed(connections)]);
  }
}

function closed(socket: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
