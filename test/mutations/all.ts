import { deliveryMutations } from './delivery.ts';
import { keepingMutations } from './keeping.ts';
import type { Mutation } from './mutation.ts';
import { outboxMutations } from './outbox.ts';
import { processMutations } from './processes.ts';
import { signupMutations } from './signup.ts';
import { storeMutations } from './store.ts';

export const all: readonly Mutation[] = [
  ...storeMutations,
  ...processMutations,
  ...keepingMutations,
  ...outboxMutations,
  ...deliveryMutations,
  ...signupMutations,
];
