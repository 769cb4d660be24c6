/** The good calls of all tools: a family of tools is a file beside this one. */
import { codeCases } from './code.ts';
import { copiesCases } from './copies.ts';
import { editCases } from './edit.ts';
import { execFileCases } from './exec-files.ts';
import type { GoodCall } from './good-call.ts';
import { lifecycleCases } from './lifecycle.ts';
import { networkCases } from './network.ts';
import { previewCases } from './previews.ts';
import { settingsCases } from './settings.ts';
import { sshCases } from './ssh.ts';
import { templateCases } from './templates.ts';
import { transferCases } from './transfer.ts';
import { volumeCases } from './volumes.ts';

export const goodCalls: readonly GoodCall[] = [
  ...lifecycleCases,
  ...settingsCases,
  ...networkCases,
  ...copiesCases,
  ...templateCases,
  ...volumeCases,
  ...codeCases,
  ...execFileCases,
  ...editCases,
  ...transferCases,
  ...sshCases,
  ...previewCases,
];
