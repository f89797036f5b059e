/**
 * `npm run fuzz -- --messages N --seed S`: hostile messages at the parser and at a whole manager with
 * phones. Nothing may throw, take over 10 ms per kB, or keep a normal call from working right after.
 */
import { parseArgs } from 'node:util';
import { parseMessage } from '../sip/message/parse.ts';
import { fuzzManager } from './fuzz-manager.ts';
import { feedHostile, readCorpus } from './hostile.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const count = Number(values.messages);
const seed = Number(values.seed);
if (!Number.isSafeInteger(count) || !Number.isSafeInteger(seed) || count < 1) {
  console.error('--messages and --seed take whole numbers');
  process.exit(2);
}

const corpus = readCorpus();
const casualties = feedHostile({
  seed,
  count,
  corpus,
  read: (text) => void parseMessage(text),
  nowMs: () => performance.now(),
});
for (const casualty of casualties) console.log('parser:', casualty);
const broken = fuzzManager(seed, count, corpus);
for (const what of broken) console.log('manager:', what);
const failures = casualties.length + broken.length;
console.log(
  `${count} hostile messages (seed ${seed}) at the parser, as many at a manager with phones`,
);
console.log(`${2 * count - failures} passed, ${failures} failed`);
if (failures > 0) process.exitCode = 1;
