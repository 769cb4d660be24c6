/** remote.mcp.exec: one `true` by an MCP client over stdio whose Thaw has the remote backend: MCP, REST, sandbox and back. */
import { connectAgent } from '../../../src/quickstart/agent-client.ts';
import { type Scenario, samples } from '../scenario.ts';
import { openApi } from '../stages/api.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { repeat } from '../timing.ts';

export const remoteMcpExec: Scenario<OwnerStage> = {
  names: ['remote.mcp.exec'],
  async run(stage, bench) {
    const api = await openApi(await stage.status());
    const { url, key } = api;
    api.close();
    const { command, environment } = stage.relay;
    const remote = { THAW_BACKEND: 'remote', DAYTONA_API_URL: url, DAYTONA_API_KEY: key };
    const client = await connectAgent({ command: [...command], environment: { ...environment, ...remote } });
    try {
      const { value } = await client.call('sandbox_create', {});
      const sandbox = String(value['id']);
      await stage.full();
      const { signal } = bench;
      const ms = await repeat({ n: samples(bench, 500, 100), warmUp: 20, signal }, async () => {
        const answer = await client.call('sandbox_exec', { sandbox, command: 'true' });
        if (answer.value['exitCode'] !== 0)
          throw new Error(`true ended with ${JSON.stringify(answer.value)}`);
      });
      await stage.clear([sandbox]);
      return [{ kind: 'times', name: 'remote.mcp.exec', ms }];
    } finally {
      await client.close();
    }
  },
};
