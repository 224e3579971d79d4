import { readVariable } from '../config/accounts/variables.ts';
import { trimmed, type Env } from '../config/env.ts';
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
      const base = withoutEnding(readVariable(name)?.name ?? name);
      const { secret, file }: Partial<Setting<unknown>> =
        base in settings ? settings[base as keyof typeof settings] : {};
      if (!secret && !file) return [];
      const text = name.endsWith('_FILE') ? contentOf(env[name] ?? '') : (env[name] ?? '');
      return mistakesIn(trimmed(text)).map(({ what, remedy }) =>
        warning(`${name} ${what} The value is used as it is.`, remedy),
      );
    });
}

/** Without the number of its set and without `_FILE`. */
function withoutEnding(name: string): string {
  return name.replace(/_FILE$/, '').replace(/_[2-9]$/, '');
}

interface Mistake {
  readonly is: (text: string) => boolean;
  readonly what: string;
  readonly remedy: string;
}

const mistakes: readonly Mistake[] = [
  {
    is: (text) => /^(["'`]).*\1$/s.test(text) || /^[“”„‘’«‹].*[“”‘’»›]$/s.test(text),
    what: 'is in quotes, which are part of it here.',
    remedy: 'Remove the quotes: docker run --env-file, systemd and Kubernetes keep them.',
  },
  {
    is: (text) => /^["'`“”„‘’«‹]/.test(text) !== /["'`“”‘’»›][,;]?$/.test(text),
    what: 'has a quote at one of its ends.',
    remedy: 'Remove the quote if it does not belong to it.',
  },
  {
    is: (text) => /^\S*[\w"'`][,;]$/.test(text) || /\\[nrt]$/.test(text),
    what: 'ends with a sign that stands behind values in files: a comma, a semicolon, or a line end as \\n.',
    remedy: 'Remove it if it does not belong to it.',
  },
  {
    is: (text) =>
      /^((export|set|setx|-e|--env)\s+|\$env:)?["']?[a-z]+_\w+["']?\s*[=:]\s*[^\s=]/i.test(text) ||
      /^(api[ _-]?key|key|password|user ?name|token|secret)\s*[=:]/i.test(text),
    what: 'begins with its name.',
    remedy: 'Keep only what stands behind the = or colon.',
  },
  {
    is: (text) => /^((Bearer|Basic|Token)[\s:]|(rasa-token|authorization):)/i.test(text),
    what: 'begins like a header of HTTP.',
    remedy: 'Keep only the secret itself.',
  },
  {
    is: (text) => /^[{[]\s*["'].*[}\]]$/s.test(text),
    what: 'is JSON.',
    remedy: 'Keep only the value in it.',
  },
  {
    is: isPlaceholder,
    what: 'is a placeholder that was not filled in.',
    remedy: 'Have it filled in where the proxy is started.',
  },
  {
    is: (text) => /^(file:|[a-z]:\\|(\.{0,2}|~)\/([\w.-]+\/)+[\w.-]+$)/i.test(text),
    what: 'is the path of a file.',
    remedy: 'Set it in the variable whose name ends with _FILE.',
  },
  {
    is: (text) => /[•●∗…]|^\*+$/.test(text),
    what: 'has characters that stand for hidden ones.',
    remedy: 'Copy the secret where it is shown in full.',
  },
  {
    is: (text) => /^(.{8,})\s*\1$/s.test(text) && new Set(text).size > 4,
    what: 'stands there twice.',
    remedy: 'Paste it once.',
  },
  {
    is: (text) => /[\u0000-\u001f\u007f-\u00a0\u200b-\u200f\u2028-\u202f\u2060\ufeff]/.test(text),
    what: 'has characters inside that cannot be seen.',
    remedy: 'Type it, or paste it as plain text.',
  },
  {
    is: (text) => text.includes('\ufffd'),
    what: 'has bytes that are not UTF-8.',
    remedy: 'Write it again in UTF-8.',
  },
  {
    is: (text) => !isUrl(text) && /%[2-7][0-9a-f]|&(amp|lt|gt|quot|#\d+);/i.test(text),
    what: 'is written as in an address or in HTML, with codes for some of its letters.',
    remedy: 'Copy it where it is shown as plain text.',
  },
  {
    is: isEncoded,
    what: 'is probably the secret in base64, with a line end or quotes in it.',
    remedy:
      'Decode it (base64 -d). In a Secret of Kubernetes, data is base64 once: printf %s "$key" | base64, or use stringData.',
  },
];

function isPlaceholder(text: string): boolean {
  return (
    /^(\$\{.*\}|\$\w+|\$\(.*\)|%\w+%|<.*>|\[.*\]|\{\{.*\}\})$/s.test(text) ||
    /^(undefined|null|none|nil|x{3,}|change[-_ ]?me|your[-_ ].*(key|password|secret|token).*)$/i.test(text)
  );
}

/** A secret that is a URL, such as that of a database, has codes for letters where that is right. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

function mistakesIn(text: string): readonly Mistake[] {
  return mistakes.filter(({ is }) => is(text));
}

/** Readable text that ends with a blank or a line end, or a UUID: `echo key | base64` makes such values. */
function isEncoded(text: string): boolean {
  if (text.length < 8 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 === 1) return false;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return (
    /^[\x20-\x7e]+\s$/.test(decoded.replace(/\r\n$/, '\n')) ||
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(decoded)
  );
}

function contentOf(path: string): string {
  try {
    return readText(path);
  } catch {
    // Reported with the configuration.
    return '';
  }
}
