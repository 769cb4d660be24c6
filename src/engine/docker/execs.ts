/** Further commands in running containers, started by the daemon: for sandboxes without a guest agent. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { changeDeadline, deadlines, readDeadline, withReadDeadline } from './deadline.ts';
import { dockerCall } from './errors.ts';
import { ExecStream } from './exec-stream.ts';
import type { DockerPort } from './port.ts';
import { asDuplex } from './streams.ts';

type ExecOperations = Pick<DockerPort, 'exec' | 'inspectExec' | 'countProcesses'>;

const GONE = 404;

const ExecFacts = z.object({ Running: z.boolean(), ExitCode: z.number().nullable() });
/** A daemon leaves out what it does not count. */
const Stats = z.object({
  pids_stats: z.object({ current: z.number().default(0), limit: z.number().default(0) }).prefault({}),
});

export function execOperations(docker: Docker): ExecOperations {
  return {
    async exec(id, { argv, user = 'root', env = [], stdin = false }, handlers) {
      const exec = await dockerCall('prepare a command in a container', () =>
        docker.getContainer(id).exec({
          Cmd: [...argv],
          User: user,
          Env: [...env],
          AttachStdin: stdin,
          AttachStdout: true,
          AttachStderr: true,
          Tty: false,
          abortSignal: changeDeadline(),
        }),
      );
      const execId = exec?.id ?? '';
      // The signal would end the connection even after the upgrade, so the deadline is called off by then.
      const opening = new AbortController();
      const timer = setTimeout(() => opening.abort(), deadlines.changeMs);
      try {
        const socket = await dockerCall('start a command in a container', () =>
          docker.getExec(execId).start({ hijack: true, stdin, abortSignal: opening.signal }),
        );
        return new ExecStream(execId, asDuplex(socket), handlers);
      } finally {
        clearTimeout(timer);
      }
    },

    async inspectExec(execId) {
      const facts: unknown = await dockerCall(
        'inspect a command in a container',
        () => docker.getExec(execId).inspect({ abortSignal: readDeadline() }),
        [GONE],
      );
      if (facts === null) return null;
      const { Running, ExitCode } = ExecFacts.parse(facts);
      return { running: Running, exitCode: ExitCode };
    },

    async countProcesses(id) {
      const stats: unknown = await dockerCall('count the processes of a container', () =>
        withReadDeadline(docker.getContainer(id).stats({ stream: false, 'one-shot': true })),
      );
      return Stats.parse(stats).pids_stats;
    },
  };
}
