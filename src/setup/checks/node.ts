/** Whether this Node is new enough. */
import type { Check } from './check.ts';

export const nodeCheck: Check = {
  id: 'node',
  title: 'Node.js',
  async run({ nodeVersion }) {
    const [major = 0, minor = 0] = nodeVersion.replace('v', '').split('.').map(Number);
    if (major > 20 || (major === 20 && minor >= 15)) return { status: 'ok', found: nodeVersion };
    return { status: 'fail', found: nodeVersion, advice: 'Thaw needs Node 20.15 or newer.' };
  },
};
