/** Plain Docker on the same engine and image, with no Thaw running. */

import { randomHex } from '../../../src/ids.ts';
import { PlainDocker } from '../../../src/quickstart/plain-docker.ts';
import { type Bench, type Closable, once } from '../scenario.ts';

export interface PlainStage extends Closable {
  readonly plain: PlainDocker;
}

export async function openPlainStage(bench: Bench): Promise<PlainStage> {
  const plain = new PlainDocker(bench.endpoint, `thaw.bench.${randomHex(4)}`);
  const close = once(async () => {
    await plain.removeAll();
    plain.close();
  });
  bench.cleanup.add('removing the containers of plain Docker', close);
  return { plain, close };
}
