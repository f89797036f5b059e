/** Tables: numbers of countries to E.164 and back, and what is dialled in URIs. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readDialledNumber } from '../../../src/call/dial-plan/dialled-number.ts';
import { writeIn } from '../../../src/call/dial-plan/number-form.ts';
import { COUNTRIES } from './plans.ts';

const FORMS = `
  gb  02079460018       E.164     +442079460018
  gb  79460018          E.164     +442079460018
  gb  0014155550100     E.164     +14155550100
  gb  +442079460018     E.164     +442079460018
  gb  2001              E.164     2001
  gb  999               E.164     999
  gb  00                E.164     00
  gb  0999              E.164     0999
  gb  *21               E.164     *21
  gb  0012345678901234567  E.164  0012345678901234567
  gb  +442079460018     national  02079460018
  gb  +14155550100      national  0014155550100
  gb  2001              national  2001
  us  14155550100       E.164     +14155550100
  us  4155550100        E.164     +14155550100
  us  011442079460018   E.164     +442079460018
  us  5550100           E.164     5550100
  us  +14155550100      national  14155550100
  us  +442079460018     national  011442079460018
  it  0612345678        E.164     +390612345678
  it  00390612345678    E.164     +390612345678
  it  +390612345678     national  0612345678
`;

for (const row of FORMS.trim().split('\n')) {
  const [name = '', number = '', as, expected] = row.trim().split(/\s+/);
  test(`${number} in ${name}, ${as}: ${expected}`, () => {
    const country = COUNTRIES.get(name);
    assert(country !== undefined && (as === 'E.164' || as === 'national'));
    assert.equal(writeIn(number, as, country), expected);
  });
}

const URIS = `
  tel:+44-20-7946-0018                          number +442079460018
  TEL:+44(20)7946.0018;ext=3                    number +442079460018
  tel:7042;phone-context=Example.com            number 7042 of example.com
  tel:863-1234;phone-context=+1-914-555         number 8631234 of +1914555
  tel:%2B442079460018                           number +442079460018
  tel:*21%23                                    number *21#
  tel:ana                                       fault 5 "a" is in no number
  tel:                                          fault 5 there is no digit
  tel:+                                         fault 5 there is no digit
  tel:12+3                                      fault 7 "+" is in no number
  tel:%zz                                       fault 5 bad % escape
  sip:+44-20-7946-0018@example.com;user=phone   number +442079460018
  sips:7042;phone-context=+44@h;user=phone      number 7042 of +44
  sip:ana@example.com;user=phone                fault 5 "a" is in no number
  sip:ana@example.com                           name ana
  sip:ana@example.com;user=phoney               name ana
  sip:2001@example.com:5060;transport=tcp       number 2001
  sip:example.com                               fault 5 there is no user before the host
  sip:@example.com                              fault 5 there is no digit
  2001                                          number 2001
  (020) 7946                                    name (020) 7946
  020-7946.0018                                 number 02079460018
  ana                                           name ana
`;

for (const row of URIS.trim().split('\n')) {
  const [uri = '', expected] = row.trim().split(/\s{2,}/);
  test(`${uri}: ${expected}`, () => {
    const read = readDialledNumber(uri);
    const words =
      read.type === 'fault'
        ? `${read.column} ${read.problem}`
        : read.type === 'name'
          ? read.name
          : read.digits + (read.context === undefined ? '' : ` of ${read.context}`);
    assert.equal(`${read.type} ${words}`, expected);
  });
}

test('what is too long is said to be', () => {
  assert.deepEqual(
    [readDialledNumber('1'.repeat(65)), readDialledNumber('1'.repeat(1025))],
    [
      { type: 'fault', column: 1, problem: 'more than 64 digits' },
      { type: 'fault', column: 1025, problem: 'too long' },
    ],
  );
});
