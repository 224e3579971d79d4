import type { Page } from 'playwright-core';

/** The states of a form that a visitor sees one after the other. */
export const states = ['empty', 'focus', 'mistake', 'suggestion', 'sending', 'accepted'] as const;

export type State = (typeof states)[number];

/**
 * Brings a form through its states, as a visitor does, and calls `visit` in each. The stub's behaviour must
 * be `held`, and `release` answers the sign-up.
 */
export async function walkStates(
  page: Page,
  release: () => Promise<void>,
  visit: (state: State) => Promise<void>,
): Promise<void> {
  const form = page.locator('rasa-signup');
  const email = form.locator('[name=email]');
  const button = form.locator('[part=button]');
  await email.waitFor();
  await visit('empty');
  await email.pressSequentially('ada@exam');
  await visit('focus');
  await email.fill('ada@example');
  await email.press('Enter');
  await form.locator('[part=error]:not(:empty)').waitFor();
  await visit('mistake');
  await email.fill('ada@gmial.com');
  await email.blur();
  await form.locator('[part=suggestion]').waitFor();
  await visit('suggestion');
  await email.fill('ada@example.com');
  await form.locator('[name=first_name]').fill('Ada');
  await form.locator('[name=last_name]').fill('Lovelace');
  await button.click();
  await form.locator('[part=button][aria-disabled=true]').waitFor();
  await visit('sending');
  await release();
  await form.locator('[part=mark]').waitFor();
  await visit('accepted');
}
