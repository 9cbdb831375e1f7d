import type { OrderedArchive } from '#domain';
import { RepositoryKind, type Archive as WireArchive } from './generated/capstan/agent/v1/order.js';
import { readEnum } from './state-wire.js';
import { malformed } from './wire-failure.js';

const KIND_TO_WIRE: Readonly<Record<OrderedArchive['type'], RepositoryKind>> = { OCI: RepositoryKind.REPOSITORY_KIND_OCI, HELM: RepositoryKind.REPOSITORY_KIND_HELM };
const KIND_FROM_WIRE: Readonly<Record<RepositoryKind, OrderedArchive['type'] | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [RepositoryKind.REPOSITORY_KIND_UNSPECIFIED]: 'UNSET',
  [RepositoryKind.REPOSITORY_KIND_OCI]: 'OCI',
  [RepositoryKind.REPOSITORY_KIND_HELM]: 'HELM',
  [RepositoryKind.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};
const MAX_LOCATION = 4_096;

export function encodeArchive(archive: OrderedArchive | undefined): WireArchive | undefined {
  return archive && { kind: KIND_TO_WIRE[archive.type], location: archive.location, chart: archive.isChart };
}

export function readArchive({ kind, location, chart }: WireArchive, field: string): OrderedArchive {
  if (location.length > MAX_LOCATION || !/^https?:\/\//.test(location)) malformed(`${field}.location`);
  return { type: readEnum(KIND_FROM_WIRE[kind], kind, `${field}.kind`), location, isChart: chart };
}
