import { z } from 'zod';
import { form } from './form-schemas.ts';
import type { Operation } from './operation.ts';

/** What `server/routes/hosted/` answers. */
export const brandOperations: readonly Operation[] = (['colours.css', 'logo', 'picture'] as const).map(
  (name): Operation => ({
    method: 'get',
    path: `/forms/{form}/brand/${name}`,
    id: { 'colours.css': 'getBrandColours', logo: 'getBrandLogo', picture: 'getBrandPicture' }[name],
    tag: 'forms',
    summary: `The ${name === 'colours.css' ? 'colours' : name} of the hosted page`,
    parameters: { path: form },
    responses: {
      200: {
        about: 'As the forms file has it.',
        content:
          name === 'colours.css'
            ? { 'text/css': { schema: z.string() } }
            : Object.fromEntries(
                ['png', 'jpeg', 'webp', 'avif', 'svg+xml'].map((type) => [
                  `image/${type}`,
                  { schema: z.string() },
                ]),
              ),
      },
      304: { about: 'As the `If-None-Match` has it.' },
    },
    problems: ['no_such_form', 'not_found'],
    hasPages: true,
    samples: [],
  }),
);
