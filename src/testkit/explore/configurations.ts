/** What `npm run explore` goes through: small enough for every run, and the others. */
import { type AnswerConfiguration, answerModel } from './answer-model.ts';
import { type AppearanceConfiguration, retrievalModel, seizureModel } from './appearance-model.ts';
import type { Model } from './explorer.ts';
import { LockModel } from './lock-model.ts';
import type { LockConfiguration } from './lock-world.ts';
import { type RehomingConfiguration, rehomingModel } from './rehoming-model.ts';
import { replicatedRetrieval, replicatedSeizures } from './replicated-model.ts';

/** Makes a model when it is its turn: one that has been gone through holds hundreds of megabytes. */
export type MakeModel = () => Model;

const LOCKS_SMALL: readonly LockConfiguration[] = [
  { name: '2 processes, 2 operations', operations: [1, 1] },
  { name: '3, 2 operations', operations: [1, 1, 0] },
  { name: '3, 3 operations', operations: [1, 1, 1] },
  { name: '4, 2 operations', operations: [1, 1, 0, 0] },
  { name: '3, 3 operations (2+1)', operations: [2, 1, 0] },
  { name: '2, 4 operations (3+1)', operations: [3, 1] },
  { name: '2, 3 operations (2+1), a pause', operations: [2, 1], pauses: 1 },
  { name: '2, 3 operations (2+1), a loss', operations: [2, 1], losses: 1 },
  { name: '1, 1 joins, 3 operations (2+1)', operations: [2, 1], joining: 1 },
  { name: '3, 2 operations, a loss', operations: [1, 1, 0], losses: 1 },
  { name: '3, 2 operations, a duplicate', operations: [1, 1, 0], duplicates: 1 },
  { name: '3, 2 operations, a death', operations: [1, 1, 0], crashes: 1 },
  { name: '3, 2 operations, a pause', operations: [1, 1, 0], pauses: 1 },
  { name: '3, 2 operations, impatience', operations: [1, 1, 0], giveUps: 1 },
  { name: '3, 2 operations, one withdrawn', operations: [1, 1, 0], withdrawals: 1 },
  { name: '1, 2 join, 2 operations', operations: [1, 1, 0], joining: 2 },
  { name: '2, 1 joins, 3 operations', operations: [1, 1, 1], joining: 1 },
  { name: '2, 1 joins, a death', operations: [1, 1, 0], joining: 1, crashes: 1 },
  {
    name: '2, call control elsewhere, a pause, a loss',
    operations: [1, 1],
    pauses: 1,
    losses: 1,
    hasRemoteControl: true,
  },
  {
    name: '2, all that can go wrong once',
    operations: [1, 1],
    crashes: 1,
    losses: 1,
    duplicates: 1,
    giveUps: 1,
  },
];

const LOCKS_LARGE: readonly LockConfiguration[] = [
  { name: '3, 3 operations, a death', operations: [1, 1, 1], crashes: 1 },
  { name: '3, 3 operations (2+1), a death', operations: [2, 1, 0], crashes: 1 },
  { name: '3, 3 operations (2+1), a pause', operations: [2, 1, 0], pauses: 1 },
  { name: '3, 3 operations, impatience', operations: [1, 1, 1], giveUps: 1 },
  { name: '3, 2 operations, 2 deaths', operations: [1, 1, 0], crashes: 2 },
  { name: '3, a death, a loss', operations: [1, 1, 0], crashes: 1, losses: 1 },
  { name: '3, a death, impatience', operations: [1, 1, 0], crashes: 1, giveUps: 1 },
  { name: '3, a death, a pause', operations: [1, 1, 0], crashes: 1, pauses: 1 },
  { name: '3, a pause, impatience', operations: [1, 1, 0], pauses: 1, giveUps: 1 },
  {
    name: '3, call control elsewhere, a pause',
    operations: [1, 1, 0],
    pauses: 1,
    hasRemoteControl: true,
  },
  { name: '2, 1 joins, a pause', operations: [1, 1, 0], joining: 1, pauses: 1 },
  {
    name: '2, 1 joins, a death, impatience',
    operations: [1, 1, 0],
    joining: 1,
    crashes: 1,
    giveUps: 1,
  },
  { name: '1, 2 join, 3 operations, a death', operations: [1, 1, 1], joining: 2, crashes: 1 },
  { name: '3, 3 operations, a death, impatience', operations: [1, 1, 1], crashes: 1, giveUps: 1 },
  {
    name: '3, 3 operations (2+1), a loss, impatience',
    operations: [2, 1, 0],
    losses: 1,
    giveUps: 1,
  },
];

const ANSWERS_SMALL: readonly AnswerConfiguration[] = [
  { name: '2 phones', phones: 2 },
  { name: '3 phones', phones: 3 },
  { name: '3 phones in series', phones: 3, isSerial: true },
  { name: '2 phones, a death', phones: 2, crashes: 1 },
  { name: '2 phones, a loss', phones: 2, losses: 1 },
  { name: '2 phones, a duplicate', phones: 2, duplicates: 1 },
  { name: '2 phones, no order', phones: 2, isUnordered: true },
];

const ANSWERS_LARGE: readonly AnswerConfiguration[] = [
  { name: '4 phones', phones: 4 },
  { name: '3 phones, a death', phones: 3, crashes: 1 },
  { name: '2 phones, 2 deaths', phones: 2, crashes: 2 },
  { name: '3 phones in series, a death', phones: 3, isSerial: true, crashes: 1 },
  {
    name: '2 phones, a death, a loss, no order',
    phones: 2,
    crashes: 1,
    losses: 1,
    isUnordered: true,
  },
];

const REHOMINGS_SMALL: readonly RehomingConfiguration[] = [
  { name: '1 phone, the manager dies', phones: 1, dies: true },
  { name: '1 phone, the manager is expelled and lives', phones: 1, dies: false },
];

const REHOMINGS_LARGE: readonly RehomingConfiguration[] = [
  { name: '2 phones, the manager dies', phones: 2, dies: true },
  { name: '2 phones, the manager is expelled and lives', phones: 2, dies: false },
];

const SEIZURES_SMALL: readonly AppearanceConfiguration[] = [
  { name: '2 phones', phones: 2 },
  { name: '2 phones, leases that run out', phones: 2, isImpatient: true },
  { name: '2 phones, a death', phones: 2, crashes: 1 },
];
const SEIZURES_LARGE: readonly AppearanceConfiguration[] = [
  { name: '3 phones', phones: 3 },
  { name: '2 phones, a death, leases that run out', phones: 2, crashes: 1, isImpatient: true },
];

const RETRIEVALS_SMALL: readonly AppearanceConfiguration[] = [
  { name: '2 phones', phones: 2 },
  { name: '2 phones, given up', phones: 2, isImpatient: true },
  { name: '1 phone, a death', phones: 1, crashes: 1 },
];
const RETRIEVALS_LARGE: readonly AppearanceConfiguration[] = [
  { name: '2 phones, a death', phones: 2, crashes: 1 },
  { name: '3 phones', phones: 3 },
  { name: '2 phones, a death, given up', phones: 2, crashes: 1, isImpatient: true },
];

const REPLICATED_SMALL: readonly MakeModel[] = [
  () => replicatedSeizures({ name: 'seizure, replicated: 2 managers' }),
  () => replicatedSeizures({ name: 'seizure, replicated: 2 managers, one dies', hasDeath: true }),
  () =>
    replicatedRetrieval({
      ...{ name: 'retrieval, replicated: 1 phone, given up', retrievers: 1, isImpatient: true },
    }),
  () =>
    replicatedRetrieval({
      ...{ name: 'retrieval, replicated: 1 phone, a death', retrievers: 1, crashes: 1 },
    }),
];
const REPLICATED_LARGE: readonly MakeModel[] = [
  () => replicatedSeizures({ name: 'seizure, replicated: 2 managers, a death', crashes: 1 }),
  () => replicatedSeizures({ name: 'seizure, replicated: leases that run out', isImpatient: true }),
  () => replicatedRetrieval({ name: 'retrieval, replicated: 2 phones' }),
];

export const SMALL: readonly MakeModel[] = [
  ...LOCKS_SMALL.map(lockOf),
  ...ANSWERS_SMALL.map(answerOf),
  ...REHOMINGS_SMALL.map(rehomingOf),
  ...SEIZURES_SMALL.map(seizureOf),
  ...RETRIEVALS_SMALL.map(retrievalOf),
  ...REPLICATED_SMALL,
];
export const LARGE: readonly MakeModel[] = [
  ...LOCKS_LARGE.map(lockOf),
  ...ANSWERS_LARGE.map(answerOf),
  ...REHOMINGS_LARGE.map(rehomingOf),
  ...SEIZURES_LARGE.map(seizureOf),
  ...RETRIEVALS_LARGE.map(retrievalOf),
  ...REPLICATED_LARGE,
];

function lockOf(configuration: LockConfiguration): MakeModel {
  return () => new LockModel({ ...configuration, name: `lock: ${configuration.name}` });
}

function answerOf(configuration: AnswerConfiguration): MakeModel {
  return () => answerModel({ ...configuration, name: `answer: ${configuration.name}` });
}

function rehomingOf(configuration: RehomingConfiguration): MakeModel {
  return () => rehomingModel({ ...configuration, name: `re-homing: ${configuration.name}` });
}

function seizureOf(configuration: AppearanceConfiguration): MakeModel {
  return () => seizureModel({ ...configuration, name: `seizure: ${configuration.name}` });
}

function retrievalOf(configuration: AppearanceConfiguration): MakeModel {
  return () => retrievalModel({ ...configuration, name: `retrieval: ${configuration.name}` });
}
