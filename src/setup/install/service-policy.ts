/** Keeps package scripts from starting system services while something is installed. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

const mark = '# Written by Thaw while it installs packages; removed afterwards.';
const denyAll = `#!/bin/sh\n${mark}\nexit 101\n`;

/**
 * Runs `work` under a policy-rc.d that denies every service action, and puts back what was there. A file that an
 * interrupted run left is recognised by its mark and not put back.
 */
export async function withoutServiceStarts<Result>(
  work: () => Promise<Result>,
  path = '/usr/sbin/policy-rc.d',
): Promise<Result> {
  const saved = `${path}.before-thaw`;
  const present = await readFile(path, 'utf8').catch(() => null);
  if (present !== null && !present.includes(mark)) await rename(path, saved);
  await writeFile(path, denyAll, { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
    await rename(saved, path).catch(() => undefined);
  }
}
