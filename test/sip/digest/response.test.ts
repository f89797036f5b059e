/** Every vector of the corpus: published ones of RFC 2617 and RFC 7616, and computed ones for SIP. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { ha1, parseAlgorithm } from '../../../src/sip/digest/algorithm.ts';
import { digestRequest, digestResponse } from '../../../src/sip/digest/response.ts';

type Vector = {
  readonly source: string;
  readonly algorithm: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  readonly body?: string;
  readonly qop?: 'auth' | 'auth-int';
  readonly nc?: string;
  readonly cnonce?: string;
  readonly response: string;
};

const vectors = JSON.parse(
  readFileSync('test/corpus/digest/vectors-recomputed.json', 'utf8'),
) as Vector[];

test('there are 20 vectors', () => {
  assert.equal(vectors.length, 20);
});

for (const [index, vector] of vectors.entries()) {
  const { source, method, uri, nonce } = vector;
  const { qop = '', nc = '', cnonce = '', body = '' } = vector;
  test(`vector ${index}: ${vector.algorithm} ${qop || 'without qop'}, ${source}`, () => {
    const choice = parseAlgorithm(vector.algorithm);
    assert(choice);
    const { algorithm } = choice;
    const response = digestResponse({
      ...choice,
      ha1: ha1(vector.username, vector.realm, vector.password, algorithm),
      ha2: digestRequest(algorithm, qop, method, uri, body),
      nonce,
      count: nc,
      cnonce,
      qop,
    });
    assert.equal(response, vector.response);
  });
}
