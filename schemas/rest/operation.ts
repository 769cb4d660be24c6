/** How an operation of the REST surface is described: everything that routing, checks and the OpenAPI document need. */
import type { z } from 'zod';
import type { ApiPermission } from './requests.ts';

export interface ApiOperation {
  /** As in `POST /sandbox/{sandboxIdOrName}/start`; parameters of the path are texts. */
  readonly route: string;
  readonly tag: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly status: 200 | 201 | 204;
  /** `text` for plain text, null for an empty answer. */
  readonly answer: z.ZodType | 'text' | null;
  /** What a key must be allowed to; without one any valid key will do. */
  readonly permission?: ApiPermission;
  /** Served without a key. */
  readonly open?: true;
}

export const operation = <const Operation extends ApiOperation>(definition: Operation): Operation =>
  definition;
