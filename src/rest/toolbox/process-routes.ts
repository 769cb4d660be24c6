/** The route that runs one command to its end (reference §4.2). */
import { z } from 'zod';
import { RunCommand } from '../../../schemas/command.ts';
import { requireGroup } from '../../backend/port.ts';
import { isThawError } from '../../errors.ts';
import { readJson } from './body.ts';
import { given } from './given.ts';
import { json, type ToolboxRoute } from './route.ts';

const NOT_STARTED = -1;

/** Null and 0 are how some clients leave a field out. */
const ExecuteBody = z.object({
  command: RunCommand.shape.command,
  cwd: RunCommand.shape.cwd.nullable(),
  timeout: z.number().min(0).max(2_000_000).nullish(),
  envs: RunCommand.shape.env.nullable(),
});

export const processRoutes: readonly ToolboxRoute[] = [
  {
    method: 'POST',
    path: '/process/execute',
    async handle(call) {
      const { command, cwd, timeout, envs } = await readJson(call, ExecuteBody);
      const request = given({
        command,
        cwd: cwd === null || cwd === '' ? undefined : cwd,
        timeoutSeconds: timeout === null || timeout === 0 ? undefined : timeout,
        env: envs ?? undefined,
      });
      try {
        const { exitCode, output } = await requireGroup(call.backend, 'commands').run(
          call.sandbox,
          request,
          call.context,
        );
        return json({ exitCode, result: output });
      } catch (error) {
        // What cannot start is a result of the command, in the API's eyes.
        if (isThawError(error, 'command_not_started'))
          return json({ exitCode: NOT_STARTED, result: error.message });
        throw error;
      }
    },
  },
];
