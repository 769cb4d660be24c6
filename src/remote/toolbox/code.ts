/** The code group of the port over the toolbox. */
import { z } from 'zod';
import { Chart } from '../../../schemas/code.ts';
import type { CodeOperations } from '../../backend/code-operations.ts';
import type { RemoteContext } from '../context.ts';
import { CALL_LIMIT_MS } from '../send.ts';
import { callToolbox } from './call.ts';

/** What a program may take when nothing is said: as long as a call lasts. */
const DEFAULT_SECONDS = 30;
const GRACE_MS = 10_000;

const WireRun = z.looseObject({
  exitCode: z.number().int(),
  result: z.string(),
  artifacts: z.looseObject({ charts: z.array(Chart.nullable().catch(null)).nullish() }).nullish(),
});

export const codeOperations = (remote: RemoteContext): CodeOperations => ({
  async run(sandbox, { code, language, argv, env, timeoutSeconds = DEFAULT_SECONDS }, context) {
    const timeout = Math.ceil(timeoutSeconds);
    const json = { code, language, timeout, ...(argv && { argv }), ...(env && { envs: env }) };
    const request = {
      method: 'POST',
      path: '/process/code-run',
      json,
      timeoutMs: Math.max(CALL_LIMIT_MS, timeout * 1000 + GRACE_MS),
    };
    const { value } = await callToolbox(remote, sandbox, request, WireRun, context);
    const charts = (value.artifacts?.charts ?? []).filter((chart) => chart !== null);
    return { exitCode: value.exitCode, result: value.result, charts };
  },
});
