import { readFileSync, writeFileSync } from 'node:fs';
import { createManifest, elementOf } from './manifest.ts';
import { withTables } from './readme.ts';

/** `npm run readme`: writes the documentation from the element's source into the README's tables. */
writeFileSync('README.md', withTables(readFileSync('README.md', 'utf8'), elementOf(createManifest())));
