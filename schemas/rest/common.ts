/** What the schemas of the REST surface share: values as the API takes them, which is more leniently than the tools do. */
import { z } from 'zod';

/** The API's ValidationPipe keeps unknown fields out of the way: they are taken and ignored. */
export const EmptyBody = z.object({});

/** Nulls are taken out of a body before it is checked: the API treats them like values that are not there. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional();

export const Ordering = z.enum(['asc', 'desc']);
