import { readFileSync, writeFileSync } from 'node:fs';
import { withSections } from './markdown.ts';
import { generatedSections, schemaFile } from './tables.ts';

/**
 * `npm run docs`: writes every table of the documents that has a source in code, and docs/forms.schema.json.
 */
for (const [path, sections] of Object.entries(await generatedSections())) {
  writeFileSync(path, withSections(path, readFileSync(path, 'utf8'), sections));
}
writeFileSync('docs/forms.schema.json', await schemaFile());
