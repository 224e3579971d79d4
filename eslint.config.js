import stylistic from '@stylistic/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'node_modules/', 'widget/build/package/types/'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `declare` fields, index signatures and bracket access are settled by the compiler's own flags.
      '@typescript-eslint/dot-notation': 'off',
      'no-console': 'error',
    },
  },
  {
    // STYLE: only the two entry points may read the process; everything else gets what it needs as a parameter.
    files: ['server/**/*.ts'],
    ignores: ['server/main.ts', 'server/cli.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: 'Take it as a parameter.' }] },
  },
  {
    files: ['server/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'URL',
          property: 'canParse',
          message: 'Node 20 answers wrongly once it is hot: use readUrl.',
        },
        {
          object: 'AbortSignal',
          property: 'any',
          message: 'Node 20 leaks where one of the signals lives long: use withAnySignal.',
        },
      ],
    },
  },
  {
    // Here every chai assertion is typed as a promise, though only `accessible()` is one.
    files: ['test/widget/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_$' },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  prettier,
  {
    // The formatter holds code to this width, and leaves comments alone.
    files: ['**/*.ts'],
    ignores: ['server/outbox/file/**'],
    plugins: { '@stylistic': stylistic },
    rules: {
      '@stylistic/max-len': [
        'error',
        {
          code: 1000,
          comments: 110,
          ignoreUrls: true,
          ignorePattern: '^\\s*\\* @',
        },
      ],
    },
  },
);
