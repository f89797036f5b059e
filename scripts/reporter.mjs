/**
 * How `npm test` and `npm run check` tell of tests: what failed in full, where and why; of what passed
 * only a line per file, or with VERBOSE_TESTS each step, as the long end-to-end flows want it. The totals
 * go as JSON to the file named by TEST_TOTALS.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

const verbose = process.env.VERBOSE_TESTS === '1';

/** A reporter for node:test: takes its events, gives text. */
export default async function* report(source) {
  const files = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') yield* told(files, type, data);
    else if (type === 'test:diagnostic' && verbose && data.file !== undefined)
      yield `${indent(data.nesting)}  ${data.message.replaceAll('\n', `\n${indent(data.nesting)}  `)}\n`;
    else if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    else if (type === 'test:summary' && data.file === undefined) {
      if (!verbose) yield* perFile(files);
      if (process.env.TEST_TOTALS)
        writeFileSync(process.env.TEST_TOTALS, JSON.stringify(data.counts));
    }
  }
}

function* told(files, type, data) {
  const file = relative(process.cwd(), data.file ?? '?');
  const counts = files.get(file) ?? { passed: 0, failed: 0, ms: 0 };
  files.set(file, counts);
  const failed = type === 'test:fail';
  const skipped = data.skip !== undefined || data.todo !== undefined;
  if (data.nesting === 0) counts.ms += data.details.duration_ms;
  counts[failed ? 'failed' : 'passed'] += 1;
  if (verbose || failed || skipped) {
    const mark = skipped ? 'skipped' : failed ? 'FAILED' : 'ok';
    yield `${indent(data.nesting)}${mark} ${data.name} (${seconds(data.details.duration_ms)})\n`;
  }
  const { error } = data.details;
  // A parent of a failed subtest has nothing to add.
  if (failed && error?.failureType !== 'subtestsFailed') {
    yield `  at ${file}:${data.line}:${data.column}\n`;
    yield `${inspect(error?.cause ?? error, { depth: 20, maxArrayLength: 50 }).replace(/^/gm, '  ')}\n\n`;
  }
}

function* perFile(files) {
  for (const [file, { passed, failed, ms }] of files) {
    const trouble = failed > 0 ? `, ${failed} FAILED` : '';
    yield `  ${file}: ${passed} passed${trouble} (${seconds(ms)})\n`;
  }
}

function indent(nesting) {
  return '  '.repeat(nesting + 1);
}

function seconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
