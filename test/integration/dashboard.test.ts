// The dashboard and the alerts name only metrics and labels that a running server really has.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { visit } from '../bench/leak/visit.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';
import { namesIn } from './prom-names.ts';

const CONFIG = new URL('../../config/', import.meta.url);
/** What Prometheus adds by itself. */
const ADDED_METRICS = ['up'];
const ADDED_LABELS = ['instance', 'job'];

const HISTOGRAM_ENDS = /_(bucket|sum|count)$/;

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}

const dashboard = JSON.parse(read('grafana/dashboard.json')) as {
  title: string;
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

let server: TestServer;
/** Names with the suffixes of histograms, and the labels of each that has a value yet. */
let exposed: Map<string, Set<string>>;

beforeAll(async () => {
  server = await startServer({ VAKTRA_MODERATION_WORDS: 'badger' });
  await visit(server, 'closed');
  await fetch(`${server.url}/v1/nothing-here`);
  exposed = readMetrics(await (await fetch(`${server.url}/metrics`)).text());
});

afterAll(() => server.close());

describe('the dashboard', () => {
  it('is one that Grafana takes: every panel has a title, an explanation, a place of its own and a query', () => {
    expect(panels.length).toBeGreaterThan(15);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, description, gridPos, targets } of panels) {
      expect(title).toBeTruthy();
      expect(description, title).toBeTruthy();
      expect(targets?.length, title).toBeGreaterThan(0);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} lies over another panel`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('asks only for what the server has', () => {
    const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    for (const { title, expr } of queries) expect(unknownIn(expr), `${title}: ${expr}`).toEqual([]);
    for (const { name, definition } of dashboard.templating.list) {
      const metric = definition?.match(/label_values\(([^,]+),/)?.[1];
      if (metric !== undefined) expect([...exposed.keys()], name).toContain(metric);
    }
  });

  it("shows every metric of the server's own, and docs/operating.md explains it", () => {
    const asked = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr).metrics));
    const family = (name: string): string => name.replace(HISTOGRAM_ENDS, '');
    const own = [...new Set([...exposed.keys()].filter((name) => /^(avatar|webrtc)_/.test(name)).map(family))];
    expect(own.length).toBeGreaterThan(15);
    const shown = new Set(asked.map(family));
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
    const page = readFileSync(new URL('../docs/operating.md', CONFIG), 'utf8');
    expect(own.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });
});

describe('the alerts', () => {
  it('watch only what the server has, and say what visitors notice', () => {
    const { groups } = parse(read('prometheus/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(4);
    for (const { alert, expr, annotations } of rules) {
      expect(unknownIn(expr), alert).toEqual([]);
      expect(annotations.summary, alert).toBeTruthy();
      expect(annotations.description, alert).toBeTruthy();
    }
  });

  it('are read by a Prometheus that asks the right address', () => {
    const config = parse(read('prometheus/prometheus.yml'));
    expect(config.rule_files).toEqual(['alerts.yml']);
    expect(config.scrape_configs[0]).toMatchObject({ job_name: 'vaktra', metrics_path: '/metrics' });
  });
});

it('a query for what is not there is found out', () => {
  expect(unknownIn('sum by (le) (rate(avatar_nothing_total{instance=~"x"}[5m]))')).toEqual(['avatar_nothing_total']);
  expect(unknownIn('sum by (colour) (rate(avatar_errors_total[5m]))')).toEqual(['avatar_errors_total{colour}']);
  expect(unknownIn('avatar_errors_total{part="http", shape=~"round"} > 3 or up')).toEqual([
    'avatar_errors_total{shape}',
  ]);
  expect(() => namesIn('sum(up')).toThrow('do not close');
});

function unknownIn(expression: string): string[] {
  const { metrics, labels } = namesIn(expression);
  const missing = metrics.filter((name) => !exposed.has(name) && !ADDED_METRICS.includes(name));
  const wrong = labels.filter(({ label, metric }) => {
    const known = exposed.get(metric);
    // Without a value yet nothing is known of its labels.
    return known !== undefined && known.size > 0 && !known.has(label) && !ADDED_LABELS.includes(label);
  });
  return [...missing, ...new Set(wrong.map(({ label, metric }) => `${metric}{${label}}`))];
}

function readMetrics(page: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', type] of page.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
    for (const one of names) found.set(one, new Set());
  }
  for (const [, name = '', labels = ''] of page.matchAll(/^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? \S+$/gim)) {
    const known = found.get(name);
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/gi)) known?.add(label);
  }
  return found;
}

function read(path: string): string {
  return readFileSync(new URL(path, CONFIG), 'utf8');
}
