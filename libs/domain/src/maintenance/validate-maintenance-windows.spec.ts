import { validateProjectPolicy, type MaintenanceWindowInput } from '#domain';
import { describe, expect, it } from '@jest/globals';

const NIGHTS: MaintenanceWindowInput = { name: 'nights', selector: { matchLabels: { env: 'prod' } }, windows: [{ kind: 'ALLOW', schedule: '0 22 * * *', duration: '6h', timeZone: 'Europe/Berlin' }] };
const policyOf = (...maintenanceWindows: readonly MaintenanceWindowInput[]) => validateProjectPolicy({ health: [], ignore: [], maintenanceWindows });

describe('the maintenance windows of a project', () => {
  it('are stored complete', () => {
    expect(policyOf(NIGHTS)).toEqual({
      ok: true,
      value: { health: [], ignore: [], maintenanceWindows: [{ name: 'nights', selector: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] }, windows: [{ kind: 'ALLOW', schedule: '0 22 * * *', duration: '6h', timeZone: 'Europe/Berlin' }] }], approvals: { notByAuthor: false } },
    });
  });

  it.each<[string, readonly MaintenanceWindowInput[], string, string]>([
    ['no name', [{ ...NIGHTS, name: null }], 'INVALID_NAME', 'maintenanceWindows.0.name'],
    ['a name that is taken', [NIGHTS, NIGHTS], 'INVALID_VALUE', 'maintenanceWindows.1.name'],
    ['a selector that says nothing', [{ ...NIGHTS, selector: {} }], 'SELECTOR_EMPTY', 'maintenanceWindows.0.selector'],
    ['a selector by a fact', [{ ...NIGHTS, selector: { all: true, matchLabels: { 'facts.capstan.dev/region': 'eu' } } }], 'LABEL_KEY_INVALID', 'maintenanceWindows.0.selector'],
    ['an expression about a fact', [{ ...NIGHTS, selector: { all: true, matchExpressions: [{ key: 'facts.capstan.dev/region', operator: 'Exists' }] } }], 'LABEL_KEY_INVALID', 'maintenanceWindows.0.selector'],
    ['no windows', [{ ...NIGHTS, windows: [] }], 'REQUIRED', 'maintenanceWindows.0.windows'],
    ['a window in no zone', [{ ...NIGHTS, windows: [{ kind: 'ALLOW', schedule: '0 22 * * *', duration: '6h', timeZone: 'Mars/Base' }] }], 'INVALID_VALUE', 'maintenanceWindows.0.windows.0.timeZone'],
    ['more than anybody can follow', Array.from({ length: 33 }, (_, n) => ({ ...NIGHTS, name: `n${n}` })), 'TOO_MANY', 'maintenanceWindows'],
  ])('are refused with %s', (_name, windows, code, path) => expect(policyOf(...windows)).toMatchObject({ ok: false, error: [{ code, path: path.split('.') }] }));
});
