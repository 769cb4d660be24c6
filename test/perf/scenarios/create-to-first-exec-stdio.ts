/** create_to_first_exec.stdio: a create and then a first command, each a call of an MCP client over stdio. */
import type { Scenario } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { sampleWarm, warmId } from './warm-batches.ts';

export const createToFirstExecStdio: Scenario<OwnerStage> = {
  names: ['create_to_first_exec.stdio'],
  async run(stage, bench) {
    const { client } = stage;
    const ms = await sampleWarm(stage, bench, async () => {
      const sandbox = warmId((await client.call('sandbox_create', {})).value);
      const { value } = await client.call('sandbox_exec', { sandbox, command: 'true' });
      if (value['exitCode'] !== 0) throw new Error(`true ended with status ${String(value['exitCode'])}`);
      return sandbox;
    });
    return [{ kind: 'times', name: 'create_to_first_exec.stdio', ms }];
  },
};
