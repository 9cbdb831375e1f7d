import { metricQueryProblem, resolveMetricQuery, type QueryContext } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const context = (rest: Partial<QueryContext['cluster']> = {}): QueryContext => ({
  cluster: { name: 'eu-1', labels: { region: 'eu', 'app.example.com/tier': 'web' }, facts: { nodes: 3, site: 'rack "4" \\ {a="b"} or vector(0) #' }, ...rest },
  words: { 'application.name': 'shop', 'application.namespace': 'shop-ns', 'release.number': '7', 'release.commit': 'abc123' },
});
const query = (text: string, given = context()): string => {
  const resolved = resolveMetricQuery(text, given);
  return resolved.ok ? resolved.value : `${resolved.error.code}: ${resolved.error.message}`;
};

/** The text of a quoted PromQL literal, as Prometheus reads it. */
function unquoted(literal: string): string {
  const quote = literal.charAt(0);
  const inner = literal.slice(1, -1);
  if (!literal.endsWith(quote) || new RegExp(`^(?:[^\\\\\\n${quote}]|\\\\.)*$`).exec(inner) === null) throw new Error(`not one literal: ${literal}`);
  return inner.replace(/\\(x[0-9a-f]{2}|.)/g, (_match, escaped: string) => (escaped.startsWith('x') ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : escaped));
}

describe('resolveMetricQuery', () => {
  it.each<[string, string, string]>([
    ['nothing', 'sum(rate(errors{code=~"5.."}[5m])) / sum(rate(requests[5m])) # {{', 'QUERY_INVALID: {{: the closing "}}" is missing.'],
    ['a query without templates', 'sum(rate(errors{code=~"5.."}[5m]))', 'sum(rate(errors{code=~"5.."}[5m]))'],
    ['the cluster, the application and the release', `up{c="{{ cluster.name }}",app='{{application.name}}',ns="{{ application.namespace }}",v="r{{ release.number }}-{{ release.commit }}"}`, `up{c="eu-1",app='shop',ns="shop-ns",v="r7-abc123"}`],
    ['a label and a fact', 'up{a="{{ cluster.labels["app.example.com/tier"] }}",n="{{ cluster.facts.nodes }}"}', 'up{a="web",n="3"}'],
    ['a value that would end its quotes', 'up{s="{{ cluster.facts.site }}"}', 'up{s="rack \\"4\\" \\\\ {a=\\"b\\"} or vector(0) #"}'],
    ['the same in single quotes', `up{s='{{ cluster.facts.site }}'}`, `up{s='rack "4" \\\\ {a="b"} or vector(0) #'}`],
    ['a value in a regular expression means itself', 'up{s=~ "x-{{ cluster.facts.site }}.*", t!~\'{{ cluster.labels.region }}\'}', 'up{s=~ "x-rack \\"4\\" \\\\\\\\ \\\\{a=\\"b\\"\\\\} or vector\\\\(0\\\\) #.*", t!~\'eu\'}'],
    ['literal braces', 'label_replace(up, "a", "{{ "{{" }}", "b", "c")', 'label_replace(up, "a", "{{", "b", "c")'],
    ['quotes in a comment', 'up # "\n+ on() group_left() x{a="{{ cluster.name }}"}', 'up # "\n+ on() group_left() x{a="eu-1"}'],
    ['escaped quotes before it', 'up{a="\\"{{ cluster.name }}"}', 'up{a="\\"eu-1"}'],
    ['outside of quotes', 'up{{ cluster.name }}', 'QUERY_INVALID: {{ cluster.name }} must stand inside quotes, as in cluster="{{ cluster.name }}".'],
    ['behind quotes that have ended', 'up{a="b"} > {{ cluster.facts.nodes }}', 'QUERY_INVALID: {{ cluster.facts.nodes }} must stand inside quotes, as in cluster="{{ cluster.facts.nodes }}".'],
    ['in raw quotes, which nothing escapes', 'up{a=`{{ cluster.name }}`}', 'QUERY_INVALID: {{ cluster.name }} must stand inside quotes, as in cluster="{{ cluster.name }}".'],
    ['behind half an escape', 'up{a="\\{{ cluster.name }}"}', 'QUERY_INVALID: {{ cluster.name }} must stand inside quotes, as in cluster="{{ cluster.name }}".'],
    ['a name that nobody knows', 'up{a="{{ release.author }}"}', 'QUERY_INVALID: {{ release.author }}: known are cluster.name, cluster.labels.<key>, cluster.labels["<key>"], cluster.facts.<name> and a quoted text, and application.name, application.namespace, release.number, release.commit.'],
    ['a label that the cluster has not', 'up{a="{{ cluster.labels.zone }}"}', 'QUERY_VALUE_MISSING: The query asks for cluster.labels.zone, which cluster eu-1 has not.'],
  ])('%s', (_name, text, expected) => {
    expect(query(text)).toBe(expected);
  });

  it('knows before any cluster does what is wrong everywhere, and nothing else', () => {
    expect(metricQueryProblem('up{a="{{ cluster.labels.zone }}"}')).toBeUndefined();
    expect(metricQueryProblem('up{{ cluster.name }}')).toBe('{{ cluster.name }} must stand inside quotes, as in cluster="{{ cluster.name }}".');
  });

  it('lets no value out of its quotes, whatever is in it', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', "'", '`', '\\', '{', '}', '\n', '\u0000', '#', 'a', '(', '.', '*') }));
    fc.assert(fc.property(hostile, fc.constantFrom('"', "'"), (value, quote) => {
      const given = context({ facts: { x: value } });
      expect(unquoted(query(`${quote}{{ cluster.facts.x }}${quote}`, given))).toBe(value);
      const pattern = unquoted(query(`=~${quote}{{ cluster.facts.x }}${quote}`, given).slice(2));
      expect(new RegExp(`^(?:${pattern})$`, 's').test(value)).toBe(true);
      expect(new RegExp(`^(?:${pattern})$`, 's').test(`${value}a`)).toBe(false);
    }));
  });
});
