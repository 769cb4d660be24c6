/** What a driver may say, checked: it comes out of a sandbox, where anybody can say anything. */
import { z } from 'zod';
import { Chart, ImageType } from '../../../schemas/code.ts';
import { DriverViolation } from './piece-reader.ts';

/** Of one picture, before base64. The largest that common clients of models take. */
export const MAX_IMAGE_BYTES = 3_000_000;
/** A picture in base64 and the data of its chart. */
export const MAX_FRAME_BYTES = 8_000_000;

const Text = z.string().max(200_000);

const DriverFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), cwd: z.string().max(4096) }),
  /** Everything that the code wrote to this stream came before. */
  z.strictObject({ type: z.literal('end'), id: z.number().int() }),
  z.strictObject({ type: z.literal('error'), name: Text, value: Text, traceback: Text }),
  z.strictObject({
    type: z.literal('result'),
    text: Text.optional(),
    image: z
      .strictObject({
        mimeType: ImageType,
        data: z
          .base64()
          .min(4)
          .max(Math.ceil((MAX_IMAGE_BYTES * 4) / 3) + 4),
      })
      .optional(),
    chart: Chart.omit({ png: true }).optional(),
  }),
]);
export type DriverFrame = z.infer<typeof DriverFrame>;

/** Throws DriverViolation. */
export function readFrame(bytes: Buffer): DriverFrame {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new DriverViolation('a frame is no JSON');
  }
  const { success, data } = DriverFrame.safeParse(value);
  if (!success) throw new DriverViolation('a frame is none that there is');
  return data;
}
