/** `npm run generate`: brings the generated files of `schemas/` up to date. */
import { generate } from './generate-openapi.ts';

await generate();
