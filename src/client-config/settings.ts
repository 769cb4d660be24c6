/** Settings that a client must hand to Thaw so that it finds the same owner and Docker Engine as the shell does. */
import type { Environment } from '../config.ts';
import { ownerOptionList } from '../control/owner-options.ts';

/** What finds the Docker Engine beside Thaw's own settings. */
const dockerVariables = ['DOCKER_HOST', 'DOCKER_CONTEXT'];

/** The variables of the environment that are settings of Thaw. None of them is a secret: keys are only named by files. */
export const handedOn = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...ownerOptionList.map(({ variable }) => variable), ...dockerVariables].flatMap((variable) => {
      const value = environment[variable];
      return value === undefined || value === '' ? [] : [[variable, value]];
    }),
  );
