/** Between two mails of one kind to one address, in ms, and how many it gets in a day. */
export const againAfterMs = 2 * 60_000;
export const mostADay = 3;
export const dayMs = 24 * 60 * 60_000;
