import { readFileSync, writeFileSync } from 'node:fs';
import { envExample } from './env-example.ts';
import { withSections } from './markdown.ts';
import { generatedSections, schemaFile } from './tables.ts';

/**
 * `npm run docs`: writes every table of the documents that has a source in code, docs/forms.schema.json and
 * .env.example.
 */
for (const [path, sections] of Object.entries(await generatedSections())) {
  writeFileSync(path, withSections(path, readFileSync(path, 'utf8'), sections));
}
writeFileSync('docs/forms.schema.json', await schemaFile());
writeFileSync('.env.example', envExample());
