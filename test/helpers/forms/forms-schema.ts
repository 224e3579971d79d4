import { jsonSchema } from '../../../server/config/forms-file/form-schema.ts';

interface Schema {
  readonly description?: string;
  readonly const?: string;
  readonly not?: object;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const form = (jsonSchema() as Schema).properties?.['forms']?.additionalProperties;

/** Each member of a form with its description. */
export function formMembers(): readonly (readonly [name: string, about: string])[] {
  return Object.entries(form?.properties ?? {}).map(([name, { description = '' }]) => [name, description]);
}

/** Each member of a form's brand with its description. */
export function brandMembers(): readonly (readonly [name: string, about: string])[] {
  const { properties = {} } = form?.properties?.['brand'] ?? {};
  return Object.entries(properties).map(([name, { description = '' }]) => [name, description]);
}

/** Each member of a field with the types that have it (empty for all visible types) and its description. */
export function fieldMembers(): readonly (readonly [name: string, types: string, about: string])[] {
  const kinds = (form?.properties?.['fields']?.items?.anyOf?.[1]?.oneOf ?? []).filter(
    ({ properties }) => properties?.['type']?.const !== undefined,
  );
  const found = new Map<string, { readonly types: string[]; readonly about: string }>();
  for (const { properties = {} } of kinds) {
    for (const [name, { description = '' }] of Object.entries(properties)) {
      const { types, about } = found.get(name) ?? { types: [], about: description };
      found.set(name, { types: [...types, properties['type']?.const ?? ''], about });
    }
  }
  const isEverywhere = (types: readonly string[]) => types.length >= kinds.length - 1;
  return [...found]
    .filter(([name]) => name !== 'type')
    .map(([name, { types, about }]) => [
      name,
      isEverywhere(types)
        ? types.includes('hidden')
          ? 'all'
          : 'all but `hidden`'
        : types.map((type) => `\`${type}\``).join(' '),
      about,
    ]);
}

/** Each type with its description. */
export function fieldTypes(): readonly (readonly [type: string, about: string])[] {
  const kinds = form?.properties?.['fields']?.items?.anyOf?.[1]?.oneOf ?? [];
  return kinds.flatMap(({ properties }) => {
    const { const: type, description = '' } = properties?.['type'] ?? {};
    return type === undefined ? [] : [[type, description] as const];
  });
}
