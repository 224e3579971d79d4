import { readVariable } from '../config/accounts/variables.ts';
import type { Env } from '../config/env.ts';
import type { Setting } from '../config/setting.ts';
import { settings } from '../config/settings.ts';
import { readText } from '../system/files.ts';
import { warning, type Finding } from './finding.ts';

/**
 * Finds secrets that look as if more, less or something else was pasted than the secret: rasa.io would refuse
 * them, and its answer would not say why. Names variables and never shows a value.
 */
export function checkPastedSecrets(env: Env): readonly Finding[] {
  return Object.keys(env)
    .sort()
    .flatMap((name) => {
      const variable = withoutEnding(name);
      const base = withoutEnding(readVariable(name)?.name ?? name);
      const { secret, file }: Partial<Setting<unknown>> =
        base in settings ? settings[base as keyof typeof settings] : {};
      if (!secret && !file) return [];
      const text = name.endsWith('_FILE') ? contentOf(env[name] ?? '') : (env[name] ?? '');
      return mistakesIn(text.trim(), variable).map(({ what, remedy }) =>
        warning(`${name} ${what} The value is used as it is.`, remedy),
      );
    });
}

/** Without the number of its set and without `_FILE`. */
function withoutEnding(name: string): string {
  return name.replace(/_FILE$/, '').replace(/_[2-9]$/, '');
}

interface Mistake {
  readonly is: (text: string, name: string) => boolean;
  readonly what: string;
  readonly remedy: string;
}

const mistakes: readonly Mistake[] = [
  {
    is: (text) => /^(["'`]).*\1$/s.test(text) || /^[“”„‘’].*[“”‘’]$/s.test(text),
    what: 'is in quotes, which are part of it here.',
    remedy: 'Remove the quotes: docker run --env-file, systemd and Kubernetes keep them.',
  },
  {
    is: (text, name) => new RegExp(`^(export\\s+)?${name}\\s*[=:]`).test(text),
    what: 'begins with its own name.',
    remedy: 'Keep only what stands behind the = or colon.',
  },
  {
    is: (text) => /^(Bearer|Basic|Token|rasa-token:)\s/i.test(text),
    what: 'begins like a header of HTTP.',
    remedy: 'Keep only the secret itself.',
  },
  {
    is: (text) => /^(\$\{.*\}|\$\w+|<.*>|\{\{.*\}\})$/s.test(text),
    what: 'is a placeholder that was not filled in.',
    remedy: 'Have it filled in where the proxy is started.',
  },
  {
    is: (text) => /[•●∗…]|^\*+$/.test(text),
    what: 'has characters that stand for hidden ones.',
    remedy: 'Copy the secret where it is shown in full.',
  },
  {
    is: (text) => /[\u0000-\u001f\u007f-\u00a0\u200b-\u200f\u2028-\u202f\u2060\ufeff]/.test(text),
    what: 'has characters inside that cannot be seen.',
    remedy: 'Type it, or paste it as plain text.',
  },
  {
    is: isEncoded,
    what: 'is probably the secret in base64, with a line end or quotes in it.',
    remedy:
      'Decode it (base64 -d). In a Secret of Kubernetes, data is base64 once: printf %s "$key" | base64, or use stringData.',
  },
];

function mistakesIn(text: string, name: string): readonly Mistake[] {
  return mistakes.filter(({ is }) => is(text, name));
}

/** Readable text that ends with a line end, or a UUID: `echo key | base64` makes such values. */
function isEncoded(text: string): boolean {
  if (text.length < 8 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return false;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return /^[\x20-\x7e]+\r?\n$/.test(decoded) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(decoded);
}

function contentOf(path: string): string {
  try {
    return readText(path);
  } catch {
    // Reported with the configuration.
    return '';
  }
}
