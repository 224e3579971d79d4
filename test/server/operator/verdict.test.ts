import { describe, expect, it } from 'vitest';
import { judge } from '../../../server/operator/verdict.ts';
import { states } from '../../helpers/server/operator-states.ts';

describe('the first line of the operator page', () => {
  it.each(Object.entries(states))('%s', (_name, [state, words, tone, cause]) => {
    const verdict = judge(state);
    expect(verdict).toMatchObject({ words, tone });
    expect(verdict.causes[0]?.what).toBe(cause);
    for (const { remedy } of verdict.causes) expect(remedy).toMatch(/\.$/);
  });
});
