/** What Linewright says of itself at `/metrics`. */

/** As in manager.yaml. */
const METRICS = 'http://127.0.0.1:28080/metrics';
const LINE = /^linewright_event_loop_delay_seconds\{quantile="0\.999\d*"\} (\S+)$/m;

/** How late its event loop was at most, but for one in a thousand looks, since the last time; NaN at the first. */
export async function loopDelayMs(): Promise<number> {
  const text = await (await fetch(METRICS)).text();
  return Number(LINE.exec(text)?.[1] ?? Number.NaN) * 1000;
}
