// Which metrics and labels a PromQL expression names. Reads as much of PromQL as dashboards use: no subqueries of its own.

const KEYWORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'and',
  'or',
  'unless',
  'bool',
]);
/** A name, or what stands behind a clause: names in brackets. */
const CLAUSE = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const SELECTOR = /([a-z_:][a-z0-9_:]*)?\s*\{([^}]*)\}/gi;
const MATCHER = /([a-z_][a-z0-9_]*)\s*(?:=~|!~|!=|=)\s*"[^"]*"/gi;
const RANGE = /\[[^\]]*\]/g;
const NAME = /\b[a-z_:][a-z0-9_:]*\b(?!\s*\()/gi;

export interface Named {
  metrics: string[];
  /** With which metric each label was matched; those of a `by` belong to all metrics of the expression. */
  labels: { label: string; metric: string }[];
}

/** @throws Error for an expression whose brackets do not close */
export function namesIn(expression: string): Named {
  if (
    [...expression].filter((c) => '({['.includes(c)).length !== [...expression].filter((c) => ')}]'.includes(c)).length
  )
    throw new Error(`brackets that do not close: ${expression}`);
  const grouped = [...expression.matchAll(CLAUSE)].flatMap(([, , list = '']) =>
    list.split(',').map((one) => one.trim()),
  );
  const matched = [...expression.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) =>
    [...matchers.matchAll(MATCHER)].map(([, label = '']) => ({ label, metric })),
  );
  const bare = expression
    .replace(SELECTOR, (_, metric = '') => ` ${metric} `)
    .replace(CLAUSE, ' ')
    .replace(RANGE, ' ');
  const metrics = [...new Set(bare.match(NAME) ?? [])].filter((name) => !KEYWORDS.has(name));
  const byAll = grouped.flatMap((label) => metrics.map((metric) => ({ label, metric })));
  return { metrics, labels: [...matched, ...byAll] };
}
