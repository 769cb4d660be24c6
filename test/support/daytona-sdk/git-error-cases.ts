/** The classes of git's failures, with repositories that make git fail in each way. */
import { readFile } from 'node:fs/promises';
import type { ErrorCase } from './error-case.ts';
import type { SdkSandbox } from './sdk-types.ts';

const ROOT = '/tmp/git-errors';
/** Its HTTP server asks everybody for a password. */
const PORT = 3_419;

const SET_UP = `set -e
mkdir -p ${ROOT} && cd ${ROOT}
git config --global user.name a && git config --global user.email a@example.com
git init -q --bare -b main origin
git init -q --bare -b main guarded
printf '#!/bin/sh\\nexit 1\\n' > guarded/hooks/pre-receive && chmod +x guarded/hooks/pre-receive
git init -q -b main work && cd work
git remote add origin ${ROOT}/origin && git remote add guarded ${ROOT}/guarded
echo one > a && git add a && git commit -qm one && git push -q origin main
git clone -q ${ROOT}/origin ../behind && git clone -q ${ROOT}/origin ../dirty
echo two > a && git commit -qam two && git push -q origin main
cd ../behind && echo other > a && git commit -qam other
cd ../dirty && git checkout -q -b second && echo second > a && git commit -qam second
git checkout -q main && echo mine > a
nohup python3 ${ROOT}/serve.py ${ROOT} ${PORT} > /dev/null 2>&1 &
until python3 -c "import socket; socket.create_connection(('127.0.0.1', ${PORT}))" 2> /dev/null; do sleep 0.05; done`;

/** Makes the repositories once in each sandbox. */
async function repositories({ fs, process }: SdkSandbox): Promise<void> {
  const there = await process.executeCommand(`test -e ${ROOT}/dirty`);
  if (there.exitCode === 0) return;
  const script = await readFile(new URL('../git-http.py', import.meta.url));
  await process.executeCommand(`mkdir -p ${ROOT}`);
  await fs.uploadFile(script, `${ROOT}/serve.py`);
  const { exitCode, result } = await process.executeCommand(SET_UP);
  if (exitCode !== 0) throw new Error(`the repositories were not made: ${result}`);
}

const gitCase = (name: string, provoke: (git: SdkSandbox['git']) => Promise<unknown>): ErrorCase => ({
  name,
  async provoke({ box }) {
    await repositories(box);
    await provoke(box.git);
  },
});

export const gitErrorCases: readonly ErrorCase[] = [
  gitCase('DaytonaGitAuthFailedError', (git) => git.clone(`http://127.0.0.1:${PORT}/origin`, `${ROOT}/x`)),
  gitCase('DaytonaGitRepoNotFoundError', (git) => git.clone(`${ROOT}/nothing`, `${ROOT}/x`)),
  gitCase('DaytonaGitTransportFailedError', (git) => git.clone('http://127.0.0.1:9/x.git', `${ROOT}/x`)),
  gitCase('DaytonaGitBranchNotFoundError', (git) => git.checkoutBranch(`${ROOT}/work`, 'nowhere')),
  gitCase('DaytonaGitBranchExistsError', (git) => git.createBranch(`${ROOT}/work`, 'main')),
  gitCase('DaytonaGitDirtyWorktreeError', (git) => git.checkoutBranch(`${ROOT}/dirty`, 'second')),
  gitCase('DaytonaGitPushRejectedError', (git) => git.push(`${ROOT}/behind`)),
  gitCase('DaytonaGitMergeConflictError', (git) => git.pull(`${ROOT}/behind`)),
  gitCase('DaytonaGitRemoteRejectedError', (git) =>
    git.push(`${ROOT}/work`, undefined, undefined, 'main', 'guarded'),
  ),
];
