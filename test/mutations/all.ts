import { deliveryMutations } from './delivery.ts';
import { keepingMutations } from './keeping.ts';
import type { Mutation } from './mutation.ts';
import { outboxMutations } from './outbox.ts';
import { processMutations } from './processes.ts';
import { secretMutations } from './secrets.ts';
import { signupMutations } from './signup.ts';
import { storeMutations } from './store.ts';
import { turnMutations } from './turns.ts';

export const all: readonly Mutation[] = [
  ...storeMutations,
  ...processMutations,
  ...turnMutations,
  ...secretMutations,
  ...keepingMutations,
  ...outboxMutations,
  ...deliveryMutations,
  ...signupMutations,
];
