/** The form of every timestamp of the API. */
import { z } from 'zod';

/** ISO 8601 in UTC with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 });
