import type { Setting } from '../../../server/config/setting.ts';
import { settings } from '../../../server/config/settings.ts';
import { paragraph } from './markdown.ts';
import { defaultOf } from './tables.ts';

const head = `# Every setting of the proxy with its default. Copy this file, remove the # before what you change, and start
# with --env-file PATH. Secrets are better kept in files of their own: NAME_FILE has the path of one.
`;

/** `.env.example`: what each setting means, and its default, commented out. */
export function envExample(): string {
  const entries = Object.entries(settings) as [string, Setting<unknown>][];
  return [head, ...entries.map(([name, each]) => entry(name, each))].join('\n');
}

function entry(name: string, { about, schema, file }: Setting<unknown>): string {
  const text = paragraph(`# ${plain(about)}`)
    .trimEnd()
    .replaceAll('\n', '\n# ');
  const value = defaultOf(schema).replaceAll('`', '');
  return `${text}\n#${name}${file ? '_FILE' : ''}=${value}\n`;
}

/** Without the links of the documents. */
function plain(about: string): string {
  return about.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
}
