/** Offer and answer in all their places: INVITE and 200, 200 and ACK, reliable 183 and PRACK. */
import { flow } from './flow.ts';

flow(
  'delayed offer: the 200 brings it, the ACK answers it, on both legs',
  ['2000a', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').callWithoutOffer('2000');
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000
    2000a < INVITE 2000a
    2000a > 180
    1001 < 180
    2000a > 200 sdp
    1001 < 200 sdp
    1001 > ACK sdp
    2000a < ACK sdp
  `,
);

flow(
  'early media: 183 with a description passes, and the 200 that follows is in the same dialog',
  ['2000a', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000a').playEarly(callOf('2000a'), false);
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 183 sdp
    1001 < 183 sdp
    1001 > PRACK
    1001 < 200 PRACK
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
);

flow(
  'reliable early media: each leg has its own PRACK',
  ['2000a', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000a').playEarly(callOf('2000a'), true);
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000a > 180
    1001 < 180
    2000a > 183 sdp
    2000a < PRACK
    1001 < 183 sdp
    2000a > 200 PRACK
    1001 > PRACK
    1001 < 200 PRACK
    2000a > 200 sdp
    2000a < ACK
    1001 < 200 sdp
    1001 > ACK
  `,
);

flow(
  'a reliable 183 may bring the offer: the answer goes through in the PRACK',
  ['2000a', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').callWithoutOffer('2000');
    wait(100);
    phone('2000a').playEarly(callOf('2000a'), true);
    wait(100);
    phone('2000a').answer(callOf('2000a'));
    wait(100);
  },
  `
    1001 > INVITE 2000
    2000a < INVITE 2000a
    2000a > 180
    1001 < 180
    2000a > 183 sdp
    1001 < 183 sdp
    1001 > PRACK sdp
    1001 < 200 PRACK
    2000a < PRACK sdp
    2000a > 200 PRACK
    2000a > 200 sdp
    1001 < 200 sdp
    1001 > ACK
    2000a < ACK
  `,
);

flow(
  'two phones with early media: the caller gets an early dialog of each',
  ['2000a', '2000b', '1001'],
  ({ phone, callOf, wait }) => {
    phone('1001').call('2000');
    wait(100);
    phone('2000a').playEarly(callOf('2000a'), false);
    phone('2000b').playEarly(callOf('2000b'), false);
    wait(100);
    phone('2000b').answer(callOf('2000b'));
    wait(100);
  },
  `
    1001 > INVITE 2000 sdp
    2000a < INVITE 2000a sdp
    2000b < INVITE 2000b sdp
    2000a > 180
    2000b > 180
    1001 < 180
    2000a > 183 sdp
    2000b > 183 sdp
    1001 < 183 sdp
    1001 < 183 sdp
    1001 > PRACK
    1001 > PRACK
    1001 < 200 PRACK
    1001 < 200 PRACK
    2000b > 200 sdp
    2000b < ACK
    2000a < CANCEL, SIP;cause=200;text="Call completed elsewhere"
    1001 < 200 sdp
    2000a > 200 CANCEL
    2000a > 487
    1001 > ACK
    2000a < ACK
  `,
);
