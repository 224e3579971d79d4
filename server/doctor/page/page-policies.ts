import { fault, fine, warning, type Finding } from '../finding.ts';
import type { Tag } from './markup.ts';
import {
  findRequestBlock,
  findSandboxBlock,
  findScriptBlock,
  findTrustedTypesBlock,
  malformedSources,
  type Blocked,
  type Policy,
} from './security-policy.ts';

export interface PagePolicies {
  readonly policies: readonly Policy[];
  readonly page: URL;
  readonly scripts: readonly { readonly tag: Tag; readonly url: URL }[];
  readonly forms: readonly URL[];
  /** Plain forms; a fallback is needed only if the script does not run. */
  readonly plain: readonly { readonly url: URL; readonly isFallback: boolean }[];
}

/** Reports what the page's Content-Security-Policies would block, with the source to add. */
export function checkPolicies(on: PagePolicies): readonly Finding[] {
  const { policies, scripts, forms, plain } = on;
  if (policies.length === 0 || scripts.length + forms.length + plain.length === 0) return [];
  const findings = policies.flatMap((policy) => checkPolicy(policy, on));
  const isBlocking = findings.some(({ is }) => is === 'fault');
  return isBlocking ? findings : [...findings, fine('Its Content-Security-Policy lets the form work.')];
}

function checkPolicy(policy: Policy, { page, scripts, forms, plain }: PagePolicies): readonly Finding[] {
  const where = policy.from === 'header' ? 'header' : 'meta tag';
  const blocked: (Finding | undefined)[] = [
    say(findSandboxBlock(policy), 'the form (sandbox)'),
    ...scripts.map(({ tag: { attributes }, url }) =>
      say(
        findScriptBlock(
          policy,
          { url, nonce: attributes.get('nonce'), integrity: attributes.get('integrity') },
          page,
        ),
        `the script ${url.href}`,
      ),
    ),
    ...forms.map((url) =>
      say(findRequestBlock(policy, 'connect-src', url, page), `what the form sends to ${url.href}`),
    ),
    ...plain.map(({ url, isFallback }) =>
      say(
        findRequestBlock(policy, 'form-action', url, page),
        `the plain form to ${url.href}${isFallback ? ', for visitors without scripts' : ''}`,
        isFallback,
      ),
    ),
    forms.length > 0 ? say(findTrustedTypesBlock(policy), 'what draws the form') : undefined,
  ];
  const malformed = malformedSources(policy).map(({ source, remedy }) =>
    warning(`The Content-Security-Policy (${where}) has a malformed source: ${source}`, remedy),
  );
  const found = [...malformed, ...blocked.filter((finding) => finding !== undefined)];
  return [...new Map(found.map((finding) => [finding.what, finding])).values()];

  function say(block: Blocked | undefined, what: string, isSpare = false): Finding | undefined {
    if (!block) return undefined;
    if (!policy.isEnforced) {
      return warning(
        `The Content-Security-Policy that only reports (${where}) will block ${what} once it is enforced: ${block.directive}.`,
        block.remedy,
      );
    }
    const words = `The Content-Security-Policy (${where}) blocks ${what}: ${block.directive}.`;
    return isSpare ? warning(words, block.remedy) : fault(words, block.remedy);
  }
}
