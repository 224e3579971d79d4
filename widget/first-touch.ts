/**
 * What a form loads when the visitor first touches it: the proof of work, and the suggestions for mistyped
 * addresses. Built as `proof.js`. Nothing may be removed from it, because a page may pin an old `embed.js`
 * permanently.
 */
export { watchForTypos } from './form/typo.ts';
export { Proofs } from './proof/proof.ts';
