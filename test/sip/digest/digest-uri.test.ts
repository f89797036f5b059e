/** Pairs of a credentials' `uri` and the Request-URI it came with. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDigestUri } from '../../../src/sip/digest/digest-uri.ts';

const PAIRS = `
  same       sip:pbx.test                  sip:pbx.test
  same       sip:PBX.test                  sip:pbx.test
  same       sip:pbx.test:5060             sip:pbx.test
  same       sip:pbx.test                  sip:pbx.test;transport=tcp
  same       sips:pbx.test                 sip:pbx.test
  same       sip:2000a@pbx.test            sip:pbx.test
  same       sip:2000@pbx.test;user=phone  sip:2000@pbx.test
  same       sip:%32000@pbx.test           sip:2000@pbx.test
  same       tel:+4930123                  tel:+4930123
  different  sip:2001@pbx.test             sip:2000@pbx.test
  different  sip:pbx.other                 sip:pbx.test
  different  /dir/index.html               sip:pbx.test
  different  tel:2000                      sip:2000@pbx.test
  different  sip:                          sip:pbx.test
`;

for (const row of PAIRS.trim().split('\n')) {
  const [verdict, digestUri = '', requestUri = ''] = row.trim().split(/\s+/);
  test(`${digestUri} and ${requestUri} are ${verdict}`, () => {
    assert.equal(isDigestUri(digestUri, requestUri) ? 'same' : 'different', verdict);
  });
}
