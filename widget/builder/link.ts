import type { BuilderSetup } from '../../shared/builder.ts';
import { plainDesign, readDesign, type Design } from './design.ts';
import { withoutUnreadable } from './state.ts';
import { firstView, readView, type View } from './view.ts';

/**
 * The fragment of a link with every value that is not a default. Browsers do not send fragments to the
 * server.
 */
export function toFragment(design: Design, view: View, setup: BuilderSetup): string {
  const plain = { ...plainDesign(setup), ...firstView };
  const changed = Object.entries({ ...design, ...view }).filter(
    ([name, value]) => plain[name as keyof typeof plain] !== value,
  );
  return new URLSearchParams(changed).toString();
}

/**
 * Reads a fragment. It is untrusted, because anyone can make a link. `isWhole` is false if a part of it was
 * omitted.
 */
export function fromFragment(
  fragment: string,
  setup: BuilderSetup,
  before: View,
): { readonly design: Design; readonly view: View; readonly isWhole: boolean } {
  const wanted = [...new URLSearchParams(fragment.replace(/^#/, ''))];
  const isOfView = ([name]: readonly [string, string]) => Object.hasOwn(firstView, name);
  const { design, isWhole } = readDesign(
    wanted.filter((entry) => !isOfView(entry)),
    setup,
  );
  const read = readView(wanted.filter(isOfView), before);
  const readable = withoutUnreadable(design);
  return { design: readable, view: read.view, isWhole: isWhole && read.isWhole && readable === design };
}
