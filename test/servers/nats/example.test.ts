/** The example's NATS servers as its reader starts them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENT } from '../../../src/base/log.ts';
import { connectNats } from '../../../src/cluster/nats/message-plane.ts';
import { Diary } from './diary.ts';
import { startExampleCluster } from './nats-server.ts';

test('three managers at three servers hear each other', async (context) => {
  const servers = await startExampleCluster();
  context.after(() => servers.remove());
  const diaries: Diary[] = [];
  for (const [at, manager] of ['cm1', 'cm2', 'cm3'].entries()) {
    const plane = await connectNats({
      servers: [servers.at(at).url],
      cluster: 'lw1',
      manager,
      log: SILENT,
      credentials: servers.credentialsOf(manager),
    });
    context.after(() => plane.close());
    diaries.push(new Diary(plane, `${manager}.1`));
  }
  await Promise.all(diaries.map((diary) => diary.until('up')));
  const heard: string[] = [];
  for (const from of diaries)
    for (const to of ['cm1.1', 'cm2.1', 'cm3.1']) heard.push(await ask(from, to));
  assert.deepEqual(
    heard,
    Array.from({ length: 9 }, () => 'hello!'),
  );
});

test('without its secrets no server starts', async () => {
  const missing = startExampleCluster((text) =>
    text.replace('$NATS_CM2_PASSWORD', '$NATS_CM4_PASSWORD'),
  );
  await assert.rejects(missing, /variable reference for 'NATS_CM4_PASSWORD' .* can not be found/);
});

/** Until `to` is known at the server of `from`. */
async function ask(from: Diary, to: string): Promise<string> {
  for (;;) {
    const answer = await new Promise<string>((resolve) =>
      from.place.request(to, 'hello', 5000, (result) =>
        resolve(result.ok ? result.text : result.why),
      ),
    );
    if (answer !== 'absent') return answer;
  }
}
