/** exec.stdio: one `true` in a running sandbox by an MCP client over stdio. */
import { type Scenario, samples } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { repeat } from '../timing.ts';
import { warmId } from './warm-batches.ts';

export const execStdio: Scenario<OwnerStage> = {
  names: ['exec.stdio'],
  async run(stage, bench) {
    const { client } = stage;
    const sandbox = warmId((await client.call('sandbox_create', {})).value);
    await stage.full();
    const { signal } = bench;
    const ms = await repeat({ n: samples(bench, 500, 100), warmUp: 20, signal }, async () => {
      const { value } = await client.call('sandbox_exec', { sandbox, command: 'true' });
      if (value['exitCode'] !== 0) throw new Error(`true ended with status ${String(value['exitCode'])}`);
    });
    await stage.clear([sandbox]);
    return [{ kind: 'times', name: 'exec.stdio', ms }];
  },
};
