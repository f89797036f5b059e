/** What an administrator's program is told of a request for the directory that is none. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApplyRequest, DirectoryService } from '../../src/http/directory-service.ts';
import { startWeb } from '../../src/http/web-server.ts';
import { fakeView } from './fake-view.ts';

const TOKEN = 'token-of-this-test';

const JSON_BODY = 'application/json';
const LINES = 'application/x-ndjson';
const ABOUT = "expected a map with 'base', the version that it was made from";
const COUNT = 'expected a whole number, 0 or more';

/** Path, type and text of a request, and what is wrong with it. */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['apply', LINES, '\n \n', `line 1: ${ABOUT}, and there is nothing`],
  ['apply', LINES, '["lines","2000"]\n', `line 1: ${ABOUT}; items come in the lines after it`],
  ['apply', LINES, '\nnull\n', `line 2: ${ABOUT}; items come in the lines after it`],
  ['apply', LINES, '{"by":"ana"}\n["lines"]\n', `line 1: 'base': ${COUNT}`],
  [
    'apply',
    LINES,
    '{"base":1.5,"by":7,"dry":"no"}\n',
    `line 1: 'base': ${COUNT}\nline 1: 'by': expected a text of 2000 characters at most\n` +
      "line 1: 'dry': expected true or false",
  ],
  ['apply', JSON_BODY, '{"base":-1}', `'items': expected a list\n'base': ${COUNT}`],
  ['apply', JSON_BODY, '[]', `${ABOUT}, and 'items'`],
  ['undo', JSON_BODY, '{"to":"7"}', `'to': ${COUNT}`],
];

test('of a request that is not as it should be the line and the field are named', async (context) => {
  const applied: ApplyRequest[] = [];
  const never = () => Promise.reject(new Error('nobody should ask this'));
  const directory: DirectoryService = {
    ...{ state: never, history: never, items: never, undo: never },
    apply: (request) => {
      applied.push(request);
      return Promise.resolve({ type: 'done', version: null });
    },
  };
  const web = await startWeb({
    ...{ view: fakeView(), address: '127.0.0.1', port: 0, tls: undefined, token: TOKEN },
    directory,
  });
  context.after(() => web.close());
  const post = async (path: string, type: string, body: string) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type };
    const url = `${web.url}/api/v1/directory/${path}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return [response.status, JSON.parse(await response.text())];
  };
  const seen = [];
  for (const [path, type, body] of ROWS) seen.push(await post(path, type, body));
  const notJson = await post('apply', LINES, '{"base":1\n["lines"]\n');
  const good = await post('apply', LINES, '{"base":1}\n["lines"]\n');
  assert.deepEqual(
    {
      seen,
      notJson: [notJson[0], notJson[1].error.message.startsWith(`line 1: ${ABOUT} as JSON: `)],
      good,
      applied,
    },
    {
      seen: ROWS.map(([, , , message]) => [400, { error: { code: 'bad_request', message } }]),
      notJson: [400, true],
      good: [200, { version: null }],
      applied: [{ base: 1, by: '', comment: '', isDry: false, items: ['["lines"]'] }],
    },
  );
});
