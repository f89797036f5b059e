/**
 * Browsers as telephones: headless Chromium (Debian's), a page per phone with JsSIP in it, served from
 * this process. Each page has a context of its own, as two people's browsers have.
 */
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
// biome-ignore lint/correctness/noUnresolvedImports: its index.mjs re-exports a CommonJS default
import { type Browser, chromium, type Page } from 'playwright-core';
import { bundle } from './browser-bundle.ts';
import { eventually } from './waiting.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  // ICE between two pages of one machine without any network: loopback addresses, by number.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** What happened in a page's phone, in order. */
export type BrowserEvent = {
  readonly type: string;
  readonly originator?: string;
  readonly cause?: string;
  readonly reason?: string;
};

/** What WebRTC reports of a call's media. */
export type BrowserMedia = {
  readonly dtls: string;
  readonly received: number;
  readonly energy: number;
  readonly codec: string;
};

/** A phone's account and voice. `socket` is the WebSocket URL of the manager. */
export type BrowserPhoneSetup = {
  readonly name: string;
  readonly socket: string;
  readonly uri: string;
  readonly password: string;
  readonly toneHertz: number;
};

/** Starts Chromium and the server of the phones' page. */
export async function startBrowser(t: TestContext): Promise<{
  readonly phone: (setup: BrowserPhoneSetup) => Promise<BrowserPhone>;
}> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: apt-get install chromium`);
  const origin = await servePage(t);
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
  });
  t.after(() => browser.close());
  return {
    phone: async (setup) => {
      const page = await (await browser.newContext()).newPage();
      return BrowserPhone.open(page, origin, setup);
    },
  };
}

/** One page with a phone in it. */
export class BrowserPhone {
  readonly name: string;
  readonly #page: Page;
  readonly #console: string[] = [];

  private constructor(page: Page, name: string) {
    this.#page = page;
    this.name = name;
    page.on('console', (message) => this.#console.push(message.text()));
    page.on('pageerror', (error) => this.#console.push(String(error)));
  }

  static async open(page: Page, origin: string, setup: BrowserPhoneSetup): Promise<BrowserPhone> {
    const phone = new BrowserPhone(page, setup.name);
    await page.goto(origin);
    await page.evaluate(`startPhone(${JSON.stringify(setup)})`);
    return phone;
  }

  /** Runs an expression on the page's phone, e.g. `call('2000')`. */
  async do<T = unknown>(expression: string): Promise<T> {
    return this.#page.evaluate<T>(`Promise.resolve(phone.${expression}).then((value) => value)`);
  }

  async events(): Promise<readonly BrowserEvent[]> {
    return this.do('events');
  }

  async media(): Promise<BrowserMedia> {
    return this.do('media()');
  }

  /** Waits for an event of that type and returns it. */
  async waitFor(type: string, ms = 8000): Promise<BrowserEvent> {
    let events: readonly BrowserEvent[] = [];
    return eventually(
      `${this.name}: ${type}`,
      async () => {
        events = await this.events();
        return events.find((event) => event.type === type);
      },
      ms,
      () => `${JSON.stringify(events, null, 1)}\n${this.#console.join('\n')}`,
    );
  }
}

/** Serves the page, JsSIP and the phone; returns the page's address. */
async function servePage(t: TestContext): Promise<string> {
  const files: Record<string, readonly [string, string]> = {
    '/': [
      'text/html',
      '<!doctype html><title>phone</title><link rel="icon" href="data:,"><script src="jssip.js"></script><script src="phone.js"></script>',
    ],
    '/jssip.js': ['text/javascript', bundle('jssip', 'JsSIP')],
    '/phone.js': [
      'text/javascript',
      readFileSync(join(import.meta.dirname, 'browser-phone.js'), 'utf8'),
    ],
  };
  const server = http.createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', undefined];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
