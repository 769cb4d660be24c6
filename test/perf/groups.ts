/** All scenarios in the order in which they run. */
import { group, POOL_SIZE } from './scenario.ts';
import { agentPing } from './scenarios/agent-ping.ts';
import { archiveRestore } from './scenarios/archive-restore.ts';
import { bundleSize } from './scenarios/bundle-size.ts';
import { burst } from './scenarios/burst.ts';
import { createColdEngine } from './scenarios/create-cold-engine.ts';
import { createCustomStdio } from './scenarios/create-custom-stdio.ts';
import { createNetworkStdio } from './scenarios/create-network-stdio.ts';
import { createToFirstExecStdio } from './scenarios/create-to-first-exec-stdio.ts';
import { createWarmEngine } from './scenarios/create-warm-engine.ts';
import { createWarmStdio } from './scenarios/create-warm-stdio.ts';
import { diff } from './scenarios/diff.ts';
import { dockerExec } from './scenarios/docker-exec.ts';
import { dockerRun } from './scenarios/docker-run.ts';
import { execEngine } from './scenarios/exec-engine.ts';
import { execStdio } from './scenarios/exec-stdio.ts';
import { forkFs } from './scenarios/fork-fs.ts';
import { mcpRoundTrip } from './scenarios/mcp-round-trip.ts';
import { parkedMemory } from './scenarios/parked-memory.ts';
import { pauseResume } from './scenarios/pause-resume.ts';
import { preview } from './scenarios/preview.ts';
import { remoteMcpExec } from './scenarios/remote-mcp-exec.ts';
import { resize } from './scenarios/resize.ts';
import { restCreate, restExecute, restFiles, sdkCreate } from './scenarios/rest.ts';
import { sftpThroughput, sshPrompt } from './scenarios/ssh.ts';
import { startup } from './scenarios/startup.ts';
import { stopStart } from './scenarios/stop-start.ts';
import { openEngineStage } from './stages/in-process.ts';
import { openAgentStage } from './stages/one-agent.ts';
import { openOwnerStage } from './stages/owner.ts';
import { openPlainStage } from './stages/plain.ts';
import { openSshStage } from './stages/ssh.ts';

export const groups = [
  // It only looks at files.
  group(async () => ({ close: async () => {} }), [bundleSize]),
  group(openPlainStage, [dockerRun, dockerExec]),
  group(openAgentStage, [agentPing]),
  group(openEngineStage(0), [createColdEngine, execEngine, diff, pauseResume, resize, stopStart, preview]),
  group(openEngineStage(POOL_SIZE), [createWarmEngine, forkFs, archiveRestore]),
  group(openSshStage, [sshPrompt, sftpThroughput]),
  group(openOwnerStage, [
    parkedMemory,
    createWarmStdio,
    createCustomStdio,
    createNetworkStdio,
    createToFirstExecStdio,
    execStdio,
    remoteMcpExec,
    restCreate,
    restExecute,
    sdkCreate,
    restFiles,
    burst,
    mcpRoundTrip,
    startup,
  ]),
];
