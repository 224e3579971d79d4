import { z } from 'zod';
import type { Signup } from '../signup.ts';

/** A sign-up as it is read back from disk. */
export const signupSchema = z.object({
  id: z.string(),
  form: z.string(),
  person: z.object({ email: z.string() }).catchall(z.union([z.string(), z.boolean()])),
  page: z.string().exactOptional(),
  acceptedAt: z.string(),
}) satisfies z.ZodType<Signup>;
