import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describeApi } from '../../../server/openapi/document.ts';
import { readVersion } from '../../../server/system/product.ts';

/** What the linter finds in the description of the API, as `rule at place: message`. */
export async function faultsOfDescription(): Promise<readonly string[]> {
  const description = describeApi({ publicUrl: 'https://signup.example.org', version: readVersion() });
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      'no-invalid-media-type-examples': 'error',
      'no-invalid-schema-examples': 'error',
      'operation-operationId-unique': 'error',
      'operation-description': 'off',
      // Health is public, and always answers 200 while there is an answer.
      'operation-4xx-response': 'error',
      // `/api/contacts/unsubscribe` is one POST, and no contact has such an id.
      'no-ambiguous-paths': 'off',
    },
  });
  const problems = await lintFromString({ source: JSON.stringify(description), config });
  return problems.map(({ ruleId, message, location }) => {
    const place = location[0];
    return `${ruleId} at ${place && 'pointer' in place ? String(place.pointer) : ''}: ${message}`;
  });
}
