/** Headless Chromium of the distribution, installed when it is missing, in a new profile that ends with the test. */
import { homedir } from 'node:os';
import { type Browser, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { findProgram } from '../../src/setup/find-program.ts';
import { describeHost } from '../../src/setup/host.ts';
import { installMissing, type Need } from '../../src/setup/install/packages.ts';
import { lineProgress } from '../../src/setup/progress.ts';

const need: Need = {
  purpose: 'to open previews in a browser',
  programs: ['chromium'],
  packages: ['chromium'],
};

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export async function openChromium(): Promise<Browser> {
  const host = describeHost(process, process.env, homedir());
  const progress = lineProgress((line) => process.stderr.write(`${line}\n`));
  await installMissing(host, [need], progress, true);
  const executablePath = await findProgram(host, 'chromium');
  if (executablePath === null) throw new Error('Chromium was installed and is not found.');
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  onTestFinished(() => browser.close());
  return browser;
}
