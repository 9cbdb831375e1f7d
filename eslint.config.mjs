import tseslint from 'typescript-eslint';

const clocks = [
  { name: 'setTimeout', message: 'Inject Timers (#kernel).' },
  { name: 'setInterval', message: 'Inject Timers (#kernel).' },
  { name: 'setImmediate', message: 'Inject Timers (#kernel).' },
  { name: 'performance', message: 'Inject MonotonicClock (#kernel).' },
];
const clockSyntax = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Inject Clock (#kernel).' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Inject Clock (#kernel).' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Inject Random (#kernel).' },
];
const environmentSyntax = [{ selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Read the environment in the one configuration file of the app.' }];
/** R6: no way to skip verification. `rejectUnauthorized: false` has one listed exception, the agent's fetch of the CA by hash. */
const trustSyntax = [{ selector: "Property[key.name='rejectUnauthorized'][value.value=false]", message: 'Never skip verification (R6).' }];
const enumSyntax = [{ selector: 'TSEnumDeclaration', message: 'Use a string union or an `as const` object.' }];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '**/generated/**', 'coverage/**', '.capstan/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports', prefer: 'type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-syntax': ['error', ...enumSyntax, ...trustSyntax],
      'no-console': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-empty': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['libs/{kernel,domain}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', ...clocks],
      'no-restricted-syntax': ['error', ...enumSyntax, ...trustSyntax, ...clockSyntax, ...environmentSyntax],
    },
  },
  {
    files: ['libs/{wire,git,render,kube}/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.contract.ts', 'apps/*/src/**/config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...enumSyntax, ...trustSyntax, ...clockSyntax, ...environmentSyntax] },
  },
  { files: ['**/*.entity.ts', '**/*-entity.ts', '**/typeorm-*.ts', '**/*.graphql.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['apps/cli/src/**/*.ts', 'test/demo/**/*.ts', 'test/bench/**/*.ts'], rules: { 'no-console': 'off' } },
);
