/** What is on record of attended transfers: of the two calls, and of what becomes of them. */
import type { PhoneCall } from '../../src/testkit/phone.ts';
import type { Cast } from './flow.ts';
import { recorded } from './recorded.ts';

const USERS = ['1001', '1002', '2000a'];

/** `from` calls `number`, and `to` answers a second later: the call as each of them has it. */
function talk(
  { phone, wait }: Cast,
  from: string,
  number: string,
  to: string,
): readonly [PhoneCall, PhoneCall] {
  const before = new Set(phone(to).calls);
  const own = phone(from).call(number);
  wait(1000);
  const [theirs = own] = [...phone(to).calls].filter((call) => !before.has(call));
  phone(to).answer(theirs);
  wait(1000);
  return [own, theirs];
}

/** 2000a connects whom it has in `first` with whom it has in `second`; that one hangs up a second later. */
function join({ phone, wait }: Cast, first: PhoneCall, second: PhoneCall, last: PhoneCall): void {
  phone('2000a').referTo(first, second, '1002');
  wait(1000);
  last.phone.hangUp(last);
}

const CONSULTATION =
  '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 2.0; transferred; 200/16; ended by transfer';

recorded(
  'who was called consults another and transfers: the first call goes on with that one, the second is over',
  USERS,
  (cast) => {
    const [far, first] = talk(cast, '1001', '2000', '2000a');
    const [second] = talk(cast, '2000a', '1002', '1002');
    join(cast, first, second, far);
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by caller',
    CONSULTATION,
  ],
);

recorded(
  'whom it goes on with hangs up: that is the answering side',
  USERS,
  (cast) => {
    const [, first] = talk(cast, '1001', '2000', '2000a');
    const [second, last] = talk(cast, '2000a', '1002', '1002');
    join(cast, first, second, last);
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by answerer',
    CONSULTATION,
  ],
);

recorded(
  'the caller consults another and transfers: who was called hangs up, and is the answerer still',
  USERS,
  (cast) => {
    const [first, far] = talk(cast, '2000a', '1001', '1001');
    const [second] = talk(cast, '2000a', '1002', '1002');
    join(cast, first, second, far);
  },
  [
    '2000a > 1001; taken by 1001 on 1001/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by answerer',
    CONSULTATION,
  ],
);

recorded(
  'the one who has come in the place of the caller hangs up',
  USERS,
  (cast) => {
    const [first] = talk(cast, '2000a', '1001', '1001');
    const [second, last] = talk(cast, '2000a', '1002', '1002');
    join(cast, first, second, last);
  },
  [
    '2000a > 1001; taken by 1001 on 1001/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by caller',
    CONSULTATION,
  ],
);

recorded(
  'who was called twice connects the two: each call is as long as its caller is in it',
  USERS,
  (cast) => {
    const [far, first] = talk(cast, '1001', '2000', '2000a');
    const [, second] = talk(cast, '1002', '2000', '2000a');
    join(cast, first, second, far);
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by caller',
    '1002 > 2000; taken by 2000a on 2000/2; ring 0.0 answer 1.0 end 3.0; transferred 1001; hung up; 200/16; ended by answerer',
  ],
);

recorded(
  'who has called one, and was called by another, connects the two',
  USERS,
  (cast) => {
    const [first, far] = talk(cast, '2000a', '1001', '1001');
    const [, second] = talk(cast, '1002', '2000', '2000a');
    join(cast, first, second, far);
  },
  [
    '2000a > 1001; taken by 1001 on 1001/1; ring 0.0 answer 1.0 end 5.0; transferred 1002; hung up; 200/16; ended by answerer',
    '1002 > 2000; taken by 2000a on 2000/2; ring 0.0 answer 1.0 end 3.0; transferred 1001; hung up; 200/16; ended by answerer',
  ],
);

recorded(
  'a transfer of which nothing comes is on neither record',
  USERS,
  (cast) => {
    const [far, first] = talk(cast, '1001', '2000', '2000a');
    const [second, last] = talk(cast, '2000a', '1002', '1002');
    cast.site.network.cut(last.phone.options.address);
    cast.phone('2000a').referTo(first, second, '1002');
    cast.wait(100);
    cast.phone('1001').hangUp(far);
    cast.wait(40_000);
    cast.site.network.mend(last.phone.options.address);
  },
  [
    '1001 > 2000; taken by 2000a on 2000/1; ring 0.0 answer 1.0 end 4.1; hung up; 200/16; ended by caller',
    '2000a > 1002; taken by 1002 on 1002/1; ring 0.0 answer 1.0 end 34.0; call gone; 200/101; ended by system',
  ],
);
